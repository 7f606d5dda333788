import { dirname, join, relative, sep } from "node:path";
import { inventoryStart } from "../model/diagnostic.ts";
import { type Budget, createBudget } from "./diagnostics/budget.ts";
import { type Fault, type FaultList, inFile } from "./diagnostics/fault-list.ts";
import { escapeText } from "./diagnostics/show-text.ts";
import { createSuggestionHint } from "./diagnostics/suggest.ts";
import { findTextFaults, hasControlCharacter } from "./diagnostics/text-faults.ts";
import { digestOf, inventoryDigest } from "./digest.ts";
import type { LoadTrace } from "./explain/load-trace.ts";
import { type InventoryFiles, inventoryFiles } from "./files/inventory-files.ts";
import type { CheckedText, LoadContext, LoadedFile } from "./load-context.ts";
import type { CleanTexts } from "./schema/clean-texts.ts";
import { mostSchemaErrors } from "./schema/compile-schemas.ts";
import type { CustomerEntry, GroupsEntry, SettingsEntry } from "./schema/file-types.ts";
import { describeSchemaErrors } from "./schema/schema-faults.ts";
import { checkFile, type SchemaKind } from "./schema/schemas.ts";
import { parseYaml } from "./yaml/parse-yaml.ts";
import { createPositions, type Positions, placeAt } from "./yaml/positions.ts";
import { applyOverrides, type SetOverride } from "./yaml/set-overrides.ts";
import { countMarks } from "./yaml/text-marks.ts";
import { isContainer } from "./yaml/value-path.ts";
import { withoutValues } from "./yaml/without-values.ts";

/** The files of one inventory, read one at a time so that each can be forgotten as soon as it has been resolved. */
export interface InventoryReader {
  /** dtsync.yaml with the overrides in it, or null when it could not be read. */
  readonly settings: LoadedFile<SettingsEntry> | null;
  /** Relative to the inventory folder, sorted. */
  readonly customers: readonly string[];
  readonly groups: readonly string[];
  /** False when there are files that cannot even be found, for example behind a broken link. */
  readonly complete: boolean;
  readonly context: LoadContext;
  readCustomer(path: string): LoadedFile<CustomerEntry> | null;
  readGroups(path: string): LoadedFile<GroupsEntry> | null;
  /** Number of files that were read. */
  fileCount(): number;
  /** YAML files that belong to no kind and that no item named. */
  strayFiles(): readonly string[];
  /** Over everything that was read and over the overrides. */
  digest(): string;
}

interface Reading {
  readonly root: string;
  readonly home: string;
  readonly files: InventoryFiles;
  readonly clean: CleanTexts | undefined;
  readonly faults: FaultList;
  readonly budget: Budget;
  readonly digests: Map<string, string>;
}

/** Hosts of a whole inventory. More is a mistyped range, which must not fill the memory. */
const mostHosts = 100_000;

/** Finds the files of the inventory and reads dtsync.yaml. Faults are reported; what is usable of a faulty file is kept. */
export function openInventory(
  root: string,
  options: {
    readonly home: string;
    readonly set: readonly SetOverride[];
    readonly rootCertificate: string | null;
    readonly trace?: LoadTrace | undefined;
    readonly files?: InventoryFiles | undefined;
    readonly clean?: CleanTexts | undefined;
  },
  faults: FaultList,
): InventoryReader {
  const files = options.files ?? inventoryFiles(root);
  const folder = files.list();
  for (const { file, fault } of folder.faults) faults.error(inFile({ ...inventoryStart, file }), fault);
  const budget = createBudget(faults);
  const reading: Reading = {
    root,
    home: options.home,
    files,
    clean: options.clean,
    faults,
    budget,
    digests: new Map(),
  };
  const settings = readOne<SettingsEntry>("dtsync", "dtsync.yaml", reading, options.set);
  return {
    settings,
    customers: folder.customers,
    groups: folder.groups,
    complete: folder.faults.length === 0,
    context: createContext(reading, options.rootCertificate, options.trace),
    readCustomer: (path) => readOne<CustomerEntry>("customer", path, reading, []),
    readGroups: (path) => readOne<GroupsEntry>("groups", path, reading, []),
    fileCount: () => reading.digests.size,
    strayFiles: () => folder.others.filter((path) => !reading.digests.has(path)),
    digest: () => inventoryDigest(reading.digests, options.set),
  };
}

