import { rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { DtsyncError, errorMessage, exitCodes } from "../errors.ts";
import { type FormattedInventory, formatInventory } from "../format/format-inventory.ts";

/** Lays the YAML files of an inventory out in one way; with `check` it only finds those that are not. */
export async function formatFiles(inventory: string, check: boolean): Promise<FormattedInventory> {
  const formatted = await formatInventory(resolve(inventory));
  if (!check) for (const { target, text } of formatted.changed) await replaceFile(target, text);
  return formatted;
}

/** Replaces the text of a file whole or not at all, with the permissions that it has. */
async function replaceFile(file: string, text: string): Promise<void> {
  const draft = join(dirname(file), `.${basename(file)}.new`);
  try {
    const { mode } = await stat(file);
    await writeFile(draft, text, { mode });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw new DtsyncError(`${file} cannot be written (${errorMessage(error)})`, {
      exitCode: exitCodes.failed,
      cause: error,
    });
  }
}
