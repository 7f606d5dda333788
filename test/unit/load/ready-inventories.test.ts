import { execFileSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { firstInventory } from "../../../src/init/first-inventory.ts";
import { loadFiles, loadInventoryOf, withFiles } from "./load-files.ts";

const generator = fileURLToPath(new URL("../../../scripts/generate-inventory.js", import.meta.url));

describe("inventories that dtsync comes with have neither faults nor warnings", () => {
  test("the example, which is large enough to show something", async () => {
    const { inventory, diagnostics } = await loadInventoryOf(
      fileURLToPath(new URL("../../../inventory", import.meta.url)),
    );
    expect(diagnostics).toEqual([]);
    expect(inventory?.clusters.map(({ name }) => name)).toEqual(["apac", "emea"]);
    expect(inventory?.customers.length).toBeGreaterThanOrEqual(4);
    expect(inventory?.environments.length).toBeGreaterThanOrEqual(8);
    expect(inventory?.hosts.length).toBeGreaterThanOrEqual(20);
    expect(inventory?.environments.filter(({ state }) => state === "absent" || state === "disabled")).toEqual([]);
  });

  test("what init writes", async () => {
    const { diagnostics, summary } = await loadFiles(firstInventory);
    expect(diagnostics).toEqual([]);
    expect(summary.hosts).toBeGreaterThan(0);
  });

  test.each([
    ["as large as the fleet of the benchmarks in small", ["100", "30", "240"]],
    ["with more environments than hosts", ["20", "4", "5"]],
  ])("what the benchmarks generate, %s", async (_, numbers) => {
    await withFiles({}, async (folder) => {
      execFileSync(process.execPath, [generator, folder, ...numbers]);
      const { diagnostics, summary } = await loadInventoryOf(folder);
      expect(diagnostics).toEqual([]);
      expect([summary.environments, summary.customers, summary.hosts].map(String)).toEqual(numbers);
    });
  });
});
