import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { expect } from "vitest";
import type { Inventory } from "../../src/model/inventory.ts";
import { unusableCluster } from "../../src/observe/observe-cluster.ts";
import { planOf } from "../support/builders.ts";
import { loadInventoryOf, withFiles } from "../unit/load/load-files.ts";
import { damaged, damageToText } from "./damage.ts";
import { expectMeantWords, fuzz } from "./fuzz.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The files of a folder by their paths in it. */
function filesOf(folder: string): Readonly<Record<string, Uint8Array>> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(folder, path), readFileSync(path)]),
  );
}

const corpus = readdirSync(join(root, "test/corpus")).map((name) => join("test/corpus", name, "inventory"));
const samples = [...corpus, "inventory"].map((name) => ({ name, files: filesOf(join(root, name)) }));

const damagedSample = fc.record({
  sample: fc.nat({ max: samples.length - 1 }),
  file: fc.nat({ max: 50 }),
  damages: fc.array(damageToText, { minLength: 1, maxLength: 3 }),
});

fuzz("inventories", damagedSample, async ({ sample, file, damages }) => {
  const files = samples[sample]?.files ?? {};
  const paths = Object.keys(files);
  const path = paths[file % paths.length] ?? "dtsync.yaml";
  const content = damages.reduce(damaged, files[path] ?? new Uint8Array());
  await withFiles({ ...files, [path]: content }, async (folder) => {
    const { inventory, diagnostics, summary } = await loadInventoryOf(folder);
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    expect(inventory === null).toBe(errors.length > 0);
    expect(summary.errors).toBe(errors.length);
    for (const { message, hint, line, column } of diagnostics) {
      expectMeantWords(message, hint);
      // A pipeline would take some of these characters for its commands, and a terminal others.
      expect(`${message}${hint}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/);
      expect(Math.min(line, column)).toBeGreaterThanOrEqual(1);
    }
    if (inventory !== null) expectPlansOfDeclared(inventory);
  });
});

/** Whatever a damaged file was taken to mean: what cannot be read is held, and what is planned is declared. */
function expectPlansOfDeclared(inventory: Inventory): void {
  const unreadable = new Map(inventory.clusters.map(({ name }) => [name, unusableCluster("not read", 0)]));
  const blind = planOf({ inventory, observed: { clusters: unreadable, hosts: new Map() } });
  expect(blind.changes).toEqual([]);
  const plan = planOf({ inventory });
  const ids = new Set(inventory.environments.map(({ id }) => id));
  const names = new Set(inventory.groups.map(({ name }) => name));
  for (const { environment, group, host, action } of plan.changes) {
    expect(action).toMatch(/^(?:create|grant)$/);
    expect(host).toBeNull();
    expect(environment === null || ids.has(environment)).toBe(true);
    expect(group === null || names.has(group)).toBe(true);
  }
  expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
}
