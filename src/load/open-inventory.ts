import { join, relative, sep } from "node:path";
import { inventoryStart } from "../model/diagnostic.ts";
import { createBudget } from "./diagnostics/budget.ts";
import { type Diagnostics, type DiagnosticText, inFile } from "./diagnostics/diagnostics.ts";
import { createSuggestionHint } from "./diagnostics/suggest.ts";
import { inventoryDigest } from "./digest.ts";
import type { LoadNotes } from "./explain/load-notes.ts";
import { type InventoryFiles, inventoryFiles } from "./files/inventory-files.ts";
import { explainStray, isMisnamedSettings } from "./files/stray-files.ts";
import type { CheckedText } from "./hosts/hosts-context.ts";
import type { LoadContext } from "./load-context.ts";
import { type Reading, readFile, readHostListText } from "./read-file.ts";
import type { CleanTexts } from "./schema/clean-texts.ts";
import type { CustomerEntry, GroupsEntry, SettingsEntry } from "./schema/file-types.ts";
import type { LoadedFile } from "./schema/loaded-file.ts";
import type { SetOverride } from "./yaml/set-overrides.ts";

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
  /** Files that belong to no kind and that no item named, with what to do with them. */
  strayFiles(): readonly StrayFile[];
  /** Over everything that was read and over the overrides. */
  digest(): string;
}

interface StrayFile {
  /** Relative to the inventory folder. */
  readonly path: string;
  readonly diagnostic: DiagnosticText;
}

/** Files of which the text is looked at to tell what they were meant to be. */
const mostStrayTexts = 20;

/** Hosts of a whole inventory. More is a mistyped range, which must not fill the memory. */
const mostHosts = 100_000;

interface OpenOptions {
  readonly home: string;
  readonly set: readonly SetOverride[];
  readonly rootCertificate: string | null;
  readonly today?: string | undefined;
  readonly notes?: LoadNotes | undefined;
  readonly files?: InventoryFiles | undefined;
  readonly clean?: CleanTexts | undefined;
}

/** Finds the files of the inventory and reads dtsync.yaml. What is invalid is reported; the rest of a file is kept. */
export function openInventory(root: string, options: OpenOptions, diagnostics: Diagnostics): InventoryReader {
  const files = options.files ?? inventoryFiles(root);
  const folder = files.list();
  for (const { file, diagnostic } of folder.diagnostics)
    diagnostics.error(inFile({ ...inventoryStart, file }), diagnostic);
  const budget = createBudget(diagnostics);
  const reading: Reading = {
    root,
    home: options.home,
    files,
    clean: options.clean,
    diagnostics,
    budget,
    digests: new Map(),
  };
  const settings = readFile<SettingsEntry>("dtsync", "dtsync.yaml", reading, options.set);
  return {
    settings,
    customers: folder.customers,
    groups: folder.groups,
    complete: folder.diagnostics.length === 0,
    context: createContext(reading, options),
    readCustomer: (path) => readFile<CustomerEntry>("customer", path, reading, []),
    readGroups: (path) => readFile<GroupsEntry>("groups", path, reading, []),
    fileCount: () => reading.digests.size,
    strayFiles: () => strayFiles(reading, settings !== null),
    digest: () => inventoryDigest(reading.digests, options.set),
  };
}

function strayFiles({ files, digests }: Reading, hasSettings: boolean): readonly StrayFile[] {
  const { others, real } = files.list();
  const stray = others.filter((path) => !digests.has(path) && (hasSettings || !isMisnamedSettings(path)));
  return stray.map((path, index) => {
    const read = index < mostStrayTexts ? files.readText(path, "yaml") : null;
    const text = read !== null && "text" in read ? read.text : null;
    return { path, diagnostic: explainStray(path, text, (target) => real.has(target)) };
  });
}

function createContext(reading: Reading, { rootCertificate, today, notes }: OpenOptions): LoadContext {
  const { root, files, diagnostics, budget } = reading;
  const texts = new Map<string, CheckedText>();
  const checked = new Map<string, ReturnType<InventoryFiles["checkNamedFile"]>>();
  return {
    diagnostics,
    budget,
    suggest: createSuggestionHint(),
    rootCertificate,
    today: today ?? null,
    mostHosts,
    hostsLeft: mostHosts,
    ...(notes ? { notes } : {}),
    hostLists: new Map(),
    readText(path) {
      const known = texts.get(path);
      if (known) return known;
      const read = readHostListText(reading, relative(root, path).split(sep).join("/"));
      texts.set(path, read);
      return read;
    },
    variableFindings: new Map(),
    filesBelow(path) {
      const below = files.variableFiles(relative(root, path).split(sep).join("/"));
      return below !== null && "files" in below ? { files: below.files.map((file) => join(root, file)) } : below;
    },
    checkFile(path) {
      const known = checked.get(path);
      if (known !== undefined) return known;
      const diagnostic = files.checkNamedFile(path);
      checked.set(path, diagnostic);
      return diagnostic;
    },
  };
}
