import { realpathSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { createFaultList, type Fault, inFile } from "../inventory/fault-list.ts";
import { listFolder, openFolder, readText } from "../inventory/inventory-folder.ts";
import { createPositions, placeAt } from "../inventory/positions.ts";
import type { SchemaKind } from "../inventory/schemas.ts";
import { escapeText, showText } from "../inventory/show-text.ts";
import { controlCharacterFault, findTextFaults, hasControlCharacter } from "../inventory/text-faults.ts";
import { type Diagnostic, inventoryStart, type Place } from "../model/diagnostic.ts";
import { formatText } from "./format-text.ts";
import { readSchema, type Schema } from "./key-order.ts";

/** A file whose layout differs from the one layout. */
export interface ChangedFile {
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

/** Lays all YAML files of an inventory out anew, without writing them. Does not throw for anything in the folder. */
export async function formatInventory(directory: string): Promise<FormattedInventory> {
  const faults = createFaultList();
  const root = openFolder(directory);
  const folder = root === null ? null : listFolder(root);
  const settings = root === null ? null : readText(root, "dtsync.yaml", new Map());
  // Without dtsync.yaml it is another folder, which has to stay as it is.
  if (root === null || folder === null || settings === null || isMissing(settings)) {
    faults.error(inFile(inventoryStart), missingFault(directory, root !== null));
    return { changed: [], files: 0, diagnostics: faults.sorted() };
  }
  for (const { file, fault } of folder.faults) faults.error(inFile({ ...inventoryStart, file }), fault);
  const files: readonly (readonly [kind: SchemaKind, paths: readonly string[]])[] = [
    ["dtsync", ["dtsync.yaml"]],
    ["customer", folder.customers],
    ["groups", folder.groups],
  ];
  const changed: ChangedFile[] = [];
  let count = 0;
  for (const [kind, paths] of files) {
    const schema = readSchema(kind);
    for (const path of paths) {
      if (count % filesAtATime === 0) await setImmediate();
      count += 1;
      const formatted = formatFile(root, path, folder.real, schema);
      for (const { place, fault } of formatted.faults) faults.error(inFile(place), fault);
      if (formatted.text === null) continue;
      changed.push({
        path,
        target: folder.real.get(path) ?? realpathSync.native(join(root, path)),
        text: formatted.text,
      });
    }
  }
  return { changed, files: count, diagnostics: faults.sorted() };
}

interface FormattedFile {
  /** Null: it stays as it is. */
  readonly text: string | null;
  readonly faults: readonly { readonly place: Place; readonly fault: Fault }[];
}

function formatFile(root: string, path: string, real: ReadonlyMap<string, string>, schema: Schema): FormattedFile {
  const read = readText(root, path, real);
  const file = escapeText(path);
  const positions = createPositions(file, "text" in read ? read.text : (read.textBefore ?? ""));
  if ("fault" in read) {
    return { text: null, faults: [{ place: placeAt(positions, positions.text.length), fault: read.fault }] };
  }
  const { text } = read;
  const result = hasControlCharacter(text)
    ? { faults: findTextFaults(text).filter(({ fault }) => fault === controlCharacterFault) }
    : formatText(text, schema);
  if ("text" in result) return { text: result.text === text ? null : result.text, faults: [] };
  return {
    text: null,
    faults: result.faults.map(({ offset, fault }) => ({ place: placeAt(positions, offset), fault })),
  };
}

const isMissing = (read: ReturnType<typeof readText>): boolean => "fault" in read && read.fault.rule === "missing-file";

const missingFault = (directory: string, exists: boolean): Fault => ({
  rule: "missing-file",
  message: exists ? "the inventory folder has no dtsync.yaml" : `there is no inventory folder ${showText(directory)}`,
  hint: "Write a first inventory with dtsync init, or name the right folder with --inventory.",
});
