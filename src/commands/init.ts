import { lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { Context } from "../application/context.ts";
import type { CommonOptions } from "../application/options.ts";
import { DtsyncError, type ExitCode, errorMessage, exitCodes, usageError } from "../errors.ts";
import { codeOwners, firstInventory } from "../init/first-inventory.ts";
import { inventoryPipeline } from "../init/pipeline.ts";
import { printableLine } from "../lib/printable.ts";
import { renderJson } from "../report/plan-reports.ts";

/** Schemas and pipeline lie at the root of the package, beside `src` and `dist`. */
const packageFolder = new URL("../../", import.meta.url);

interface NewFile {
  readonly path: string;
  readonly text: string;
}

/** Writes a first inventory, and beside it schemas for editors, a pipeline and an example of CODEOWNERS. */
export async function init(options: CommonOptions, context: Context): Promise<ExitCode> {
  const directory = resolve(options.inventory);
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
  const beside = filesBeside(directory, context.version);
  const kept = beside.filter(({ path }) => exists(path));
  const written = [...inventory, ...beside.filter((file) => !kept.includes(file))];
  for (const file of written) await writeNew(file);
  print(
    written.map(({ path }) => shown(path)),
    kept.map(({ path }) => shown(path)),
    options,
    context,
  );
  return exitCodes.done;
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
  const schemas = readdirSync(new URL("schema/", packageFolder)).sort();
  const pipeline = inventoryPipeline(readFileSync(new URL(".gitlab-ci.yml", packageFolder), "utf8"), {
    package: `git+https://gitlab.example.com/platform/dtsync.git#v${version}`,
    inventory: folder,
  });
  return [
    ...schemas.map((name) => ({
      path: join(root, "schema", name),
      text: readFileSync(new URL(`schema/${name}`, packageFolder), "utf8"),
    })),
    { path: join(root, ".gitlab-ci.yml"), text: pipeline },
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

async function writeNew({ path, text }: NewFile): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: "wx" });
  } catch (error) {
    throw new DtsyncError(`${shown(path)} cannot be written (${errorMessage(error)})`, {
      exitCode: exitCodes.failed,
      cause: error,
    });
  }
}

/** As seen from where the command was called. */
const shown = (path: string): string => relative("", path);

function print(written: readonly string[], kept: readonly string[], options: CommonOptions, context: Context): void {
  if (options.format === "json") {
    context.output.out(renderJson({ format: "dtsync-init/1", written, kept }));
    return;
  }
  const list = (verb: string, paths: readonly string[]): string =>
    paths.map((path) => `${verb} ${printableLine(path)}\n`).join("");
  context.output.out(
    list("wrote", written) +
      list(
        "kept ",
        kept.map((path) => `${path}, which was there before`),
      ),
  );
  context.output.err("Next: put your clusters, customers and hosts into the files, and run dtsync validate.\n");
}
