import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { notOfPackage } from "../support/package-contents.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
};

interface Packed {
  readonly files: readonly { readonly path: string }[];
}

describe("the package", () => {
  test("holds what a user needs and nothing else", () => {
    const listed = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    // A list, or from npm 12 on an object by the names of packages.
    const packed = Object.values(JSON.parse(listed) as Readonly<Record<string, Packed>>);
    const paths = packed.flatMap(({ files }) => files.map(({ path }) => path));
    expect(notOfPackage(paths)).toEqual([]);
    expect(paths).toEqual(
      expect.arrayContaining([
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "SECURITY.md",
        "docs/exit-codes.md",
        "inventory/dtsync.yaml",
        "package.json",
        "schema/dtsync.schema.json",
        "templates/pipeline.yml",
      ]),
    );
  });

  test("runs nothing where it is installed", () => {
    const onInstall = ["preinstall", "install", "postinstall"];
    expect(Object.keys(manifest.scripts).filter((name) => onInstall.includes(name))).toEqual([]);
    expect(existsSync(join(root, "binding.gyp"))).toBe(false);
  });

  test("says of every dependency with a script that it does not run", () => {
    const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
      readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean; readonly os?: unknown }>>;
    };
    const withScripts = Object.entries(packages)
      // Of those for one system alone npm says nothing elsewhere.
      .filter(([, { hasInstallScript, os }]) => hasInstallScript === true && os === undefined)
      .map(([path]) => path.replace(/^.*node_modules\//, ""));
    expect(manifest.allowScripts).toEqual(Object.fromEntries(withScripts.map((name) => [name, false])));
  });

  test("comes from a lock file with a hash of everything, and no address of a registry", () => {
    const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
      readonly packages: Readonly<Record<string, { readonly integrity?: string; readonly resolved?: string }>>;
    };
    const dependencies = Object.entries(packages).filter(([path]) => path !== "");
    const names = (found: typeof dependencies) => found.map(([path]) => path);
    expect(names(dependencies.filter(([, { integrity = "" }]) => !integrity.startsWith("sha512-")))).toEqual([]);
    // Whoever adds a dependency may have another registry than whoever installs it.
    expect(names(dependencies.filter(([, { resolved }]) => resolved !== undefined))).toEqual([]);
  });
});
