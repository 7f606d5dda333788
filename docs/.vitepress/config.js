import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";
import { navigation } from "./navigation.js";
import { slug } from "./slug.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What pages link to and is no page, with its name on the site: as text, so that browsers show it. */
const linkedFiles = new Map([
  ["LICENSE", "LICENSE.txt"],
  [".gitlab-ci.yml", "gitlab-ci.yml.txt"],
  ["templates/pipeline.yml", "pipeline.yml.txt"],
]);

/** Leads links of pages, which are right where they stand in the repository, to the same place on the site. */
function leadLinks(markdown) {
  markdown.core.ruler.push("lead_links", ({ tokens }) => {
    const links = tokens.flatMap(({ children }) => children ?? []).filter(({ type }) => type === "link_open");
    for (const link of links) {
      const href = link.attrGet("href");
      const [, folder, name] = /^((?:\.\.\/)?)([^/#]+)/.exec(href) ?? [];
      if (linkedFiles.has(name)) {
        link.attrSet("href", folder + linkedFiles.get(name));
        link.attrSet("target", "_self");
      } else {
        link.attrSet("href", href.replace(/^((?:\.\.\/|docs\/)?)README\.md/, "$1index.md"));
      }
    }
  });
}

export default defineConfig({
  title: "dtsync",
  description: "Dynatrace Managed environments, groups, permissions and OneAgent hosts, declared in Git",
  srcDir: root,
  srcExclude: ["{src,test,scripts,schema,inventory}/**"],
  rewrites: { "README.md": "index.md", "docs/README.md": "docs/index.md" },
  outDir: join(root, "site"),
  cacheDir: join(root, "node_modules/.cache/vitepress"),
  // Works below any address.
  base: "./",
  // Whatever a page, the theme or the search would load from elsewhere, the browser refuses.
  head: [
    [
      "meta",
      {
        "http-equiv": "Content-Security-Policy",
        content: "default-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self'",
      },
    ],
    ["link", { rel: "icon", href: "data:," }],
  ],
  markdown: { anchor: { slugify: slug }, attrs: false, emoji: false, config: leadLinks },
  themeConfig: {
    search: { provider: "local" },
    sidebar: navigation(readFileSync(join(root, "docs/README.md"), "utf8")),
    outline: [2, 3],
  },
  buildEnd({ outDir }) {
    for (const [file, name] of linkedFiles) copyFileSync(join(root, file), join(outDir, name));
  },
});
