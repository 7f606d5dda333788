import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type LoadOptions, type LoadResult, loadInventory } from "../../../src/load/load-inventory.ts";
import type { Inventory } from "../../../src/model/inventory.ts";

export type Files = Readonly<Record<string, string | Uint8Array>>;

export const settingsFile = `version: 1
clusters:
  emea:
    url: https://dynatrace.emea.example.com
    token: { env: DTSYNC_TOKEN_EMEA }
  apac:
    url: https://dynatrace.apac.example.com
    token: { env: DTSYNC_TOKEN_APAC }
roles:
  viewer: [VIEWER]
  operator: [viewer, LOG_VIEWER]
defaults:
  cluster: emea
`;

/** Where no group uses them, which would be a warning. */
export const settingsWithoutRoles = settingsFile.replace(/^roles:\n(?: .*\n)+/m, "");

/** Runs something with the files in a folder of their own, which is gone afterwards. */
export async function withFiles<Result>(files: Files, run: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "dtsync-inventory-"));
  try {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Loads files; dtsync.yaml is `settingsFile` unless the files have one. */
export function loadFiles(files: Files, options: Partial<LoadOptions> = {}): Promise<LoadResult> {
  return withFiles({ "dtsync.yaml": settingsFile, ...files }, (directory) => loadInventoryOf(directory, options));
}

/** Loads what is in a folder. */
export const loadInventoryOf = (directory: string, options: Partial<LoadOptions> = {}): Promise<LoadResult> =>
  loadInventory({ directory, set: [], rootCertificate: null, home: "/home/user", ...options });

/** Loads files that must be valid. */
export async function loadValid(files: Files, options: Partial<LoadOptions> = {}): Promise<Inventory> {
  const { inventory, diagnostics } = await loadFiles(files, options);
  if (inventory === null) throw new Error(describeAll(diagnostics));
  return inventory;
}

export function describeAll(diagnostics: LoadResult["diagnostics"]): string {
  return diagnostics
    .map(
      ({ file, line, column, severity, rule, message, hint }) =>
        `${file}:${line}:${column} ${severity} ${rule}: ${message}\n    ${hint}\n`,
    )
    .join("");
}

/** Warnings about what small inventories leave out; the corpus has cases for them. */
const aboutTheRest: ReadonlySet<string> = new Set(["environment-without-hosts", "unused-role"]);

/** What a test is about. */
export const withoutTheRest = (diagnostics: LoadResult["diagnostics"]): LoadResult["diagnostics"] =>
  diagnostics.filter(({ rule }) => !aboutTheRest.has(rule));

/** `file:line:column rule` of every diagnostic that the test can be about. */
export function placesOf({ diagnostics }: LoadResult): readonly string[] {
  return withoutTheRest(diagnostics).map(({ file, line, column, rule }) => `${file}:${line}:${column} ${rule}`);
}

/** A token text that matches the general form, made here so that no file holds one. */
export const fakeToken = (): string => `dt0c01.${"A".repeat(24)}.${"B".repeat(64)}`;
