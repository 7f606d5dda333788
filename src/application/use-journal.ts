import { DtsyncError, errorMessage, exitCodes } from "../errors.ts";
import { type JournalFile, openJournalFile, readJournalFile } from "../state/journal-file.ts";
import type { ProcessIdentity } from "../state/process-identity.ts";

/** Looks at the file of --journal before anything else is done. Throws what says why it cannot be used. */
export const checkJournal = (file: string): void => void orUnusable(file, () => readJournalFile(file));

/** Opens it for this run. Throws the same, and also where another run uses it. */
export const useJournal = (file: string, own: ProcessIdentity): JournalFile =>
  orUnusable(file, () => openJournalFile(file, own));

function orUnusable<T>(file: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new DtsyncError(`${file} cannot be used as a journal (${errorMessage(error)})`, {
      exitCode: exitCodes.failed,
      hint: "name a file that no other run uses; one that is not there is made",
      cause: error,
    });
  }
}
