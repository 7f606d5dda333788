import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { documentKinds } from "../../src/load/schema/document-schemas.ts";
import { expandPipeline } from "../support/gitlab-pipeline.ts";
import { registryAvailable } from "../support/npm-registry.ts";
import { notOfPackage } from "../support/package-contents.ts";
import { makePackage, type ServedPackage, servePackage } from "../support/served-package.ts";
import { type Finished, giveToUnprivileged, runUnprivileged, whyNotUnprivileged } from "../support/unprivileged.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Lock {
  readonly packages: Readonly<Record<string, Locked>>;
}

interface Locked {
  readonly version: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
}

interface BillOfMaterials {
  readonly metadata: { readonly component: { readonly name: string; readonly type: string } };
  readonly components: readonly { readonly purl: string }[];
}

const readJson = <T>(path: string) => JSON.parse(readFileSync(path, "utf8")) as T;
const { version } = readJson<{ readonly version: string }>(join(root, "package.json"));
const { packages } = readJson<Lock>(join(root, "package-lock.json"));
/** What was tested, by its path: all that the program needs, without what would have to be compiled. */
const tested = new Map(
  Object.entries(packages)
    .filter(([path, { dev, optional }]) => path !== "" && dev !== true && optional !== true)
    .map(([path, locked]) => [path, locked.version]),
);

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (path) => !statSync(join(folder, path)).isDirectory(),
  );

const registry = registryAvailable();
const reason = registry.available ? whyNotUnprivileged() : registry.reason;

