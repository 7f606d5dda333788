import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";

const root = fileURLToPath(new URL("../..", import.meta.url));
const cli = join(root, "dist/cli.js");

let folder: string;
beforeEach(() => {
  expect(existsSync(cli), "dist/ is missing: npm run build").toBe(true);
  folder = mkdtempSync(join(tmpdir(), "dtsync-init-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function run(...parameters: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...parameters], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, DTSYNC_INVENTORY: "", NO_COLOR: "1" },
  });
  return { code: status, stdout, stderr };
}

const path = (name: string) => join(folder, name);
const read = (name: string) => readFileSync(path(name), "utf8");
function write(name: string, text: string): void {
  mkdirSync(dirname(path(name)), { recursive: true });
  writeFileSync(path(name), text);
}
const filesIn = (name: string) =>
  readdirSync(path(name), { recursive: true, encoding: "utf8" })
    .filter((file) => lstatSync(path(join(name, file))).isFile())
    .sort();

describe("dtsync init", () => {
  test("writes an inventory that is valid without warnings and formatted", () => {
    expect(run("init")).toMatchObject({ code: 0 });
    expect(filesIn(".")).toEqual([
      ".gitignore",
      ".gitlab-ci.yml",
      ".gitlab/dtsync-pipeline.yml",
      "CODEOWNERS",
      "inventory/customers/example.yaml",
      "inventory/dtsync.yaml",
      "inventory/groups/operations.yaml",
      "schema/customer.schema.json",
      "schema/dtsync.schema.json",
      "schema/groups.schema.json",
    ]);
    const validated = run("validate", "--format", "json");
    expect(validated.code).toBe(0);
    expect(JSON.parse(validated.stdout)).toMatchObject({
      valid: true,
      diagnostics: [],
      summary: { customers: 1, environments: 2, hosts: 4 },
    });
    expect(run("fmt", "--check")).toMatchObject({ code: 0, stdout: "" });
  });

  test("names schemas that lie where the first line of each file says", () => {
    run("init", "--inventory", "fleet");
    for (const file of filesIn("fleet")) {
      const schema = /^# yaml-language-server: \$schema=(\S+)\n/.exec(read(join("fleet", file)))?.[1];
      expect(JSON.parse(read(join("fleet", dirname(file), schema ?? "")))).toHaveProperty("properties");
    }
  });

  test("writes a pipeline for the folder of the inventory", () => {
    run("init", "--inventory", "fleet");
    const [included] = (parse(read(".gitlab-ci.yml")) as { readonly include: readonly unknown[] }).include;
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    expect(included).toMatchObject({
      local: "/.gitlab/dtsync-pipeline.yml",
      inputs: { inventory: "fleet", package: expect.stringContaining(`/dtsync-${version}.tgz`) },
    });
    expect(read(".gitlab/dtsync-pipeline.yml")).toBe(readFileSync(join(root, "templates/pipeline.yml"), "utf8"));
    expect(read("CODEOWNERS")).toContain("/fleet/customers/");
  });

  test("overwrites nothing of an inventory, and writes nothing then", () => {
    write("inventory/customers/example.yaml", "mine\n");
    const refused = run("init");
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain("inventory/customers/example.yaml");
    expect(refused.stderr).not.toContain("inventory/dtsync.yaml");
    expect(filesIn(".")).toEqual(["inventory/customers/example.yaml"]);
    const document = JSON.parse(run("init", "--format", "json").stdout) as unknown;
    expect(document).toMatchObject({ format: "dtsync-error/1", error: { exitCode: 3 } });
  });

  test("does not follow a link that leads to nothing, nor write where a file has the name of the folder", () => {
    mkdirSync(path("inventory"));
    symlinkSync(path("elsewhere"), path("inventory/dtsync.yaml"));
    expect(run("init").code).toBe(3);
    expect(existsSync(path("elsewhere"))).toBe(false);
    write("taken", "");
    expect(run("init", "--inventory", "taken")).toMatchObject({ code: 3, stdout: "" });
    expect(run("init", "--inventory", ".")).toMatchObject({ code: 3, stdout: "" });
    expect(filesIn(".")).toEqual(["taken"]);
  });

  test("keeps what is in the repository, and says so", () => {
    write(".gitlab-ci.yml", "mine\n");
    write("CODEOWNERS", "mine\n");
    const { code, stdout } = run("init", "--format", "json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ format: "dtsync-init/1", kept: [".gitlab-ci.yml", "CODEOWNERS"] });
    expect(read(".gitlab-ci.yml") + read("CODEOWNERS")).toBe("mine\nmine\n");
  });

  test("has Git ignore what dtsync keeps beside the inventory, with one line", () => {
    write(".gitignore", "node_modules/");
    run("init");
    expect(read(".gitignore")).toBe("node_modules/\n.dtsync/\n");
    const again = run("init", "--inventory", "other", "--format", "json");
    expect(JSON.parse(again.stdout)).toMatchObject({ kept: expect.arrayContaining([".gitignore"]) });
    expect(read(".gitignore")).toBe("node_modules/\n.dtsync/\n");
    rmSync(path(".gitignore"));
    write("elsewhere", "x\n");
    symlinkSync("elsewhere", path(".gitignore"));
    run("init", "--inventory", "third");
    expect(read("elsewhere")).toBe("x\n");
  });
});

describe("dtsync fmt", () => {
  const untidy = "name: ABC # display\ncustomer: 'abc'\n";
  const tidy = "customer: abc\nname: ABC  # display\n";

  test("leaves the example inventory as it is", () => {
    cpSync(join(root, "inventory"), path("inventory"), { recursive: true });
    expect(run("fmt", "--check")).toMatchObject({ code: 0, stdout: "" });
  });

  test("writes what differs, keeps its permissions, and lists it", () => {
    run("init");
    write("inventory/customers/abc.yaml", untidy);
    chmodSync(path("inventory/customers/abc.yaml"), 0o640);
    const untouched = statSync(path("inventory/dtsync.yaml")).mtimeMs;
    expect(run("fmt")).toMatchObject({ code: 0, stdout: "customers/abc.yaml\n" });
    expect(read("inventory/customers/abc.yaml")).toBe(tidy);
    expect(statSync(path("inventory/customers/abc.yaml")).mode & 0o777).toBe(0o640);
    expect(statSync(path("inventory/dtsync.yaml")).mtimeMs).toBe(untouched);
    expect(readdirSync(path("inventory/customers"))).toEqual(["abc.yaml", "example.yaml"]);
    expect(run("fmt")).toMatchObject({ code: 0, stdout: "" });
  });

  test("writes through links", () => {
    run("init");
    write("inventory/shared/abc.yaml", untidy);
    symlinkSync("../shared/abc.yaml", path("inventory/customers/abc.yaml"));
    expect(run("fmt").code).toBe(0);
    expect(read("inventory/shared/abc.yaml")).toBe(tidy);
  });

  test("with --check writes nothing and ends with 2", () => {
    run("init");
    write("inventory/customers/abc.yaml", untidy);
    const { code, stdout } = run("fmt", "--check", "--format", "json");
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      format: "dtsync-fmt/1",
      check: true,
      changed: ["customers/abc.yaml"],
      diagnostics: [],
      summary: { files: 4, changed: 1, errors: 0 },
    });
    expect(read("inventory/customers/abc.yaml")).toBe(untidy);
  });

  test("reports files with faults, leaves them alone, and formats the others", () => {
    run("init");
    write("inventory/customers/abc.yaml", untidy);
    write("inventory/customers/bad.yaml", "customer: bad\nname: [\n");
    write("inventory/customers/odd.yaml", "customer: odd\nname: a\u0007b\n");
    const checked = run("fmt", "--check");
    expect(checked.code).toBe(3);
    const { code, stdout } = run("fmt");
    expect(code).toBe(3);
    expect(stdout).toMatch(/^customers\/abc\.yaml\n/);
    expect(stdout).toMatch(/^customers\/bad\.yaml:\d+:\d+ error .*\[yaml-syntax\]$/m);
    expect(stdout).toContain("customers/odd.yaml:2:8 error");
    expect(read("inventory/customers/abc.yaml")).toBe(tidy);
    expect(read("inventory/customers/bad.yaml")).toBe("customer: bad\nname: [\n");
    expect(read("inventory/customers/odd.yaml")).toContain("\u0007");
  });

  test("touches no folder that is not an inventory", () => {
    write("inventory/customers/abc.yaml", untidy);
    const { code, stdout } = run("fmt");
    expect(code).toBe(3);
    expect(stdout).toContain("dtsync init");
    expect(read("inventory/customers/abc.yaml")).toBe(untidy);
    expect(run("fmt", "--inventory", "nothing")).toMatchObject({ code: 3 });
  });
});
