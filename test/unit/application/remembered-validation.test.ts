import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { loadRemembered, validateRemembered } from "../../../src/application/remembered-validation.ts";
import { loadInventory } from "../../../src/load/load-inventory.ts";
import { createCleanTexts } from "../../../src/load/schema/clean-texts.ts";
import type { CacheFolder } from "../../../src/state/cache-folder.ts";
import { type Files, settingsFile, withFiles } from "../load/load-files.ts";

const options = (directory: string) => ({ directory, set: [], rootCertificate: null, home: "/home/user" });

interface Memory extends CacheFolder {
  readonly kept: Map<string, string>;
  /** Names whose content was given, since this was last emptied. */
  readonly given: string[];
}

function memory(): Memory {
  const kept = new Map<string, string>();
  const given: string[] = [];
  return {
    kept,
    given,
    read: (name) => {
      if (kept.has(name)) given.push(name);
      return kept.get(name) ?? null;
    },
    write: (name, text) => kept.set(name, text),
  };
}

async function plainly(directory: string) {
  const { diagnostics, summary } = await loadInventory(options(directory));
  return { diagnostics, summary };
}

const corpus = fileURLToPath(new URL("../../corpus/", import.meta.url));
const folders = [
  fileURLToPath(new URL("../../../inventory", import.meta.url)),
  ...readdirSync(corpus)
    .sort()
    .map((name) => `${corpus}${name}/inventory`),
];

describe("an inventory that is loaded with what is kept of its files is the same, over the example and the corpus:", () => {
  test.each(folders)("%s", async (directory) => {
    const expected = await loadInventory(options(directory));
    const cache = memory();
    const load = () => loadRemembered(options(directory), cache, "1.0.0");
    expect(await load()).toEqual(expected);
    expect(await load()).toEqual(expected);
    // What --set puts in is of one run.
    const set = [{ path: "clusters.emea.maxConcurrency", value: 3, text: "3" }];
    const given = await loadInventory({ ...options(directory), set });
    expect(await loadRemembered({ ...options(directory), set }, cache, "1.0.0")).toEqual(given);
    expect(await load()).toEqual(expected);
  });
});

describe("what is remembered is what a plain reading gives, over the example and the corpus:", () => {
  test.each(folders)("%s", async (directory) => {
    const expected = await plainly(directory);
    const cache = memory();
    const validate = () => validateRemembered(options(directory), cache, "1.0.0");
    expect(await validate()).toEqual(expected);
    expect(await validate()).toEqual(expected);
    // Without the result, from the texts alone.
    for (const name of cache.kept.keys()) if (name.startsWith("validated-")) cache.kept.delete(name);
    expect(await validate()).toEqual(expected);
  });

  test("the inventory that is made of remembered texts is the same too", async () => {
    const [example = ""] = folders;
    const first = createCleanTexts("");
    const plain = await loadInventory({ ...options(example), clean: first });
    const again = await loadInventory({ ...options(example), clean: createCleanTexts(first.toText() ?? "") });
    expect(first.toText()).not.toBeNull();
    expect(again).toEqual(plain);
    expect(again).toEqual(await loadInventory(options(example)));
  });
});

const customer = (id: string, host: string) => `customer: ${id}
environments:
  p1:
    hosts:
      - file: ../hosts/${id}.txt
      - ${host}
`;

const files: Files = {
  "dtsync.yaml": settingsFile,
  "customers/abc.yaml": customer("abc", "web01.abc.example.com"),
  "customers/sun.yaml": customer("sun", "web01.sun.example.com"),
  "hosts/abc.txt": "db01.abc.example.com\n",
  "hosts/sun.txt": "db01.sun.example.com\n",
  "ca.pem": "a certificate\n",
};

