import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createGitInventory, firstFiles, type GitInventory, gitEnvironment } from "../support/git-inventory.ts";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const folder = "data/größe & co";

/** A repository of several things, with the inventory in a folder far below the top. */
let repository: GitInventory;
/** Where reports go, outside of it. */
let out: string;

beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), "dtsync-reports-"));
  repository = createGitInventory();
  const moved = Object.entries(firstFiles).map(([path, text]) => [path.replace(/^inventory/, folder), text]);
  repository.commit({ "README.md": "x", ...Object.fromEntries(moved) });
});
afterEach(() => repository.git("checkout", "--quiet", "."));
afterAll(() => {
  repository.close();
  rmSync(out, { recursive: true, force: true });
});

interface Sarif {
  readonly runs: readonly [{ readonly results: readonly { readonly locations: readonly SarifLocation[] }[] }];
}

interface SarifLocation {
  readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } };
}

/** Runs the built program with a report of each kind, and gives the paths that they name. */
function pathsOf(cwd: string, inventory: string, command: readonly string[]) {
  const names = { junit: "junit.xml", "gitlab-codequality": "quality.json", sarif: "sarif.json" };
  const reports = Object.entries(names).flatMap(([kind, name]) => ["--report", `${kind}=${join(out, name)}`]);
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...command, ...reports], {
    cwd,
    encoding: "utf8",
    env: { ...gitEnvironment, HOME: out, DTSYNC_INVENTORY: inventory, NO_COLOR: "1" },
  });
  const read = (name: string) => readFileSync(join(out, name), "utf8");
  const quality = JSON.parse(read(names["gitlab-codequality"])) as { location: { path: string } }[];
  const [{ results }] = (JSON.parse(read(names.sarif)) as Sarif).runs;
  const addresses = results.flatMap(({ locations }) =>
    locations.map(({ physicalLocation }) => decodeURIComponent(physicalLocation.artifactLocation.uri)),
  );
  const files = [...read(names.junit).matchAll(/ file="([^"]*)"/g)].map(([, path = ""]) => path.replace("&amp;", "&"));
  return {
    status,
    output: `${stdout}\n${stderr}`,
    junit: unique(files),
    quality: unique(quality.map(({ location }) => location.path)),
    sarif: unique(addresses),
  };
}

const unique = (paths: readonly string[]): readonly string[] => [...new Set(paths)].sort();

describe("paths in reports begin at the root of the repository", () => {
  const faulty = { [`${folder}/customers/abc.yaml`]: "customer: abc\nenvironments: { p1: { tgas: [] } }\n" };

  test("with validate, wherever it is called", () => {
    const { directory } = repository;
    repository.write({ ...faulty, [`${folder}/dtsync.yaml`]: "version: 1\nclusters: { emea: { url: nowhere } }\n" });
    symlinkSync(join(directory, folder), join(out, "link"));
    for (const [cwd, inventory] of [
      [directory, folder],
      [join(directory, folder), "."],
      [join(directory, folder, "customers"), ".."],
      [tmpdir(), join(directory, folder)],
      [out, "link"],
    ] as const) {
      const { status, junit, quality, sarif, output } = pathsOf(cwd, inventory, ["validate"]);
      expect(status, output).toBe(3);
      expect(junit).toEqual(
        ["customers/abc.yaml", "customers/xyz.yaml", "dtsync.yaml"].map((path) => `${folder}/${path}`),
      );
      expect(quality).toEqual(junit);
      expect(sarif).toEqual(junit);
      for (const path of junit) expect(repository.git("ls-files", "-z", "--", path)).toBe(`${path}\0`);
    }
  });

  test("with validate in a further work tree, which has a root of its own", () => {
    const tree = join(out, "tree");
    repository.git("worktree", "add", "--quiet", "--detach", tree);
    for (const [path, text] of Object.entries(faulty)) writeFileSync(join(tree, path), text);
    const { junit, quality, sarif } = pathsOf(tree, folder, ["validate"]);
    const paths = [`${folder}/customers/abc.yaml`, `${folder}/customers/xyz.yaml`];
    expect({ junit, quality, sarif }).toEqual({ junit: paths, quality: paths, sarif: paths });
  });

  test("with plan, for changes and for what a guard stops", () => {
    const path = `${folder}/customers/abc.yaml`;
    repository.write({ [path]: "customer: abc\nenvironments: { p1: {}, t1: { state: absent } }\n" });
    const seed = join(out, "seed.json");
    writeFileSync(seed, JSON.stringify({ clusters: { emea: { environments: [{ id: "abc-t1", name: "abc t1" }] } } }));
    const plan = ["sandbox", "--seed", seed, "--", "dtsync", "plan", "--hosts", "skip"];
    const { status, junit, quality, sarif, output } = pathsOf(repository.directory, folder, plan);
    expect(status, output).toBe(0);
    expect(junit).toEqual([path, `${folder}/customers/xyz.yaml`, `${folder}/dtsync.yaml`]);
    expect({ quality, sarif }).toEqual({ quality: [path], sarif: [path] });
  });
});
