import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openCacheFolder } from "../../../src/application/cache-folder.ts";

let base: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "dtsync-cache-test-"));
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

const open = () => openCacheFolder({ XDG_CACHE_HOME: base });

test("gives back what was written, to its owner alone", () => {
  open().write("a", "first\nsecond\n");
  expect(open().read("a")).toBe("first\nsecond\n");
  expect(open().read("b")).toBeNull();
  expect(statSync(join(base, "dtsync")).mode & 0o077).toBe(0);
  expect(statSync(join(base, "dtsync/a")).mode & 0o077).toBe(0);
  expect(readdirSync(join(base, "dtsync"))).toEqual(["a"]);
});

test("is below the home folder without XDG_CACHE_HOME", () => {
  openCacheFolder({ HOME: base }).write("a", "text");
  expect(readdirSync(join(base, ".cache/dtsync"))).toEqual(["a"]);
});

test.each([
  ["cut off", (kept: string) => kept.slice(0, -3)],
  ["changed", (kept: string) => kept.replace("second", "sekond")],
  ["emptied", () => ""],
])("does not give what was %s on the disk", (_name, spoil) => {
  open().write("a", "first\nsecond\n");
  const path = join(base, "dtsync/a");
  writeFileSync(path, spoil(readFileSync(path, "utf8")));
  expect(open().read("a")).toBeNull();
});

test("keeps nothing where it cannot write, without a word", () => {
  writeFileSync(join(base, "dtsync"), "a file is in the way");
  open().write("a", "text");
  expect(open().read("a")).toBeNull();
});

test("forgets what was written longest ago", () => {
  for (let index = 0; index < 45; index += 1) {
    open().write(`file${index}`, "text");
    if (index < 44) utimesSync(join(base, `dtsync/file${index}`), index, index);
  }
  const names = readdirSync(join(base, "dtsync"));
  expect(names).toHaveLength(40);
  expect(names).not.toContain("file0");
  expect(names).toContain("file44");
});
