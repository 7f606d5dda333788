import { dirname, join, relative, sep } from "node:path";
import { inventoryStart } from "../model/diagnostic.ts";
import { digestOf, inventoryDigest } from "./digest.ts";
import { type Fault, type FaultList, inFile, mostFaultsOfFile } from "./fault-list.ts";
import type { CustomerEntry, GroupsEntry, SettingsEntry } from "./file-types.ts";
import { checkNamedFile, listFolder, readText } from "./inventory-folder.ts";
import type { CheckedText, LoadContext, LoadedFile } from "./load-context.ts";
import type { LoadTrace } from "./load-trace.ts";
import { parseYaml } from "./parse-yaml.ts";
import { createPositions, type Positions, placeAt } from "./positions.ts";
import { describeSchemaErrors } from "./schema-faults.ts";
import { checkFile, type SchemaKind } from "./schemas.ts";
import { applyOverrides, type SetOverride } from "./set-overrides.ts";
import { escapeText } from "./show-text.ts";
import { findTextFaults, hasControlCharacter } from "./text-faults.ts";
import { isContainer } from "./value-path.ts";
import { withoutValues } from "./without-values.ts";

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
  /** Real paths of the files that the folder was found to have. */
  readonly listed: ReadonlyMap<string, string>;
  readonly faults: FaultList;
  readonly digests: Map<string, string>;
}

/** Hosts of a whole inventory. More is a mistyped range, which must not fill the memory. */
const mostHosts = 200_000;

/** Finds the files of the inventory and reads dtsync.yaml. Faults are reported; what is usable of a faulty file is kept. */
export function openInventory(
  root: string,
  options: {
    readonly home: string;
    readonly set: readonly SetOverride[];
    readonly rootCertificate: string | null;
    readonly trace?: LoadTrace;
  },
  faults: FaultList,
): InventoryReader {
  const folder = listFolder(root);
  for (const { file, fault } of folder.faults) faults.error(inFile({ ...inventoryStart, file }), fault);
  const reading: Reading = { root, home: options.home, listed: folder.real, faults, digests: new Map() };
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
  const { root, home, faults, digests } = reading;
  const shownPath = escapeText(path);
  const named = readChecked(reading, path);
  if ("fault" in named) {
    const fault = kind === "dtsync" && named.fault?.rule === "missing-file" ? noSettingsFault : named.fault;
    if (fault) faults.error(inFile({ ...inventoryStart, file: shownPath }), fault);
    return null;
  }
  const { positions } = named;
  if (hasControlCharacter(positions.text)) return null;
  digests.set(path, "");
  const parsed = parseYaml(positions.text, positions);
  for (const { offset, fault } of parsed.faults) faults.error(inFile(placeAt(positions, offset)), fault);
  if (!parsed.readable) return null;
  digests.set(path, digestOf(parsed.value));
  const overridden = applyOverrides(parsed.value ?? {}, set, positions);
  for (const fault of overridden.faults) faults.error(inFile(inventoryStart), fault);
  const value = checkSchema(kind, overridden.data, positions, faults);
  if (!isContainer(value) || Array.isArray(value)) return null;
  return { path, entry: value as Entry, positions, base: { root, folder: dirname(join(root, path)), home } };
}

const noSettingsFault: Fault = {
  rule: "missing-file",
  message: "the inventory folder has no dtsync.yaml",
  hint: "Write a first inventory with dtsync init, or name the right folder with --inventory.",
};

/** The value without the parts that the schema does not accept, each of which is reported. */
function checkSchema(kind: SchemaKind, value: unknown, positions: Positions, faults: FaultList): unknown {
  const errors = checkFile(kind, value);
  if (errors.length === 0) return value;
  const described = describeSchemaErrors(errors.slice(0, mostSchemaErrors), value, positions);
  for (const { origin, fault } of described) if (fault) faults.error(origin, fault);
  // What was not described could not be left out either.
  if (errors.length > mostSchemaErrors) return null;
  const unusable = described.flatMap((fault) => (fault.unusable ? [fault.unusable] : []));
  return withoutValues(value, unusable, positions);
}

/** Several of them make one fault. */
const mostSchemaErrors = 4 * mostFaultsOfFile;

/** Reads a file and reports what its text alone shows. */
function readChecked({ root, listed, faults }: Reading, path: string): CheckedText {
  const read = readText(root, path, listed);
  const positions = createPositions(escapeText(path), "fault" in read ? (read.textBefore ?? "") : read.text);
  if ("fault" in read) {
    if (read.textBefore === undefined) return { fault: read.fault };
    faults.error(inFile(placeAt(positions, read.textBefore.length)), read.fault);
    return { fault: null };
  }
  for (const { offset, fault } of findTextFaults(read.text)) faults.error(inFile(placeAt(positions, offset)), fault);
  return { positions };
}

function createContext(reading: Reading, rootCertificate: string | null, trace: LoadTrace | undefined): LoadContext {
  const { root, faults, digests } = reading;
  const texts = new Map<string, CheckedText>();
  const checked = new Map<string, ReturnType<typeof checkNamedFile>>();
  return {
    faults,
    rootCertificate,
    hostsLeft: mostHosts,
    ...(trace ? { trace } : {}),
    ansibleInventories: new WeakMap(),
    readText(path) {
      const known = texts.get(path);
      if (known) return known;
      const relativePath = relative(root, path).split(sep).join("/");
      const named = readChecked(reading, relativePath);
      texts.set(path, named);
      if ("positions" in named) digests.set(relativePath, digestOf(named.positions.text));
      return named;
    },
    checkFile(path) {
      const known = checked.get(path);
      if (known !== undefined) return known;
      const fault = checkNamedFile(root, path);
      checked.set(path, fault);
      return fault;
    },
  };
}
