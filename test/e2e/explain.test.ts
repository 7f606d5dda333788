import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Explanation } from "../../src/model/explanation.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const cli = join(root, "dist/cli.js");

const explain = (...parameters: readonly string[]) =>
  spawnSync(process.execPath, [cli, "explain", ...parameters], {
    cwd: root,
    encoding: "utf8",
    env: { PATH: process.env["PATH"] ?? "", DTSYNC_INVENTORY: "inventory" },
  });

test("an environment of the example inventory, as JSON and as text", () => {
  const { stdout, stderr, status } = explain("abc-p1", "--format", "json");
  expect([status, stderr]).toEqual([0, ""]);
  const { format, id, settings } = JSON.parse(stdout) as Explanation;
  expect([format, id]).toEqual(["dtsync-explain/1", "environment/abc-p1"]);
  for (const setting of Object.values(settings)) {
    expect(Object.keys(setting).slice(0, 3)).toEqual(["value", "source", "overrides"]);
  }
  expect(settings["ssh.hostKeys"]).toEqual({ value: "strict", source: null, overrides: [] });
  const text = explain("environment/abc-p1", "--set", "defaults.ssh.user=root");
  expect(text.status).toBe(0);
  expect(text.stdout).toMatch(/^ {2}user +root +--set defaults\.ssh\.user\n {2,}was deploy +dtsync\.yaml:\d+$/m);
});

test("a group and a host", () => {
  expect(explain("platform-admins").stderr).toContain(
    'Did you mean "group/apac/platform-admins" or "group/emea/platform-admins"?',
  );
  expect(explain("group/emea/platform-admins").stdout).toMatch(/^ {2}isClusterAdminGroup +true +dtsync\.yaml:\d+$/m);
  expect(explain("host/web01.abc.example.com").stdout).toMatch(/^ {2}environment +abc-p1 +customers\//m);
});

test("an unknown name is a usage fault with a suggestion", () => {
  const { stdout, stderr, status } = explain("abc-p11");
  expect([status, stdout]).toEqual([3, ""]);
  expect(stderr).toBe('dtsync: the inventory declares no item "abc-p11"\n  Did you mean "environment/abc-p1"?\n');
  const json = explain("abc-p11", "--format", "json");
  expect(json.status).toBe(3);
  expect(JSON.parse(json.stdout)).toMatchObject({ format: "dtsync-error/1", error: { exitCode: 3 } });
  expect(explain().status).toBe(3);
});

test("an invalid inventory is not explained, its faults are printed", () => {
  const folder = mkdtempSync(join(tmpdir(), "dtsync-explain-"));
  try {
    const { stdout, status } = explain("abc-p1", "--inventory", folder);
    expect(status).toBe(3);
    expect(stdout).toContain("[missing-file]");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