/** Every change that can make another result of the same folder. */
const changes: Readonly<Record<string, (folder: string) => void>> = {
  "a file with another text": (folder) =>
    writeFileSync(join(folder, "customers/sun.yaml"), customer("sun", "web01.abc.example.com")),
  "a text of equal length and time": (folder) => {
    writeFileSync(join(folder, "customers/sun.yaml"), customer("sun", "-eb01.sun.example.com"));
    utimesSync(join(folder, "customers/sun.yaml"), 0, 0);
  },
  "a new file": (folder) => writeFileSync(join(folder, "customers/abc2.yaml"), customer("abc", "x.example.com")),
  "a file less": (folder) => rmSync(join(folder, "customers/sun.yaml")),
  "a file with a name that is not read": (folder) =>
    renameSync(join(folder, "customers/sun.yaml"), join(folder, "customers/sun.text")),
  "another host list": (folder) => appendFileSync(join(folder, "hosts/sun.txt"), "-oProxyCommand=true\n"),
  "a host list less": (folder) => rmSync(join(folder, "hosts/sun.txt")),
  "a folder in place of a file": (folder) => {
    rmSync(join(folder, "hosts/sun.txt"));
    mkdirSync(join(folder, "hosts/sun.txt"));
  },
  "a YAML file that is not read": (folder) => writeFileSync(join(folder, "stray.yaml"), "a: b\n"),
  "a link that leads out": (folder) => symlinkSync("/etc", join(folder, "customers/link")),
  "other settings": (folder) =>
    writeFileSync(join(folder, "dtsync.yaml"), settingsFile.replace("cluster: emea", "cluster: asia")),
  "settings with a certificate that is there no longer": (folder) => rmSync(join(folder, "ca.pem")),
  "no settings": (folder) => rmSync(join(folder, "dtsync.yaml")),
  "no folder": (folder) => rmSync(folder, { recursive: true }),
};

describe("a change is noticed:", () => {
  test.each(Object.entries(changes))("%s", async (_name, change) => {
    const settings = settingsFile.replace("emea.example.com\n", "emea.example.com\n    ca: ca.pem\n");
    await withFiles({ ...files, "dtsync.yaml": settings }, async (folder) => {
      const cache = memory();
      const before = await validateRemembered(options(folder), cache, "1.0.0");
      expect(before).toEqual(await plainly(folder));
      expect(before.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
      change(folder);
      const after = await validateRemembered(options(folder), cache, "1.0.0");
      expect(after).toEqual(await plainly(folder));
      expect(after).not.toEqual(before);
    });
  });

  test("another version of dtsync, other overrides and another home remember nothing of each other", async () => {
    await withFiles(files, async (folder) => {
      const cache = memory();
      await validateRemembered(options(folder), cache, "1.0.0");
      await validateRemembered(options(folder), cache, "1.0.1");
      await validateRemembered({ ...options(folder), home: "/root" }, cache, "1.0.0");
      const set = [{ path: "safety.maxRemovals", value: 3, text: "safety.maxRemovals=3" }];
      await validateRemembered({ ...options(folder), set }, cache, "1.0.0");
      // Texts alone do not depend on what a run is given.
      expect(cache.given.filter((name) => name.startsWith("validated-"))).toEqual([]);
      cache.given.length = 0;
      await validateRemembered(options(folder), cache, "1.0.0");
      expect(cache.given).toHaveLength(1);
    });
  });
});

test("a changed file alone is read again, and a file with a fault is never remembered", async () => {
  await withFiles(files, async (folder) => {
    const cache = memory();
    await validateRemembered(options(folder), cache, "1.0.0");
    const texts = () => [...cache.kept].find(([name]) => name.startsWith("texts-"))?.[1].split("\n") ?? [];
    expect(texts()).toHaveLength(3);
    const before = texts();
    writeFileSync(join(folder, "customers/sun.yaml"), "customer: sun\nenvironments: { p1: { trail: true } }\n");
    const { summary } = await validateRemembered(options(folder), cache, "1.0.0");
    expect(summary.errors).toBe(1);
    writeFileSync(join(folder, "customers/sun.yaml"), "customer: sun\nenvironments: { p1: { trial: true } }\n");
    await validateRemembered(options(folder), cache, "1.0.0");
    expect(texts()).toHaveLength(3);
    expect(texts().filter((line) => before.includes(line))).toHaveLength(2);
  });
});

test.each([
  "{}",
  "null",
  "[]",
  "{ half",
  JSON.stringify({ answers: [], validation: {} }),
  JSON.stringify({ answers: [[1, 2, 3]], validation: { diagnostics: [], summary: {} } }),
  JSON.stringify({ answers: [], validation: { diagnostics: [{}], summary: {} } }),
  JSON.stringify({ answers: [], validation: { diagnostics: [], summary: { errors: 0 } } }),
])("what is remembered as %s is as good as nothing", async (text) => {
  await withFiles({ "dtsync.yaml": "format: 2\n" }, async (directory) => {
    const cache = memory();
    const expected = await validateRemembered(options(directory), cache, "1.0.0");
    for (const name of cache.kept.keys()) cache.kept.set(name, text);
    expect(await validateRemembered(options(directory), cache, "1.0.0")).toEqual(expected);
    expect(expected.summary.errors).toBeGreaterThan(0);
  });
});
