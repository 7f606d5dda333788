import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeFolders } from "../../../src/files/make-folders.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dtsync-folders-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("all folders of a path are made, with the mode that is wanted, and those that are there stay", () => {
  mkdirSync(join(folder, "there"), { mode: 0o755 });
  makeFolders(join(folder, "there/one/two"), 0o700);
  makeFolders(join(folder, "there/one/two"), 0o700);
  expect(["there", "there/one", "there/one/two"].map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([
    0o755, 0o700, 0o700,
  ]);
});

test("a link to a folder is one, and a file or a link to nothing is an error", () => {
  mkdirSync(join(folder, "real"));
  symlinkSync("real", join(folder, "link"));
  symlinkSync("nothing", join(folder, "dangling"));
  writeFileSync(join(folder, "file"), "");
  makeFolders(join(folder, "link/below"));
  expect(statSync(join(folder, "real/below")).isDirectory()).toBe(true);
  expect(() => makeFolders(join(folder, "file"))).toThrow(/EEXIST/);
  expect(() => makeFolders(join(folder, "file/below"))).toThrow(/ENOTDIR/);
  expect(() => makeFolders(join(folder, "dangling/below"))).toThrow(/EEXIST/);
});

test.skipIf(process.platform !== "linux")("where the system makes none, it ends", () => {
  expect(() => makeFolders("/proc/no-such-folder/below")).toThrow(/ENOENT/);
});
