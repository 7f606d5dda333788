import { existsSync, realpathSync } from "node:fs";
import { unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { DeclaredFiles, FileText } from "../declare/declared-files.ts";
import { DtsyncError, errorMessage, exitCodes } from "../errors.ts";
import { makeFolders } from "../files/make-folders.ts";
import { ownFolder } from "../files/own-files.ts";
import { readMarkedText } from "../files/read-ordinary-file.ts";
import { writeWhole } from "../files/write-file.ts";
import { commitFiles, requireCommitted } from "../git/commit-files.ts";
import { GitFailure } from "../git/git-failure.ts";
import { openRepository, type Repository } from "../git/open-repository.ts";
import { type LineChange, lineChanges } from "../lib/line-changes.ts";
import { type InventoryFiles, inventoryFiles } from "../load/files/inventory-files.ts";
import { isInside } from "../load/files/inventory-folder.ts";
import { loadInventory } from "../load/load-inventory.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { ownIdentity } from "../state/process-identity.ts";
import { type Lock, LockHeld, takeLock } from "../state/run-lock.ts";
import type { Context } from "./context.ts";
import { gitEdges } from "./git-edges.ts";
import { loadOptions } from "./load-declared.ts";
import type { CommonOptions } from "./options.ts";
import { printValidation } from "./print-validation.ts";

export interface ChangeOptions extends CommonOptions {
  /** Nothing is written. */
  readonly dryRun: boolean;
  /** What is written becomes a commit. */
  readonly commit: boolean;
}

/** A file that was changed, or with `dryRun` would be. */
export interface ChangedFile {
  /** Relative to the inventory folder. */
  readonly path: string;
  readonly created: boolean;
  readonly changes: readonly LineChange[];
}

export interface InventoryChange {
  readonly files: readonly ChangedFile[];
  /** Null: none was made. */
  readonly commit: string | null;
  /** What a person should know of it besides the lines. */
  readonly notes: readonly string[];
  /** What is suspect only since then. */
  readonly warnings: readonly Diagnostic[];
}

/** Bytes: what an inventory may hold in a host list. */
const largestFile = 5_000_000;

/** Milliseconds that another change is waited for: each takes seconds. */
const patience = 60_000;

/**
 * Changes files of an inventory: `decide` says which, from what is declared; then the changed inventory is checked as a
 * whole, and written only if it is valid. Null: it is not, or was not before, and the faults have been printed.
 *
 * Two of them never lose one another's change: one waits for the other, and none writes over a file that has changed since it
 * was read. Throws where a file cannot be changed or committed; the files are as before then, unless the message says otherwise.
 */
export async function changeInventory(
  decide: (declared: DeclaredFiles) => readonly FileText[],
  message: string,
  options: ChangeOptions,
  context: Context,
): Promise<InventoryChange | null> {
  const given = loadOptions(options, context);
  const lock = options.dryRun ? null : await lockInventory(given.directory, context);
  try {
    const before = await loadInventory(given);
    if (before.inventory === null) {
      printValidation(before, options, context);
      return null;
    }
    const root = before.inventory.directory;
    const files = inventoryFiles(root);
    const texts = new Map<string, string | null>();
    const read = (path: string): string | null => {
      const known = texts.get(path);
      if (known !== undefined) return known;
      const text = readRaw(placeOf(path, root, files));
      texts.set(path, text);
      return text;
    };
    const { customers, groups } = files.list();
    const wanted = decide({ inventory: before.inventory, customers, groups, read });
    const changed = wanted.filter(({ path, text }) => read(path) !== text);
    if (changed.length === 0) return { files: [], commit: null, notes: [], warnings: [] };
    const asChanged = inventoryFiles(root, new Map(changed.map(({ path, text }) => [path, text])));
    const after = await loadInventory({ ...given, files: asChanged });
    if (after.inventory === null) {
      printValidation(after, { ...options, inventory: emptyFolder }, context);
      context.output.err("Nothing was written: the inventory would be invalid.\n");
      return null;
    }
    const known = new Set(before.diagnostics.map(({ rule, message: text }) => `${rule} ${text}`));
    const warnings = after.diagnostics.filter(({ rule, message: text }) => !known.has(`${rule} ${text}`));
    const result = {
      files: changed.map(({ path, text }) => {
        const old = read(path);
        return { path, created: old === null, changes: lineChanges(old ?? "", text) };
      }),
      notes: changed.flatMap(({ notes }) => notes ?? []),
      warnings,
    };
    if (options.dryRun) return { ...result, commit: null };
    const places = changed.map(({ path, text }) => ({
      path,
      place: placeOf(path, root, files),
      before: read(path),
      text,
    }));
    return { ...result, commit: await write(places, message, options, root, context) };
  } finally {
    lock?.release();
  }
}

/** Faults of files that are not written yet are shown without lines of the disk, which are others. */
const emptyFolder = "/dev/null";

interface Write {
  readonly path: string;
  /** Absolute, with links resolved. */
  readonly place: string;
  readonly before: string | null;
  readonly text: string;
}

async function write(
  writes: readonly Write[],
  message: string,
  options: ChangeOptions,
  root: string,
  context: Context,
): Promise<string | null> {
  const repository = options.commit ? await openOrThrow(root, context) : null;
  try {
    const places = writes.map(({ place }) => place);
    if (repository)
      await orThrow(
        () => "nothing was written",
        () => requireCommitted(repository, places),
      );
    await writeAll(writes);
    context.log.info("inventory was changed", () => ({ files: writes.map(({ path }) => path) }));
    if (!repository) return null;
    return await orThrow(
      () => takeBack(writes),
      () => commitFiles(repository, places, message),
    );
  } finally {
    await repository?.close();
  }
}

/** Of several files all are written, or none. */
async function writeAll(writes: readonly Write[]): Promise<void> {
  const written: Write[] = [];
  for (const one of writes) {
    try {
      await writeOne(one);
      written.push(one);
    } catch (error) {
      if (written.length === 0 || !(error instanceof DtsyncError)) throw error;
      const { message, exitCode, hint } = error;
      throw new DtsyncError(`${message}; ${await takeBack(written)}`, {
        exitCode,
        ...(hint === null ? {} : { hint }),
        cause: error,
      });
    }
  }
}

async function writeOne({ path, place, before, text }: Write): Promise<void> {
  if (readRaw(place) !== before) {
    throw new DtsyncError(`${path} was changed by somebody else meanwhile, so it was not written`, {
      exitCode: exitCodes.stale,
      hint: "run the command again",
    });
  }
  try {
    makeFolders(dirname(place));
    await writeWhole(place, text);
  } catch (error) {
    throw new DtsyncError(`${path} cannot be written (${errorMessage(error)})`, {
      exitCode: exitCodes.failed,
      cause: error,
    });
  }
}

/** Gives files that were written their former texts, as far as nobody has changed them meanwhile, and says what is there now. */
async function takeBack(writes: readonly Write[]): Promise<string> {
  const left: string[] = [];
  for (const { path, place, before, text } of writes) {
    try {
      if (readRaw(place) !== text) left.push(path);
      else if (before === null) await unlink(place);
      else await writeWhole(place, before);
    } catch {
      left.push(path);
    }
  }
  return left.length === 0 ? "the files are as they were before" : `these files are changed: ${left.join(", ")}`;
}

const openOrThrow = (folder: string, context: Context): Promise<Repository> =>
  orThrow(
    () => "nothing was written",
    () => openRepository(folder, gitEdges(context)),
  );

/** `state`: what is there where Git fails. */
async function orThrow<T>(state: () => string | Promise<string>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    throw new DtsyncError(`no commit can be made, and ${await state()}: ${error.message}`, {
      exitCode: exitCodes.failed,
      hint: "settle that, or leave --commit out and commit the change yourself",
      cause: error,
    });
  }
}

