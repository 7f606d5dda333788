import { lstatSync, readFileSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { DtsyncError, errorMessage, exitCodes, usageError } from "../errors.ts";
import { makeFolders } from "../files/make-folders.ts";
import { readMarkedText } from "../files/read-ordinary-file.ts";
import { writeNew, writeWhole } from "../files/write-file.ts";
import { codeOwners, firstInventory } from "../init/first-inventory.ts";
import { withIgnoredFiles } from "../init/ignored-files.ts";
import { componentPath, inventoryPipeline } from "../init/pipeline.ts";
import { packageFolder } from "../package-folder.ts";

/** Those of what nobody writes by hand stay in the package. */
const schemasOfInventory = ["customer.schema.json", "dtsync.schema.json", "groups.schema.json"];

/** Bytes. */
const largestIgnoreFile = 1_000_000;

interface NewFile {
  readonly path: string;
  readonly text: string;
}

/** Paths as seen from where the command was called. */
export interface FirstFiles {
  /** Among them `.gitignore`, where a line was added to it. */
  readonly written: readonly string[];
  /** Files beside the inventory that were there before. */
  readonly kept: readonly string[];
}

/**
 * Writes a first inventory, and beside it schemas for editors, a pipeline and an example of CODEOWNERS. Throws a usage
 * error before anything is written where something of the inventory is there already.
 */
export async function writeFirstFiles(inventoryFolder: string, version: string): Promise<FirstFiles> {
  const directory = resolve(inventoryFolder);
  if (!relative(directory, process.cwd()).startsWith("..")) {
    throw usageError(
      "the inventory needs a folder of its own below that of the repository",
      "change to the folder of the repository and give --inventory inventory, or nothing",
    );
  }
  const inventory = Object.entries(firstInventory).map(([path, text]) => ({ path: join(directory, path), text }));
  const blocking = blockers(directory);
  const existing = blocking.length > 0 ? blocking : inventory.map(({ path }) => path).filter(exists);
  if (existing.length > 0) {
    throw usageError(
      `nothing was written, because there already is ${existing.map(shown).join(", ")}`,
      "name another folder with --inventory, or move away what is there",
    );
  }
  const beside = filesBeside(directory, version);
  const kept = beside.filter(({ path }) => exists(path));
  const written = [...inventory, ...beside.filter((file) => !kept.includes(file))];
  await writeAllOrNone(written);
  const ignoring = join(dirname(directory), ".gitignore");
  const ignored = await ignoreOwnFiles(ignoring);
  const shownAll = (files: readonly NewFile[], more: boolean) =>
    [...files.map(({ path }) => path), ...(more ? [ignoring] : [])].map(shown);
  return { written: shownAll(written, ignored === "added"), kept: shownAll(kept, ignored === "kept") };
}

/** Sees to it that Git ignores what dtsync keeps in the folder. A file that cannot be read or written is left as it is. */
async function ignoreOwnFiles(path: string): Promise<"added" | "kept"> {
  try {
    const text = exists(path) ? readMarkedText(path, { largest: largestIgnoreFile, refuseLink: true }) : "";
    const extended = withIgnoredFiles(text);
    if (extended === null) return "kept";
    await writeWhole(path, extended);
    return "added";
  } catch {
    return "kept";
  }
}

/** What stands in the way of the folders of the inventory: files with their names. */
function blockers(directory: string): readonly string[] {
  const blocks = (path: string): boolean => exists(path) && !isFolder(path);
  if (blocks(directory)) return [directory];
  const folders = new Set(Object.keys(firstInventory).map((path) => dirname(join(directory, path))));
  return [...folders].filter(blocks);
}

/** What belongs into the repository around the inventory. */
function filesBeside(directory: string, version: string): readonly NewFile[] {
  const root = dirname(directory);
  const folder = basename(directory);
  const pipeline = inventoryPipeline({
    package: `https://gitlab.example.com/platform/dtsync/-/releases/v${version}/downloads/dtsync-${version}.tgz`,
    inventory: folder,
  });
  return [
    ...schemasOfInventory.map((name) => ({
      path: join(root, "schema", name),
      text: readFileSync(new URL(`schema/${name}`, packageFolder), "utf8"),
    })),
    { path: join(root, ".gitlab-ci.yml"), text: pipeline },
    {
      path: join(root, componentPath),
      text: readFileSync(new URL("templates/pipeline.yml", packageFolder), "utf8"),
    },
    { path: join(root, "CODEOWNERS"), text: codeOwners(folder) },
  ];
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** Links count, wherever they lead. */
function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // A file stands where a folder of the path would be.
    return true;
  }
}

/** What a full disk took a part of would stand in the way of the next attempt. */
async function writeAllOrNone(files: readonly NewFile[]): Promise<void> {
  const made: string[] = [];
  for (const { path, text } of files) {
    try {
      makeFolders(dirname(path));
      await writeNew(path, text);
      made.push(path);
    } catch (error) {
      for (const file of made) await rm(file, { force: true });
      throw new DtsyncError(`${shown(path)} cannot be written (${errorMessage(error)})`, {
        exitCode: exitCodes.failed,
        cause: error,
      });
    }
  }
}

/** As seen from where the command was called. */
const shown = (path: string): string => relative("", path);
