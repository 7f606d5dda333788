import { dirname, join } from "node:path";
import { inventoryStart } from "../model/diagnostic.ts";
import type { Budget } from "./diagnostics/budget.ts";
import { conflictDiagnostic, findConflictMark } from "./diagnostics/conflict-marks.ts";
import { type Diagnostics, type DiagnosticText, inFile } from "./diagnostics/diagnostics.ts";
import { findSilentLookAlikes } from "./diagnostics/look-alikes.ts";
import { escapeText } from "./diagnostics/show-text.ts";
import { findTextDiagnostics, hasControlCharacter } from "./diagnostics/text-diagnostics.ts";
import { digestOf } from "./digest.ts";
import type { InventoryFiles } from "./files/inventory-files.ts";
import type { FileUse } from "./files/inventory-folder.ts";
import { isMisnamedSettings } from "./files/stray-files.ts";
import type { CheckedText } from "./hosts/hosts-context.ts";
import type { CleanTexts } from "./schema/clean-texts.ts";
import { mostSchemaErrors, type SchemaKind } from "./schema/compile-schemas.ts";
import type { LoadedFile } from "./schema/loaded-file.ts";
import { describeSchemaErrors } from "./schema/schema-diagnostics.ts";
import { checkFile } from "./schema/schemas.ts";
import { parseYaml } from "./yaml/parse-yaml.ts";
import { createPositions, type Positions, placeAt } from "./yaml/positions.ts";
import { applyOverrides, type SetOverride } from "./yaml/set-overrides.ts";
import { countMarks } from "./yaml/text-marks.ts";
import { isContainer } from "./yaml/value-path.ts";
import { withoutValues } from "./yaml/without-values.ts";

/** What reading the files of one inventory shares. */
export interface Reading {
  readonly root: string;
  readonly home: string;
  readonly files: InventoryFiles;
  readonly clean: CleanTexts | undefined;
  readonly diagnostics: Diagnostics;
  readonly budget: Budget;
  readonly digests: Map<string, string>;
}

/** Reads a file of a kind that has a schema; null when nothing of it is usable, which is reported. */
export function readFile<Entry>(
  kind: SchemaKind,
  path: string,
  reading: Reading,
  set: readonly SetOverride[],
): LoadedFile<Entry> | null {
  const { root, home, files, diagnostics, budget, digests } = reading;
  budget.admitFile(escapeText(path));
  const found = readPositions(reading, path, "yaml");
  if ("diagnostic" in found) {
    const diagnostic =
      kind === "dtsync" && found.diagnostic?.rule === "missing-file" ? noSettings(files) : found.diagnostic;
    if (diagnostic) diagnostics.error(inFile({ ...inventoryStart, file: escapeText(path) }), diagnostic);
    return null;
  }
  const { positions } = found;
  // What --set puts in is not in the file.
  const known = set.length === 0 ? reading.clean?.recall(kind, positions) : undefined;
  if (known) {
    budget.countMarks(countMarks(positions.text).marks, true);
    digests.set(path, known.digest);
  }
  const value = known ? known.value : readValue(kind, path, positions, reading, set);
  if (!isContainer(value) || Array.isArray(value)) return null;
  return { path, entry: value as Entry, positions, base: { root, folder: dirname(join(root, path)), home } };
}

/** The data of a file without its invalid parts, each of which is reported. */
function readValue(
  kind: SchemaKind,
  path: string,
  positions: Positions,
  { diagnostics, budget, digests, clean }: Reading,
  set: readonly SetOverride[],
): unknown {
  const hasTextDiagnostics = reportTextDiagnostics(positions, findSilentLookAlikes(positions.text), diagnostics);
  if (hasControlCharacter(positions.text)) return null;
  digests.set(path, "");
  const parsed = parseYaml(positions.text, positions);
  budget.countMarks(parsed.marks, parsed.plain);
  for (const { offset, diagnostic } of parsed.diagnostics)
    diagnostics.error(inFile(placeAt(positions, offset)), diagnostic);
  if (!parsed.readable) return null;
  const digest = digestOf(parsed.value);
  digests.set(path, digest);
  const overridden = applyOverrides(parsed.value ?? {}, set, positions);
  for (const diagnostic of overridden.diagnostics) diagnostics.error(inFile(inventoryStart), diagnostic);
  const errors = checkFile(kind, overridden.data);
  if (errors.length > 0) return withoutInvalidParts(errors, { root: overridden.data, positions, kind }, diagnostics);
  if (parsed.plain && !hasTextDiagnostics && set.length === 0)
    clean?.keep(kind, { value: parsed.value, digest }, positions);
  return overridden.data;
}

function noSettings(files: InventoryFiles): DiagnosticText {
  const meant = files.list().others.find(isMisnamedSettings);
  return {
    rule: "missing-file",
    message: "the inventory folder has no dtsync.yaml",
    hint:
      meant === undefined
        ? "Write a first inventory with dtsync init, or name the right folder with --inventory."
        : `Rename ${meant} to dtsync.yaml.`,
  };
}

/** The value without the parts that the schema does not accept, each of which is reported. */
function withoutInvalidParts(
  errors: ReturnType<typeof checkFile>,
  source: Parameters<typeof describeSchemaErrors>[1],
  diagnostics: Diagnostics,
): unknown {
  const described = describeSchemaErrors(errors.slice(0, mostSchemaErrors), source);
  for (const { where, diagnostic } of described) if (diagnostic) diagnostics.error(where, diagnostic);
  // What was not described could not be left out either.
  if (errors.length > mostSchemaErrors) return null;
  const unusable = described.flatMap((diagnostic) => (diagnostic.unusable ? [diagnostic.unusable] : []));
  return withoutValues(source.root, unusable, source.positions);
}

/** Reads a host list; `path` is relative to the inventory folder. */
export function readHostListText(reading: Reading, path: string): CheckedText {
  const { diagnostics, budget, digests } = reading;
  budget.admitFile(escapeText(path));
  const read = readPositions(reading, path, "hosts");
  if ("diagnostic" in read) return read;
  budget.countMarks(countMarks(read.positions.text).marks, true);
  const { text } = read.positions;
  const conflict = findConflictMark(text);
  const marks = conflict === null ? [] : [{ offset: conflict, diagnostic: conflictDiagnostic }];
  reportTextDiagnostics(read.positions, marks, diagnostics);
  digests.set(path, digestOf(text));
  return conflict === null ? read : { diagnostic: null };
}

/** Reads a file as text. */
function readPositions({ files, diagnostics }: Reading, path: string, use: FileUse): CheckedText {
  const read = files.readText(path, use);
  const positions = createPositions(escapeText(path), "diagnostic" in read ? (read.textBefore ?? "") : read.text);
  if (!("diagnostic" in read)) return { positions };
  if (read.textBefore === undefined) return { diagnostic: read.diagnostic };
  diagnostics.error(inFile(placeAt(positions, read.textBefore.length)), read.diagnostic);
  return { diagnostic: null };
}

/** Reports what the text of a file alone shows, `further` included; false when that is nothing. */
function reportTextDiagnostics(
  positions: Positions,
  further: ReturnType<typeof findTextDiagnostics>,
  diagnostics: Diagnostics,
): boolean {
  const found = [...findTextDiagnostics(positions.text), ...further];
  for (const { offset, diagnostic } of found) diagnostics.error(inFile(placeAt(positions, offset)), diagnostic);
  return found.length > 0;
}
