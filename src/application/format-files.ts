import { resolve } from "node:path";
import { DtsyncError, errorMessage, exitCodes } from "../errors.ts";
import { readMarkedText } from "../files/read-ordinary-file.ts";
import { writeWhole } from "../files/write-file.ts";
import { type FormattedInventory, formatInventory } from "../format/format-inventory.ts";

/** Bytes of a YAML file of an inventory. */
const largestFile = 1_000_000;

/** Lays the YAML files of an inventory out in one way; with `check` it only finds those that are not. */
export async function formatFiles(inventory: string, check: boolean): Promise<FormattedInventory> {
  const formatted = await formatInventory(resolve(inventory));
  if (!check) for (const { target, text } of formatted.changed) await replaceFile(target, text);
  return formatted;
}

async function replaceFile(file: string, text: string): Promise<void> {
  try {
    const mark = readMarkedText(file, { largest: largestFile }).startsWith("\ufeff") ? "\ufeff" : "";
    await writeWhole(file, mark + text);
  } catch (error) {
    throw new DtsyncError(`${file} cannot be written (${errorMessage(error)})`, {
      exitCode: exitCodes.failed,
      cause: error,
    });
  }
}
