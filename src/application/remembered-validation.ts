import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { isObject, parseForm } from "../lib/form.ts";
import type { RecordedAnswer } from "../load/files/recorded-answers.ts";
import type { LoadOptions, LoadResult } from "../load/load-inventory.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { InventorySummary } from "../model/inventory.ts";
import type { Validation } from "../report/validation-reports.ts";
import type { CacheFolder } from "../state/cache-folder.ts";

interface Remembered {
  readonly answers: readonly RecordedAnswer[];
  readonly validation: Validation;
}

/**
 * Checks an inventory like `loadInventory`, faster where it was checked before: when every file is as it was, the
 * result is too; otherwise files that were read before and found in order are not parsed and checked again. Files are compared by their
 * content, never by their times.
 */
export async function validateRemembered(
  options: LoadOptions,
  cache: CacheFolder,
  version: string,
): Promise<Validation> {
  const [{ openFolder }, { inventoryFiles, readAhead }, { recordAnswers, answersHold }] = await Promise.all([
    import("../load/files/inventory-folder.ts"),
    import("../load/files/inventory-files.ts"),
    import("../load/files/recorded-answers.ts"),
  ]);
  const root = openFolder(options.directory);
  const name = root === null ? null : cacheNameOf(root, options, version);
  const files = root === null ? null : readAhead(inventoryFiles(root));
  const remembered = name === null ? null : parseForm(cache.read(`validated-${name}`), isRemembered);
  if (files && remembered && answersHold(files, remembered.answers)) return remembered.validation;
  if (name === null || files === null) return validationOf(await loadRemembered(options, cache, version));
  const recorded = recordAnswers(files);
  const validation = validationOf(await loadRemembered({ ...options, files: recorded.files }, cache, version));
  const now: Remembered = { answers: recorded.answers(), validation };
  cache.write(`validated-${name}`, JSON.stringify(now));
  return validation;
}

/**
 * Loads an inventory like `loadInventory`, without parsing and checking the texts again that were in order before. What
 * files there are and what is in them is read every time.
 */
export async function loadRemembered(options: LoadOptions, cache: CacheFolder, version: string): Promise<LoadResult> {
  const [{ loadInventory }, { createCleanTexts }, { openFolder }] = await Promise.all([
    import("../load/load-inventory.ts"),
    import("../load/schema/clean-texts.ts"),
    import("../load/files/inventory-folder.ts"),
  ]);
  const root = openFolder(options.directory);
  if (root === null) return loadInventory(options);
  // What is known of a text holds whatever a run is given: what --set puts in is not kept.
  const name = `texts-${cacheNameOf(root, { ...options, set: [], rootCertificate: null, today: "" }, version)}`;
  const clean = createCleanTexts(cache.read(name) ?? "");
  const loaded = await loadInventory({ ...options, clean });
  const texts = clean.toText();
  if (texts !== null) cache.write(name, texts);
  return loaded;
}

const validationOf = ({ diagnostics, summary }: Validation): Validation => ({ diagnostics, summary });

/** Everything but the files that the result depends on. The build counts, because a version has many while it is made. */
export function cacheNameOf(root: string, options: LoadOptions, version: string): string {
  const build = statSync(fileURLToPath(import.meta.url)).mtimeMs;
  const { set, rootCertificate, home, today = null } = options;
  const all = JSON.stringify([root, set, rootCertificate, home, today, version, build, process.version]);
  return createHash("sha256").update(all).digest("hex").slice(0, 32);
}

function isRemembered(value: unknown): value is Remembered {
  if (!isObject<Remembered>(value) || !Array.isArray(value.answers) || !isObject<Validation>(value.validation))
    return false;
  const { diagnostics, summary } = value.validation;
  return (
    value.answers.every((answer) => Array.isArray(answer) && answer.length === 3 && answer.every(isText)) &&
    Array.isArray(diagnostics) &&
    diagnostics.every(isDiagnostic) &&
    isObject<InventorySummary>(summary) &&
    countsOfSummary.every((count) => typeof summary[count] === "number")
  );
}

const isText = (value: unknown): value is string => typeof value === "string";

const countsOfSummary = Object.keys({
  files: true,
  customers: true,
  environments: true,
  groups: true,
  hosts: true,
  errors: true,
  warnings: true,
} satisfies Record<keyof InventorySummary, true>) as readonly (keyof InventorySummary)[];

function isDiagnostic(value: unknown): boolean {
  if (!isObject<Diagnostic>(value)) return false;
  const { severity, rule, message, hint, file, line, column } = value;
  return (
    (severity === "error" || severity === "warning") &&
    [rule, message, hint, file].every(isText) &&
    typeof line === "number" &&
    typeof column === "number"
  );
}
