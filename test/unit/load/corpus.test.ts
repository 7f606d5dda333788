import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { loadInventory } from "../../../src/load/load-inventory.ts";
import { describeAll } from "./load-files.ts";

const corpus = fileURLToPath(new URL("../../corpus/", import.meta.url));

describe("inventories of the corpus give the faults that lie beside them", () => {
  for (const name of readdirSync(corpus).sort()) {
    test(name, async () => {
      const { inventory, diagnostics, summary } = await loadInventory({
        directory: `${corpus}${name}/inventory`,
        set: [],
        rootCertificate: null,
        home: "/home/user",
        today: "2026-11-26",
      });
      const errors = diagnostics.filter(({ severity }) => severity === "error").length;
      expect(inventory === null).toBe(errors > 0);
      expect(summary).toMatchObject({ errors, warnings: diagnostics.length - errors });
      await expect(describeAll(diagnostics)).toMatchFileSnapshot(`${corpus}${name}/expected.txt`);
    });
  }
});
