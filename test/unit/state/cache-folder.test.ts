import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openCacheFolder } from "../../../src/state/cache-folder.ts";
import { onFullDisk } from "../../support/full-disk.ts";

let base: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "dtsync-cache-test-"));
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

const open = (state = "state") => openCacheFolder({ XDG_CACHE_HOME: base, XDG_STATE_HOME: join(base, state) });

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
  expect(statSync(join(base, ".local/state/dtsync/cache-key")).mode & 0o777).toBe(0o600);
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

test("leaves nothing behind on a full disk", async () => {
  await onFullDisk(() => open().write("a", "text"));
  open().write("b", "text");
  await onFullDisk(() => open().write("c", "text"));
  expect(readdirSync(base, { recursive: true }).sort()).toEqual([
    ...["dtsync", "dtsync/b", "state", "state/dtsync", "state/dtsync/cache-key"],
  ]);
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

test("does not give what was made with the key of somebody else, or kept under another name", () => {
  open("state of somebody else").write("a", "forged");
  expect(open().read("a")).toBeNull();
  open().write("a", "text");
  copyFileSync(join(base, "dtsync/a"), join(base, "dtsync/b"));
  expect([open().read("a"), open().read("b")]).toEqual(["text", null]);
});

test.each([
  ["a folder that others can write to", () => chmodSync(join(base, "dtsync"), 0o777)],
  ["a file that others can write to", () => chmodSync(join(base, "dtsync/a"), 0o666)],
  [
    "a link",
    () => {
      renameSync(join(base, "dtsync/a"), join(base, "elsewhere"));
      symlinkSync(join(base, "elsewhere"), join(base, "dtsync/a"));
    },
  ],
  ["a key that others can write to", () => chmodSync(join(base, "state/dtsync/cache-key"), 0o666)],
  ["a key that is none", () => writeFileSync(join(base, "state/dtsync/cache-key"), "")],
])("does not use %s", (_what, change) => {
  open().write("a", "text");
  expect(open().read("a")).toBe("text");
  change();
  expect(open().read("a")).toBeNull();
});

test("does not write through a link that was put where an unfinished file would be", () => {
  open().write("a", "text");
  writeFileSync(join(base, "victim"), "kept");
  symlinkSync(join(base, "victim"), join(base, `dtsync/a.${process.pid}`));
  open().write("a", "other");
  expect(readFileSync(join(base, "victim"), "utf8")).toBe("kept");
});

test("does not read a cache that a merge request could bring along", () => {
  const folder = "cache";
  openCacheFolder({ XDG_CACHE_HOME: folder, HOME: base, XDG_STATE_HOME: join(base, "state") }).write("a", "text");
  expect(readdirSync(join(base, ".cache/dtsync"))).toEqual(["a"]);
});
