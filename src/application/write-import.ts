import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DtsyncError, errorMessage, exitCodes } from "../errors.ts";
import { readOrdinaryText } from "../files/read-ordinary-file.ts";
import { writeWhole } from "../files/write-file.ts";
import type { ProposedFile } from "../import/proposal.ts";

/** Bytes of a YAML file of an inventory. */
const largestFile = 1_000_000;

/**
 * Writes the files of a proposal, dtsync.yaml first, so that what is there is true at every moment: whoever imports again
 * adds what is missing. A file that somebody has changed meanwhile, or made, ends it; what was written until then is taken
 * back.
 */
export async function writeImport(folder: string, files: readonly ProposedFile[], signal: AbortSignal): Promise<void> {
  const undo: (() => Promise<void>)[] = [];
  try {
    for (const { path, text, before } of files) {
      signal.throwIfAborted();
      const target = join(folder, path);
      if (before === null) {
        await mkdir(dirname(target), { recursive: true });
        await writeFile(target, text, { flag: "wx" });
        undo.push(() => rm(target, { force: true }));
      } else {
        if (readOrdinaryText(target, { largest: largestFile, refuseLink: true }) !== before) {
          throw new Error("it has changed meanwhile");
        }
        await writeWhole(target, text);
        undo.push(() => writeWhole(target, before));
      }
    }
  } catch (error) {
    for (const step of undo.reverse()) await step();
    signal.throwIfAborted();
    const file = files[undo.length]?.path ?? "";
    throw new DtsyncError(`${join(folder, file)} cannot be written (${errorMessage(error)}); nothing was left behind`, {
      exitCode: exitCodes.failed,
      cause: error,
    });
  }
}
