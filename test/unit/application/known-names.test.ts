import { appendFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { knownNames, noNames } from "../../../src/application/known-names.ts";
import type { CacheFolder } from "../../../src/state/cache-folder.ts";
import { type Files, settingsFile, withFiles } from "../load/load-files.ts";

const options = (directory: string) => ({ directory, set: [], rootCertificate: null, home: "/home/user" });

const files: Files = {
  "dtsync.yaml": `${settingsFile}groups:\n  - { name: NOC Team, clusters: [emea] }\n`,
  "customers/abc.yaml":
    "customer: abc\nlabels: { type: ccv2 }\nenvironments:\n  p1: { hosts: [{ file: ../hosts/abc.txt }] }\n  t1: {}\n",
  "hosts/abc.txt": "web[01-02].abc.example.com\n",
};

const expected = {
  clusters: ["apac", "emea"],
  customers: ["abc"],
  environments: ["abc-p1", "abc-t1"],
  stages: ["p", "t"],
  labels: ["label.type=ccv2"],
  groups: ["emea/NOC Team"],
  hosts: ["web01.abc.example.com", "web02.abc.example.com"],
};

function memory() {
  const kept = new Map<string, string>();
  const written: string[] = [];
  const cache: CacheFolder = {
    read: (name) => kept.get(name) ?? null,
    write: (name, text) => {
      kept.set(name, text);
      written.push(name.replace(/-.*/, ""));
    },
  };
  return { kept, written, cache };
}

describe("the names of an inventory", () => {
  test("are read once as long as no file changes", async () => {
    await withFiles(files, async (folder) => {
      const { cache, written } = memory();
      expect(await knownNames(options(folder), cache, "1.0.0")).toEqual(expected);
      expect(written).toEqual(["texts", "names"]);
      expect(await knownNames(options(folder), cache, "1.0.0")).toEqual(expected);
      expect(written).toHaveLength(2);
    });
  });

  test.each<[string, (folder: string) => void, Partial<typeof expected>]>([
    [
      "a host list",
      (folder) => appendFileSync(join(folder, "hosts/abc.txt"), "db01.abc.example.com\n"),
      { hosts: ["db01.abc.example.com", ...expected.hosts] },
    ],
    [
      "a new customer",
      (folder) => writeFileSync(join(folder, "customers/sun.yaml"), "customer: sun\n"),
      { customers: ["abc", "sun"] },
    ],
    ["a file less", (folder) => rmSync(join(folder, "customers/abc.yaml")), noNamesOfItems()],
  ])("follow %s", async (_name, change, difference) => {
    await withFiles(files, async (folder) => {
      const { cache } = memory();
      await knownNames(options(folder), cache, "1.0.0");
      change(folder);
      expect(await knownNames(options(folder), cache, "1.0.0")).toEqual({ ...expected, ...difference });
    });
  });

  test("stay as they were while it is invalid, which is found out once", async () => {
    await withFiles(files, async (folder) => {
      const { cache, written } = memory();
      await knownNames(options(folder), cache, "1.0.0");
      writeFileSync(join(folder, "customers/abc.yaml"), "customer: abc\nenvironments: {");
      expect(await knownNames(options(folder), cache, "1.0.0")).toEqual(expected);
      const { length } = written;
      expect(await knownNames(options(folder), cache, "1.0.0")).toEqual(expected);
      expect(written).toHaveLength(length);
    });
  });

  test("are none where there never was a valid inventory; a folder that is none is not searched", async () => {
    await withFiles({ "dtsync.yaml": "a: {" }, async (folder) => {
      const { cache, written } = memory();
      expect(await knownNames(options(join(folder, "none")), cache, "1.0.0")).toEqual(noNames);
      expect(await knownNames(options(folder), cache, "1.0.0")).toEqual(noNames);
      rmSync(join(folder, "dtsync.yaml"));
      const { length } = written;
      expect(await knownNames(options(folder), cache, "1.0.0")).toEqual(noNames);
      expect(written).toHaveLength(length);
    });
  });

  test.each(["{}", "null", "{ half", '{"paths":[],"stamp":"","names":{"hosts":[1]}}'])(
    "are read again where %s is remembered",
    async (text) => {
      await withFiles(files, async (folder) => {
        const { cache, kept } = memory();
        await knownNames(options(folder), cache, "1.0.0");
        for (const name of kept.keys()) if (name.startsWith("names-")) kept.set(name, text);
        expect(await knownNames(options(folder), cache, "1.0.0")).toEqual(expected);
      });
    },
  );
});

function noNamesOfItems(): Partial<typeof expected> {
  return { customers: [], environments: [], stages: [], labels: [], hosts: [] };
}
