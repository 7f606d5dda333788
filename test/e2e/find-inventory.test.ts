import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

let folder: string;
beforeEach(() => {
  expect(existsSync(cli), "dist/ is missing: npm run build").toBe(true);
  folder = mkdtempSync(join(tmpdir(), "dtsync-find-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function run(from: string, parameters: readonly string[], variables: Readonly<Record<string, string>> = {}) {
  const { status, stdout } = spawnSync(process.execPath, [cli, ...parameters], {
    cwd: join(folder, from),
    encoding: "utf8",
    env: { ...process.env, DTSYNC_INVENTORY: "", XDG_CACHE_HOME: join(folder, "cache"), ...variables },
  });
  return { code: status, stdout };
}

test("a command in a folder of an inventory is about that inventory, and init is not", () => {
  expect(run(".", ["init"])).toMatchObject({ code: 0 });
  const valid = { code: 0, stdout: expect.stringContaining("Valid. ") as string };
  expect(run(".", ["validate"])).toMatchObject(valid);
  expect(run("inventory", ["validate"])).toMatchObject(valid);
  expect(run("inventory/customers", ["validate"])).toMatchObject(valid);
  expect(run("inventory/customers", ["fmt", "--check"])).toMatchObject({ code: 0 });
  expect(run("inventory", ["validate", "--inventory", "missing"])).toMatchObject({ code: 3 });
  expect(run("inventory", ["validate"], { DTSYNC_INVENTORY: "missing" })).toMatchObject({ code: 3 });
  expect(run("schema", ["validate"])).toMatchObject({ code: 3 });
  expect(run("inventory/customers", ["init"])).toMatchObject({ code: 0 });
  expect(existsSync(join(folder, "inventory/customers/inventory/dtsync.yaml"))).toBe(true);
});
