import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe("the pages as a site", () => {
  let site: string;
  let pages: readonly { readonly path: string; readonly text: string }[];

  const filesOf = (ending: string) =>
    readdirSync(site, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(ending))
      .map((path) => ({ path, text: readFileSync(join(site, path), "utf8") }));
  const attributes = (text: string, tag: string, name: string) =>
    [...text.matchAll(new RegExp(`<${tag}\\b[^>]*?\\s${name}="([^"]*)"`, "g"))].map(([, value = ""]) => value);

  beforeAll(() => {
    site = mkdtempSync(join(tmpdir(), "dtsync-site-"));
    execFileSync("npx", ["--no-install", "vitepress", "build", "docs", "--outDir", site], { cwd: root, stdio: "pipe" });
    pages = filesOf(".html").filter(({ path }) => path !== "404.html");
  });
  afterAll(() => rmSync(site, { recursive: true, force: true }));

  test("has every page, and the README first", () => {
    const written = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"].concat(
      readdirSync(join(root, "docs"))
        .filter((name) => name.endsWith(".md"))
        .map((name) => `docs/${name}`),
    );
    const expected = written.map((path) => path.replace(/README\.md$/, "index.md").replace(/\.md$/, ".html"));
    expect(pages.map(({ path }) => path).sort()).toEqual(expected.sort());
  });

  test("has no link that leads nowhere, to headings neither", () => {
    const ids = new Map(pages.map(({ path, text }) => [path, new Set(attributes(text, "[a-z0-9]+", "id"))]));
    const broken = pages.flatMap(({ path, text }) =>
      [...attributes(text, "a", "href"), ...attributes(text, "img", "src")]
        .filter((link) => !/^[a-z]+:/.test(link))
        .filter((link) => {
          const [file = "", anchor] = link.split("#");
          const target =
            file === "" ? path : relative(site, join(site, dirname(path), file.replace(/\/$/, "/index.html")));
          if (!existsSync(join(site, target))) return true;
          return anchor !== undefined && ids.get(target)?.has(decodeURIComponent(anchor)) !== true;
        })
        .map((link) => `${path}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  test("leads from every page to every other one but the map of pages, which is its navigation", () => {
    const linked = new Set(
      pages
        .filter(({ path }) => path === "docs/hosts.html")
        .flatMap(({ text }) => attributes(text, "a", "href"))
        .map((link) => join("docs", link.split("#")[0] ?? "").replace(/^\.?\/?$/, "index.html")),
    );
    expect(pages.map(({ path }) => path).filter((path) => !linked.has(path))).toEqual(["docs/index.html"]);
  });

  test("loads nothing from other hosts, and a browser would refuse it", () => {
    for (const { path, text } of filesOf(".html")) {
      expect(text, path).toContain(`http-equiv="Content-Security-Policy" content="default-src 'self' 'unsafe-inline';`);
      const loaded = [
        ...attributes(text, "(?:script|img|iframe|source|video|audio|embed)", "src"),
        ...attributes(text, "link", "href"),
      ];
      expect(loaded.length, path).toBeGreaterThan(2);
      expect(loaded.filter((address) => /^(?:[a-z]+:)?\/\//i.test(address))).toEqual([]);
    }
    const styles = filesOf(".css").flatMap(({ text }) =>
      [...text.matchAll(/url\(([^)]*)\)|@import[^;]*/g)].map(([, url]) => url),
    );
    expect(styles.filter((url) => url === undefined || !/^["']?(?:data:|\.)/.test(url))).toEqual([]);
  });
});
