import { resolve } from "node:path";
import { type Diagnostic, inventoryStart } from "../model/diagnostic.ts";
import type { Inventory, InventorySummary } from "../model/inventory.ts";
import { createDiagnostics, type Diagnostics, inFile, ReadingStopped } from "./diagnostics/diagnostics.ts";
import { escapeText, showText } from "./diagnostics/show-text.ts";
import type { LoadNotes } from "./explain/load-notes.ts";
import type { InventoryFiles } from "./files/inventory-files.ts";
import { openFolder } from "./files/inventory-folder.ts";
import type { LoadFollower } from "./load-follower.ts";
import { type InventoryReader, openInventory } from "./open-inventory.ts";
import { resolveItems } from "./resolve-items.ts";
import type { CleanTexts } from "./schema/clean-texts.ts";
import type { SetOverride } from "./yaml/set-overrides.ts";

export interface LoadOptions {
  /** The inventory folder. */
  readonly directory: string;
  readonly set: readonly SetOverride[];
  /** $DTSYNC_ROOT_CERTIFICATE */
  readonly rootCertificate: string | null;
  /** What `~/` stands for. */
  readonly home: string;
  /** The UTC day, YYYY-MM-DD, on which what is over is suspect; left out: none. */
  readonly today?: string;
  /** In place of the folder's files as they are. */
  readonly files?: InventoryFiles;
  readonly clean?: CleanTexts;
  /** Filled with where everything comes from. */
  readonly notes?: LoadNotes;
  readonly follower?: LoadFollower;
}

export interface LoadResult {
  /** Null if and only if there is an error among the diagnostics. */
  readonly inventory: Inventory | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly summary: InventorySummary;
}

/**
 * Reads a whole inventory: finds the files, parses and checks each by itself, lays the levels of settings over each
 * other, expands ranges and templates, and checks what has to hold between files. Everything that is wrong is in the
 * diagnostics; it does not throw for anything that is in the folder.
 */
export async function loadInventory(options: LoadOptions): Promise<LoadResult> {
  const diagnostics = createDiagnostics();
  const directory = openFolder(options.directory);
  if (directory === null) {
    diagnostics.error(inFile(inventoryStart), {
      rule: "missing-file",
      message: `there is no inventory folder ${showText(options.directory)}`,
      hint: "Write a first inventory with dtsync init, or name the folder with --inventory.",
    });
    return finish(null, 0, diagnostics);
  }
  const rootCertificate = options.rootCertificate === null ? null : resolve(options.rootCertificate);
  let reader: InventoryReader | null = null;
  let inventory: Inventory | null = null;
  try {
    reader = openInventory(directory, { ...options, rootCertificate }, diagnostics);
    const items = await resolveItems(reader, directory, options.follower);
    reportStrayFiles(reader, diagnostics);
    inventory = { directory, digest: reader.digest(), ...items };
  } catch (error) {
    // The diagnostics say why it stopped.
    if (!(error instanceof ReadingStopped)) throw error;
  }
  return finish(inventory, reader?.fileCount() ?? 0, diagnostics);
}

function reportStrayFiles(reader: InventoryReader, diagnostics: Diagnostics): void {
  for (const { path, diagnostic } of reader.strayFiles())
    diagnostics.warning(inFile({ ...inventoryStart, file: escapeText(path) }), diagnostic);
}

function finish(inventory: Inventory | null, files: number, collected: Diagnostics): LoadResult {
  const diagnostics = collected.sorted();
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const summary: InventorySummary = {
    files,
    customers: inventory?.customers.length ?? 0,
    environments: inventory?.environments.filter(({ state }) => state !== "absent").length ?? 0,
    groups: inventory?.groups.filter(({ state }) => state !== "absent").length ?? 0,
    hosts: inventory?.hosts.filter(({ state }) => state !== "absent").length ?? 0,
    errors,
    warnings: diagnostics.length - errors,
  };
  return { inventory: errors > 0 ? null : inventory, diagnostics, summary };
}