/** Absolute path of a file of the inventory with links resolved, also of one that is not there yet. */
function placeOf(path: string, root: string, files: InventoryFiles): string {
  const listed = files.list().real.get(path);
  const place = listed ?? (existsSync(join(root, path)) ? realpathSync.native(join(root, path)) : newPlace(path, root));
  if (!isInside(root, place))
    throw new DtsyncError(`${path} leads out of the inventory folder`, { exitCode: exitCodes.invalid });
  return place;
}

/** A link that leads to nothing must not decide where a file is made. */
function newPlace(path: string, root: string): string {
  const folder = dirname(join(root, path));
  return existsSync(folder)
    ? join(realpathSync.native(folder), path.slice(path.lastIndexOf("/") + 1))
    : join(root, path);
}

/** The text with the mark that it may begin with; null: there is no such file. */
function readRaw(place: string): string | null {
  if (!existsSync(place)) return null;
  return readMarkedText(place, { largest: largestFile });
}

async function lockInventory(directory: string, context: Context): Promise<Lock | null> {
  const { clock, signal, variables, log } = context;
  const name = `inventory ${existsSync(directory) ? realpathSync.native(directory) : directory}`;
  try {
    return await takeLock({
      folder: join(ownFolder("state", variables), "locks"),
      name,
      process: ownIdentity(),
      clock,
      signal,
      patience,
      onWait: (owner) => log.warn(`another command changes the inventory (${owner}): waiting until it ends`),
    });
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof LockHeld) {
      throw new DtsyncError(`another command changes the inventory (${error.message}), so nothing was done`, {
        exitCode: exitCodes.refused,
        hint: `run again when it has ended; if it certainly runs no more, remove ${error.file}`,
        cause: error,
      });
    }
    log.warn(`nothing keeps another command from changing the inventory at the same time: ${errorMessage(error)}`);
    return null;
  }
}
