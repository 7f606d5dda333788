import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeImport } from "../../../src/application/write-import.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dtsync-write-import-"));
  mkdirSync(join(folder, "customers"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const going = new AbortController().signal;
const settings = { path: "dtsync.yaml", text: "version: 1\nnew: true\n", before: "version: 1\n" };
const customers = Array.from({ length: 40 }, (_, index) => ({
  path: `customers/c${index}.yaml`,
  text: `customer: c${index}\n`,
  before: null,
}));
const read = (path: string) => readFileSync(join(folder, path), "utf8");
const customerFiles = () => readdirSync(join(folder, "customers")).sort();

test("every file is written, and folders are made", async () => {
  const groups = { path: "groups/operations/all.yaml", text: "groups: []\n", before: null };
  writeFileSync(join(folder, settings.path), settings.before);
  await writeImport(folder, [settings, ...customers, groups], going);
  expect(read("dtsync.yaml")).toBe(settings.text);
  expect(customerFiles()).toEqual(customers.map(({ path }) => path.slice("customers/".length)).sort());
  expect(read(groups.path)).toBe(groups.text);
});

test("a file keeps its byte order mark", async () => {
  writeFileSync(join(folder, settings.path), `\ufeff${settings.before}`);
  await writeImport(folder, [settings], going);
  expect(read("dtsync.yaml")).toBe(`\ufeff${settings.text}`);
});

test("a file that somebody made meanwhile ends it by name, and everything else is taken back", async () => {
  writeFileSync(join(folder, settings.path), settings.before);
  writeFileSync(join(folder, "customers/c17.yaml"), "somebody's\n");
  await expect(writeImport(folder, [settings, ...customers], going)).rejects.toThrow(
    /customers\/c17\.yaml cannot be written \(EEXIST.*\); nothing was left behind$/,
  );
  expect(read("dtsync.yaml")).toBe(settings.before);
  expect(customerFiles()).toEqual(["c17.yaml"]);
  expect(read("customers/c17.yaml")).toBe("somebody's\n");
});

test("a file that somebody changed meanwhile keeps the others from being written", async () => {
  writeFileSync(join(folder, settings.path), "version: 1\nchanged: true\n");
  await expect(writeImport(folder, [settings, ...customers], going)).rejects.toThrow(
    /dtsync\.yaml cannot be written \(it has changed meanwhile\)/,
  );
  expect(read("dtsync.yaml")).toBe("version: 1\nchanged: true\n");
  expect(customerFiles()).toEqual([]);
});

test("an interrupt leaves nothing behind", async () => {
  writeFileSync(join(folder, settings.path), settings.before);
  const interrupted = new AbortController();
  const files = customers.map((file, index) => ({
    ...file,
    get text() {
      if (index === 20) interrupted.abort(new Error("interrupted"));
      return file.text;
    },
  }));
  await expect(writeImport(folder, [settings, ...files], interrupted.signal)).rejects.toThrow("interrupted");
  expect(read("dtsync.yaml")).toBe(settings.before);
  expect(customerFiles()).toEqual([]);
});
