import { lstat, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errorMessage } from "../errors.ts";
import type { LineFile } from "../files/append-lines.ts";
import { requireOwn } from "../files/own-files.ts";
import { boundJournalFile } from "../state/journal-file.ts";
import { stepJournal } from "../state/step-journal.ts";
import { bothSteps } from "./both-steps.ts";
import type { Context } from "./context.ts";
import { keptFolderName, refuseLink } from "./kept-folder.ts";
import { type LongestSteps, longestSteps } from "./longest-steps.ts";

/** The journal of the steps on hosts, from the current folder, and where the one before it is kept. */
const journalPath = join(keptFolderName, "journal.jsonl");
const earlierPath = join(keptFolderName, "journal.1.jsonl");
/** Bytes from which on a journal is put aside and a new one begun. */
const largeJournal = 16_000_000;
/** Characters that may wait for whoever reads a journal that is a pipe. */
const mostWaiting = 1_000_000;

export interface FollowedRun {
  /** The same, with somebody who is told of every step on a host. */
  readonly context: Context;
  readonly longest: LongestSteps;
  /** Lets go of the journal, where the process goes on after the run. */
  close(): void;
}

/**
 * Follows the steps on hosts: each is written to the journal, which is `.dtsync/journal.jsonl` or the file of --journal. It
 * is opened at the first step, and never a reason for a run to fail: where it cannot be written, one warning says so.
 */
export function followedRun(journal: string | null, context: Context): FollowedRun {
  const { clock, runId, redactor, log } = context;
  let file: LineFile | null = null;
  const write = stepJournal({
    runId,
    clock,
    redact: redactor.redact,
    open: async () => {
      file = await openOrWarn(journal, context);
      return file;
    },
    onFull: () => log.warn("the journal of the steps on hosts is as long as it may become, and ends here"),
  });
  const longest = longestSteps(clock);
  const close = () => file?.close();
  return { context: { ...context, beginStep: bothSteps(write, longest.begin) }, longest, close };
}

async function openOrWarn(journal: string | null, context: Context): Promise<LineFile | null> {
  const { log, signal } = context;
  const name = journal ?? journalPath;
  const warn = (error: unknown) => log.warn(`the steps on hosts are not kept in ${name}: ${errorMessage(error)}`);
  try {
    const path = journal ?? (await ownJournal(context.folder()));
    if (journal !== null) await boundJournalFile(journal);
    const { openLineFile } = await import("../files/append-lines.ts");
    const onGap = (lines: number) =>
      log.warn(`${name} misses lines, because nobody read it in time`, () => ({ lines }));
    return await openLineFile(path, { limit: mostWaiting, signal, onFailure: warn, onGap });
  } catch (error) {
    warn(error);
    return null;
  }
}

/** The path of the journal in a folder, once a large one is put aside. Throws where it is not to be used. */
async function ownJournal(folder: string): Promise<string> {
  const path = join(folder, journalPath);
  await refuseLink(dirname(path));
  const found = await lstat(path).catch(() => null);
  // What is no file is refused when it is opened.
  if (!found?.isFile()) return path;
  requireOwn(found, path);
  if (found.size > largeJournal) await rename(path, join(folder, earlierPath));
  return path;
}