function readOne<Entry>(
  kind: SchemaKind,
  path: string,
  reading: Reading,
  set: readonly SetOverride[],
): LoadedFile<Entry> | null {
  const { root, home, faults, budget, digests } = reading;
  budget.admitFile(escapeText(path));
  const found = readPositions(reading, path);
  if ("fault" in found) {
    const fault = kind === "dtsync" && found.fault?.rule === "missing-file" ? noSettingsFault : found.fault;
    if (fault) faults.error(inFile({ ...inventoryStart, file: escapeText(path) }), fault);
    return null;
  }
  const { positions } = found;
  // What --set puts in is not what stands in the file.
  const known = set.length === 0 ? reading.clean?.recall(kind, positions) : undefined;
  if (known) {
    budget.countMarks(countMarks(positions.text).marks, true);
    digests.set(path, known.digest);
  }
  const value = known ? known.value : readValue(kind, path, positions, reading, set);
  if (!isContainer(value) || Array.isArray(value)) return null;
  return { path, entry: value as Entry, positions, base: { root, folder: dirname(join(root, path)), home } };
}

/** The data of a file without its faulty parts, each of which is reported. */
function readValue(
  kind: SchemaKind,
  path: string,
  positions: Positions,
  { faults, budget, digests, clean }: Reading,
  set: readonly SetOverride[],
): unknown {
  const hasTextFaults = reportTextFaults(positions, faults);
  if (hasControlCharacter(positions.text)) return null;
  digests.set(path, "");
  const parsed = parseYaml(positions.text, positions);
  budget.countMarks(parsed.marks, parsed.plain);
  for (const { offset, fault } of parsed.faults) faults.error(inFile(placeAt(positions, offset)), fault);
  if (!parsed.readable) return null;
  const digest = digestOf(parsed.value);
  digests.set(path, digest);
  const overridden = applyOverrides(parsed.value ?? {}, set, positions);
  for (const fault of overridden.faults) faults.error(inFile(inventoryStart), fault);
  const errors = checkFile(kind, overridden.data);
  if (errors.length > 0) return withoutFaults(errors, overridden.data, positions, faults);
  if (parsed.plain && !hasTextFaults && set.length === 0) clean?.keep(kind, { value: parsed.value, digest }, positions);
  return overridden.data;
}

const noSettingsFault: Fault = {
  rule: "missing-file",
  message: "the inventory folder has no dtsync.yaml",
  hint: "Write a first inventory with dtsync init, or name the right folder with --inventory.",
};

/** The value without the parts that the schema does not accept, each of which is reported. */
function withoutFaults(
  errors: ReturnType<typeof checkFile>,
  value: unknown,
  positions: Positions,
  faults: FaultList,
): unknown {
  const described = describeSchemaErrors(errors.slice(0, mostSchemaErrors), value, positions);
  for (const { origin, fault } of described) if (fault) faults.error(origin, fault);
  // What was not described could not be left out either.
  if (errors.length > mostSchemaErrors) return null;
  const unusable = described.flatMap((fault) => (fault.unusable ? [fault.unusable] : []));
  return withoutValues(value, unusable, positions);
}

/** Reads a file as text. */
function readPositions({ files, faults }: Reading, path: string): CheckedText {
  const read = files.readText(path);
  const positions = createPositions(escapeText(path), "fault" in read ? (read.textBefore ?? "") : read.text);
  if (!("fault" in read)) return { positions };
  if (read.textBefore === undefined) return { fault: read.fault };
  faults.error(inFile(placeAt(positions, read.textBefore.length)), read.fault);
  return { fault: null };
}

/** Reports what the text of a file alone shows. */
function reportTextFaults(positions: Positions, faults: FaultList): boolean {
  const found = findTextFaults(positions.text);
  for (const { offset, fault } of found) faults.error(inFile(placeAt(positions, offset)), fault);
  return found.length > 0;
}

function createContext(reading: Reading, rootCertificate: string | null, trace: LoadTrace | undefined): LoadContext {
  const { root, files, faults, budget, digests } = reading;
  const texts = new Map<string, CheckedText>();
  const checked = new Map<string, ReturnType<InventoryFiles["checkNamedFile"]>>();
  return {
    faults,
    budget,
    suggest: createSuggestionHint(),
    rootCertificate,
    mostHosts,
    hostsLeft: mostHosts,
    ...(trace ? { trace } : {}),
    hostLists: new Map(),
    readText(path) {
      const known = texts.get(path);
      if (known) return known;
      const relativePath = relative(root, path).split(sep).join("/");
      budget.admitFile(escapeText(relativePath));
      const named = readPositions(reading, relativePath);
      texts.set(path, named);
      if ("fault" in named) return named;
      budget.countMarks(countMarks(named.positions.text).marks, true);
      reportTextFaults(named.positions, faults);
      digests.set(relativePath, digestOf(named.positions.text));
      return named;
    },
    checkFile(path) {
      const known = checked.get(path);
      if (known !== undefined) return known;
      const fault = files.checkNamedFile(path);
      checked.set(path, fault);
      return fault;
    },
  };
}
