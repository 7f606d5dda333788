import { existsSync, lstatSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeFirstFiles } from "../../../src/application/write-first-files.ts";
import { onFullDisk } from "../../support/full-disk.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dtsync-first-files-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const files = () =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => lstatSync(join(folder, name)).isFile());

test.each([0, 3])(
  "a disk that has room for %i files keeps none of the first ones, so that they can be written later",
  async (room) => {
    const write = () => writeFirstFiles(join(folder, "inventory"), "0.1.0");
    await onFullDisk(() => expect(write()).rejects.toThrow(/cannot be written \(the disk is full: /), room);
    expect(files()).toEqual([]);
    await write();
    expect(existsSync(join(folder, "inventory/dtsync.yaml"))).toBe(true);
  },
);
