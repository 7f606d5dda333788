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
const filesThere = () =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".yaml"))
    .sort();
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
    /customers\/c17\.yaml cannot be written \(somebody has made it meanwhile\); nothing was left behind$/,
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

test("folders that it made go with what was in them, unless somebody else has put something there", async () => {
  const target = join(folder, "not/yet/there");
  mkdirSync(join(folder, "not"));
  const blocked = { path: "groups/late.yaml", text: "groups: []\n", before: "something else\n" };
  await expect(writeImport(target, [...customers, blocked], going)).rejects.toThrow(/; nothing was left behind$/);
  expect(readdirSync(join(folder, "not"))).toEqual([]);
  const files = customers.map((file, index) => ({
    ...file,
    get text() {
      if (index === 20) writeFileSync(join(target, "customers/mine.txt"), "somebody's\n");
      return file.text;
    },
  }));
  await expect(writeImport(target, [...files, blocked], going)).rejects.toThrow(/; nothing was left behind$/);
  expect(readdirSync(target, { recursive: true, encoding: "utf8" }).sort()).toEqual([
    "customers",
    "customers/mine.txt",
  ]);
});

test("what somebody has changed since it was written stays, and is named", async () => {
  const blocked = { path: "groups/late.yaml", text: "groups: []\n", before: "something else\n" };
  const files = customers.map((file, index) => ({
    ...file,
    get text() {
      if (index === 39) writeFileSync(join(folder, "customers/c0.yaml"), "customer: mine\n");
      return file.text;
    },
  }));
  await expect(writeImport(folder, [...files, blocked], going)).rejects.toThrow(
    /late\.yaml cannot be written \(.*\); what was written is left in \S*customers\/c0\.yaml$/,
  );
  expect(customerFiles()).toEqual(["c0.yaml"]);
  expect(read("customers/c0.yaml")).toBe("customer: mine\n");
});

test("what is named is there before what names it, and every file is whole, whenever it is cut off", async () => {
  writeFileSync(join(folder, settings.path), settings.before);
  const groups = { path: "groups/imported.yaml", text: "groups: []\n", before: null };
  const seen: string[][] = [];
  const all = [groups, settings, ...customers].map((file) => ({
    ...file,
    get text() {
      seen.push([...filesThere()]);
      for (const path of filesThere()) {
        const { text } = [groups, settings, ...customers].find((one) => one.path === path) ?? {};
        expect([settings.before, text]).toContain(read(path));
      }
      return file.text;
    },
  }));
  await writeImport(folder, all, going);
  expect(seen.filter((paths) => paths.includes(groups.path)).length).toBe(0);
  expect(seen.at(-1)).toHaveLength(customers.length + 1);
  expect(filesThere()).toHaveLength(customers.length + 2);
});

test("what one that was killed has left of a file goes, and nothing else that is hidden", async () => {
  const hidden = [".c1.yaml.aB3_-6789012", ".c1.yaml.short", ".other.yaml.aB3_-6789012"];
  for (const name of hidden) writeFileSync(join(folder, "customers", name), "customer: c1\n");
  await writeImport(folder, customers, going);
  expect(customerFiles().filter((name) => name.startsWith("."))).toEqual(hidden.slice(1));
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
