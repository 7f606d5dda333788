import { open, realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { usageError } from "../errors.ts";
import { identifyFile, inspectTarget, type WriteTarget } from "../files/write-file.ts";

/** A file as a command line names it. */
export interface NamedFile {
  /** What the name is given to, such as `--report json`. */
  readonly by: string;
  readonly file: string;
}

export interface NamedFiles {
  /** `over` is the `by` of a file that is read, and whose place this output may take all the same. */
  readonly written: readonly (NamedFile & { readonly over?: string })[];
  readonly read: readonly NamedFile[];
  /** The folder of the inventory; null: the command has none. */
  readonly inventory: string | null;
}

/**
 * Throws a usage error where an output would take the place of another one, of a file that the command reads, or of one of the
 * inventory. Names count as the same where they lead to one ordinary file; pipes and devices take as many outputs as there are.
 */
export async function checkFileNames({ written, read, inventory }: NamedFiles): Promise<void> {
  const folder = inventory === null ? null : await realpath(inventory).catch(() => resolve(inventory));
  const known = new Map<string, { readonly by: string; readonly hint: string }>();
  for (const { by, file } of read) {
    const identity = await identifyFile(file);
    if (identity !== null) known.set(identity, { by, hint: `give ${by} or the output another file` });
  }
  for (const { by, file, over } of written) {
    const identity = await identifyFile(file);
    const other = identity === null ? undefined : known.get(identity);
    if (other !== undefined && other.by !== over)
      throw usageError(`${by} and ${other.by} name one file, ${file}`, other.hint);
    if (identity !== null) known.set(identity, { by, hint: "give each output a file of its own" });
    const target = await inspectTarget(file).catch(() => null);
    if (target !== null && folder !== null && (await mayBeDeclared(target, folder))) {
      throw usageError(
        `${file} may be a file of the inventory, whose place the output would take`,
        "choose another folder, or a name that nothing has",
      );
    }
  }
}

/** How plans, reports and logs begin. */
const beginsLikeOutput = /^(?:[{[<]|\d{4}-\d)/;

/** Whether it may be a file that the inventory reads: YAML, or what is there and looks like no output, as host lists do. */
async function mayBeDeclared({ path, existing }: WriteTarget, folder: string): Promise<boolean> {
  // The folder is given without links.
  const inside = relative(folder, join(await realpath(dirname(path)).catch(() => dirname(path)), basename(path)));
  if (inside === "" || inside.startsWith("..") || isAbsolute(inside)) return false;
  if (/\.ya?ml$/i.test(inside)) return true;
  if (existing === null || inside.endsWith(".md")) return false;
  const file = await open(path).catch(() => null);
  const { buffer, bytesRead } = (await file?.read(Buffer.alloc(6), 0, 6, 0).finally(() => file.close())) ?? {};
  return buffer !== undefined && bytesRead !== 0 && !beginsLikeOutput.test(buffer.toString("latin1", 0, bytesRead));
}
