import { lstat, unlink } from "node:fs/promises";
import { resolve } from "node:path";
import { DtsyncError, errorMessage, exitCodes } from "../errors.ts";

/**
 * Removes what earlier runs left under the names of the files that a run is to write. It comes before everything else, so
 * that however the run ends, killed included, nobody takes the result of another one for its own. Only ordinary files go;
 * `keep` is one that the run reads.
 */
export async function removeOldOutputs(files: readonly string[], keep: string | null = null): Promise<void> {
  for (const file of files) {
    if (keep !== null && resolve(file) === resolve(keep)) continue;
    const found = await lstat(file).catch(() => null);
    if (!found?.isFile()) continue;
    try {
      await unlink(file);
    } catch (error) {
      throw new DtsyncError(`${file}, which an earlier run left, cannot be replaced (${errorMessage(error)})`, {
        exitCode: exitCodes.failed,
        cause: error,
      });
    }
  }
}