describe.skipIf(reason !== null)(`the package${reason === null ? "" : `, left out: ${reason}`}`, () => {
  let directory: string;
  let prefix: string;
  let installed: string;
  let served: ServedPackage;
  const file = `dtsync-${version}.tgz`;

  /** Runs a program as a user who is not root, with nothing of what surrounds the tests. */
  const run = (...command: readonly string[]): Promise<Finished> =>
    runUnprivileged(command, {
      cwd: directory,
      env: {
        PATH: `${join(prefix, "bin")}:${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
        HOME: directory,
        npm_config_prefix: prefix,
        npm_config_registry: served.address,
        npm_config_fetch_retries: "0",
        npm_config_update_notifier: "false",
        DTSYNC_PACKAGE: `${served.address}${file}`,
      },
    });

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "dtsync-package-test-"));
    prefix = join(directory, "prefix");
    installed = join(prefix, "lib/node_modules/dtsync");
    mkdirSync(prefix);
    giveToUnprivileged(directory, prefix);
    served = await servePackage(directory, makePackage(directory));
    expect(served.file).toBe(file);
    const line = expandPipeline().template.before_script.find((command) => command.includes("npm install"));
    const finished = await run("bash", "-c", line ?? "exit 1");
    expect(finished, finished.stderr).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await served?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  test("is all that the pipeline's line fetches to install it", () => {
    expect(new Set(served.asked)).toEqual(new Set([`/${file}`]));
  });

  test("installs the versions that were tested and nothing else, whole and not compiled", () => {
    expect(readdirSync(join(prefix, "lib/node_modules")).filter((name) => !name.startsWith("."))).toEqual(["dtsync"]);
    const files = filesIn(installed);
    const manifests = files.filter((path) => /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/.test(path));
    const versions = manifests.map((path) => [
      dirname(path),
      readJson<{ readonly version: string }>(join(installed, path)).version,
    ]);
    expect(Object.fromEntries(versions)).toEqual(Object.fromEntries(tested));
    expect(files.filter((path) => path.endsWith(".node"))).toEqual([]);
    const scripts = manifests.flatMap((path) => {
      const manifest = readJson<{ readonly scripts?: Readonly<Record<string, string>> }>(join(installed, path));
      return Object.keys(manifest.scripts ?? {}).map((name) => `${dirname(path)}: ${name}`);
    });
    expect(scripts.filter((script) => /: (?:pre|post)?install$/.test(script))).toEqual([]);
  });

  test("holds what a user needs of dtsync, within bounds", () => {
    const own = filesIn(installed).filter((path) => !path.startsWith("node_modules/"));
    expect(notOfPackage(own)).toEqual([]);
    const program = own.filter((path) => path.startsWith("dist/"));
    expect(program).toEqual(expect.arrayContaining(["dist/cli.js", "dist/validators.cjs"]));
    expect(program).toEqual(expect.arrayContaining(documentKinds.map((kind) => `dist/${kind}-validator.cjs`)));
    expect(statSync(join(directory, file)).size).toBeLessThan(5_000_000);
    const manifest = readJson<Record<string, unknown>>(join(installed, "package.json"));
    expect(Object.keys(manifest)).not.toEqual(expect.arrayContaining(["scripts"]));
    expect(Object.keys(manifest)).not.toEqual(expect.arrayContaining(["devDependencies"]));
    const ranges = Object.values(manifest["dependencies"] as Readonly<Record<string, string>>);
    expect(ranges.filter((range) => !/^\d+\.\d+\.\d+$/.test(range))).toEqual([]);
  });

  test("brings manual pages, and the pages that dtsync help shows", async () => {
    const pages = readdirSync(join(prefix, "share/man/man1"));
    expect(pages).toEqual(expect.arrayContaining(["dtsync.1", "dtsync-plan.1", "dtsync-apply.1"]));
    for (const page of pages)
      expect(readFileSync(join(prefix, "share/man/man1", page), "utf8")).toMatch(/^\.TH "DTSYNC/);
    expect(await run("dtsync", "help", "exit-codes")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^EXIT CODES AND ERRORS\n/),
    });
  });

  test("has a bill of materials that names all of it", () => {
    const bill = readJson<BillOfMaterials>(join(directory, `dtsync-${version}.cdx.json`));
    expect(bill.metadata.component).toMatchObject({ name: "dtsync", type: "application" });
    const wanted = [...tested].map(([path, locked]) => {
      const name = path.replace(/^.*node_modules\//, "").replace("@", "%40");
      return `pkg:npm/${name}@${locked}`;
    });
    expect(bill.components.map(({ purl }) => purl).sort()).toEqual(wanted.sort());
  });

  test("works for a user who is not root, with ssh2 in JavaScript alone", async () => {
    const line = new RegExp(`^dtsync ${version} \\((?:commit [0-9a-f]{8,}(?:-dirty)?, )?Node\\.js v[0-9.]+\\)\n$`);
    expect(await run("dtsync", "--version")).toMatchObject({ code: 0, stdout: expect.stringMatching(line) });
    const validated = await run("dtsync", "validate", "--inventory", join(installed, "inventory"));
    expect(validated, validated.stderr).toMatchObject({ code: 0 });
    const applied = await run(
      ...["dtsync", "sandbox", "--inventory", join(installed, "inventory"), "--", "sh", "-ec"],
      "dtsync apply --auto-approve --target test01.abc.example.com; dtsync plan --target test01.abc.example.com",
    );
    expect(applied, applied.stderr).toMatchObject({ code: 0 });
    expect(applied.stdout).toContain("0 failed");
    expect(applied.stdout).toContain("Nothing to do");
  });

  test("writes a pipeline that installs it", async () => {
    const begun = await run("dtsync", "init");
    expect(begun, begun.stderr).toMatchObject({ code: 0 });
    const pipeline = readFileSync(join(directory, ".gitlab-ci.yml"), "utf8");
    expect(pipeline).toContain(file);
    expect(await run("dtsync", "validate")).toMatchObject({ code: 0 });
  });

  test("is the same, byte for byte, when it is made again", () => {
    const again = mkdtempSync(join(directory, "again-"));
    execFileSync(process.execPath, [join(root, "scripts/package.js"), "--out", again], { stdio: "pipe" });
    expect(readFileSync(join(again, file)).equals(readFileSync(join(directory, file)))).toBe(true);
  });
});
