import type { LoadNotes } from "../load/explain/load-notes.ts";
import type { LoadResult } from "../load/load-inventory.ts";
import type { Inventory } from "../model/inventory.ts";
import { warningLines } from "../report/warning-lines.ts";
import type { Context } from "./context.ts";
import { loadDeclared, loadExplainable } from "./load-declared.ts";
import { createLog } from "./log.ts";
import type { CommonOptions } from "./options.ts";
import { printValidation } from "./print-validation.ts";

/** Loads the inventory or prints its faults; null: it is invalid, and everything has been said. */
export async function loadOrPrint(options: CommonOptions, context: Context): Promise<Inventory | null> {
  return inventoryOrPrint(await loadDeclared(options, context), options, context);
}

/** The same with notes of where everything comes from. */
export async function loadExplainableOrPrint(
  options: CommonOptions,
  context: Context,
): Promise<{ readonly inventory: Inventory; readonly notes: LoadNotes } | null> {
  const { notes, ...loaded } = await loadExplainable(options, context);
  const inventory = inventoryOrPrint(loaded, options, context);
  return inventory === null ? null : { inventory, notes };
}

/** The same for commands that reach clusters: what is suspect is logged before anything else happens. */
export async function loadForRun(options: CommonOptions, context: Context): Promise<Inventory | null> {
  const loaded = await loadDeclared(options, context);
  const inventory = inventoryOrPrint(loaded, options, context);
  if (inventory === null) return null;
  const log = createLog(options, context);
  for (const line of warningLines(loaded.diagnostics)) log.warn(line);
  return inventory;
}

function inventoryOrPrint(loaded: LoadResult, options: CommonOptions, context: Context): Inventory | null {
  if (loaded.inventory === null) printValidation(loaded, options, context);
  return loaded.inventory;
}
