import { realpathSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { createBudget } from "../load/diagnostics/budget.ts";
import {
  createDiagnostics,
  type Diagnostics,
  type DiagnosticText,
  inFile,
  ReadingStopped,
} from "../load/diagnostics/diagnostics.ts";
import { escapeText, showText } from "../load/diagnostics/show-text.ts";
import { findTextDiagnostics, hasControlCharacter } from "../load/diagnostics/text-diagnostics.ts";
import { type InventoryFiles, inventoryFiles } from "../load/files/inventory-files.ts";
import { openFolder } from "../load/files/inventory-folder.ts";
import type { SchemaKind } from "../load/schema/compile-schemas.ts";
import { createPositions, placeAt } from "../load/yaml/positions.ts";
import { countMarks } from "../load/yaml/text-marks.ts";
import { type Diagnostic, inventoryStart, type Place } from "../model/diagnostic.ts";
import { formatText } from "./format-text.ts";
import { readSchema, type Schema } from "./key-order.ts";

/** A file whose layout differs from the one layout. */
interface ChangedFile {
  /** Relative to the inventory folder. */
  readonly path: string;
  /** Absolute, with links resolved. */
  readonly target: string;
  readonly text: string;
}

export interface FormattedInventory {
  /** Sorted by path, dtsync.yaml first. */
  readonly changed: readonly ChangedFile[];
  /** Files that were looked at. */
  readonly files: number;
  /** Why files could not be formatted. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Files between two moments in which signals and timers get their turn. */
const filesAtATime = 50;

/** Gives all YAML files of an inventory their layout, without writing them. Does not throw for anything in the folder. */
export async function formatInventory(directory: string): Promise<FormattedInventory> {
  const diagnostics = createDiagnostics();
  const changed: ChangedFile[] = [];
  let files = 0;
  const root = openFolder(directory);
  const folder = root === null ? null : inventoryFiles(root);
  // Without dtsync.yaml it is another folder, which has to stay as it is.
  if (root === null || folder === null || isMissing(folder.readText("dtsync.yaml", "yaml"))) {
    diagnostics.error(inFile(inventoryStart), missingDiagnostic(directory, root !== null));
    return { changed, files, diagnostics: diagnostics.sorted() };
  }
  try {
    for await (const { path, text } of formatFiles(folder, diagnostics)) {
      files += 1;
      if (text === null) continue;
      changed.push({ path, target: folder.list().real.get(path) ?? realpathSync.native(join(root, path)), text });
    }
  } catch (error) {
    // The diagnostics say why it stopped. What was laid out until then is as good as ever.
    if (!(error instanceof ReadingStopped)) throw error;
  }
  return { changed, files, diagnostics: diagnostics.sorted() };
}

async function* formatFiles(
  folder: InventoryFiles,
  diagnostics: Diagnostics,
): AsyncGenerator<{ readonly path: string; readonly text: string | null }> {
  const { customers, groups, diagnostics: folderDiagnostics } = folder.list();
  for (const { file, diagnostic } of folderDiagnostics)
    diagnostics.error(inFile({ ...inventoryStart, file }), diagnostic);
  const kinds: readonly (readonly [kind: SchemaKind, paths: readonly string[]])[] = [
    ["dtsync", ["dtsync.yaml"]],
    ["customer", customers],
    ["groups", groups],
  ];
  const budget = createBudget(diagnostics);
  let count = 0;
  for (const [kind, paths] of kinds) {
    const schema = readSchema(kind);
    for (const path of paths) {
      if (count % filesAtATime === 0) await setImmediate();
      count += 1;
      budget.admitFile(escapeText(path));
      const formatted = formatFile(folder, path, schema);
      budget.countMarks(formatted.marks, true);
      for (const { place, diagnostic } of formatted.diagnostics) diagnostics.error(inFile(place), diagnostic);
      yield { path, text: formatted.text };
    }
  }
}

interface FormattedFile {
  /** Null: it stays as it is. */
  readonly text: string | null;
  readonly marks: number;
  readonly diagnostics: readonly { readonly place: Place; readonly diagnostic: DiagnosticText }[];
}

function formatFile(folder: InventoryFiles, path: string, schema: Schema): FormattedFile {
  const read = folder.readText(path, "yaml");
  const file = escapeText(path);
  const positions = createPositions(file, "text" in read ? read.text : (read.textBefore ?? ""));
  if ("diagnostic" in read) {
    return {
      text: null,
      marks: 0,
      diagnostics: [{ place: placeAt(positions, positions.text.length), diagnostic: read.diagnostic }],
    };
  }
  const { text } = read;
  const { marks } = countMarks(text);
  const result = hasControlCharacter(text)
    ? { diagnostics: findTextDiagnostics(text).filter(({ diagnostic }) => diagnostic.rule === "control-character") }
    : formatText(text, schema);
  if ("text" in result) return { text: result.text === text ? null : result.text, marks, diagnostics: [] };
  return {
    text: null,
    marks,
    diagnostics: result.diagnostics.map(({ offset, diagnostic }) => ({
      place: placeAt(positions, offset),
      diagnostic,
    })),
  };
}

const isMissing = (read: ReturnType<InventoryFiles["readText"]>): boolean =>
  "diagnostic" in read && read.diagnostic.rule === "missing-file";

const missingDiagnostic = (directory: string, exists: boolean): DiagnosticText => ({
  rule: "missing-file",
  message: exists ? "the inventory folder has no dtsync.yaml" : `there is no inventory folder ${showText(directory)}`,
  hint: "Write a first inventory with dtsync init, or name the right folder with --inventory.",
});
