import { errorMessage } from "../errors.ts";
import type { LoadNotes } from "../load/explain/load-notes.ts";
import type { LoadFollower } from "../load/load-follower.ts";
import type { LoadResult } from "../load/load-inventory.ts";
import type { Inventory } from "../model/inventory.ts";
import { faultReports, type ValidationRun } from "../report/validation-reports.ts";
import { warningLines } from "../report/warning-lines.ts";
import type { CacheFolder } from "../state/cache-folder.ts";
import type { Context } from "./context.ts";
import { loadDeclared, loadExplainable, loadKnown } from "./load-declared.ts";
import type { CommonOptions, ReportTarget } from "./options.ts";
import type { OutputFiles } from "./output-files.ts";
import { printValidation } from "./print-validation.ts";
import { repositoryPath } from "./repository-path.ts";

/** Loads the inventory or prints its faults; null: it is invalid, and everything has been said. */
export async function loadOrPrint(options: CommonOptions, context: Context): Promise<Inventory | null> {
  return inventoryOrPrint(await loadDeclared(options, context), options, context);
}

/** The same with what earlier runs have kept of its files. `follower`: told what it says before all of it is checked. */
export async function loadKnownOrPrint(
  options: CommonOptions,
  cache: CacheFolder,
  context: Context,
  follower: LoadFollower,
): Promise<Inventory | null> {
  return inventoryOrPrint(await loadKnown(options, cache, context, follower), options, context);
}

/** The same as `loadOrPrint` with notes of where everything comes from. */
export async function loadExplainableOrPrint(
  options: CommonOptions,
  context: Context,
): Promise<{ readonly inventory: Inventory; readonly notes: LoadNotes } | null> {
  const { notes, ...loaded } = await loadExplainable(options, context);
  const inventory = inventoryOrPrint(loaded, options, context);
  return inventory === null ? null : { inventory, notes };
}

/** Options of a command that reaches clusters and writes reports of what it did. */
export interface RunOptions extends CommonOptions {
  readonly report: readonly ReportTarget<keyof typeof faultReports>[];
}

/**
 * The same as `loadKnownOrPrint` for commands that plan: what is suspect is logged before anything else happens. The reports of an
 * invalid inventory are its faults. Throws DtsyncError where it is valid, and what comes of it could not be written.
 */
export async function loadForRun(
  command: ValidationRun["command"],
  outputs: OutputFiles,
  options: RunOptions,
  cache: CacheFolder,
  context: Context,
  follower?: LoadFollower,
): Promise<Inventory | null> {
  const loaded = await loadKnown(options, cache, context, follower);
  const inventory = inventoryOrPrint(loaded, options, context);
  if (inventory === null) {
    const run = { command, folder: repositoryPath(options.inventory), version: context.version };
    await orTold(
      outputs.writeReports(options.report, (kind) => faultReports[kind](loaded, run)),
      context,
    );
    return null;
  }
  if (outputs.unwritable !== null) throw outputs.unwritable;
  for (const line of warningLines(loaded.diagnostics)) context.log.warn(line);
  return inventory;
}

/** For the reports of an invalid inventory: that one cannot be written is told, and changes nothing about how the run ends. */
export async function orTold(writing: Promise<void>, context: Context): Promise<void> {
  await writing.catch((error: unknown) => context.log.error(errorMessage(error)));
}

function inventoryOrPrint(loaded: LoadResult, options: CommonOptions, context: Context): Inventory | null {
  if (loaded.inventory === null) printValidation(loaded, options, context);
  return loaded.inventory;
}
