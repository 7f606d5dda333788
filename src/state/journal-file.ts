import { rm } from "node:fs/promises";
import { readOwnText } from "../files/own-files.ts";
import { writeWhole } from "../files/write-file.ts";
import {
  type AbandonedRun,
  isEntry,
  isMissing,
  type JournalEntry,
  type JournalPlace,
  largestJournal,
} from "./journal.ts";
import { type ProcessIdentity, stateOf } from "./process-identity.ts";

/**
 * A journal in a file that the user names, for example to keep it between the jobs of a pipeline. One run uses it at a time:
 * whoever names it says so. So what it holds is that of runs that are over, on whatever machine they ran; only what goes on
 * here is told from that.
 */
export interface JournalFile extends JournalPlace {
  readonly abandoned: readonly AbandonedRun[];
}

interface Journals {
  readonly format: "dtsync-journals/1";
  /** The run that goes on, and those that are not cleaned up after yet. */
  readonly runs: readonly JournalEntry[];
}

/** What could not be removed for so many runs never can be. */
const mostRuns = 100;

/**
 * What earlier runs left in a file. Throws an Error that goes on after its name: it is a link, not an ordinary file, too large,
 * somebody else can change it, or it is in another form.
 */
export function readJournalFile(path: string): readonly JournalEntry[] {
  let text: string;
  try {
    text = readOwnText(path, largestJournal);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
  const runs = parseRuns(text);
  if (runs === null) throw new Error("it is not in the form of a journal");
  return runs;
}

/** The same for the run of this process. Throws also where a run on this machine uses the file. */
export function openJournalFile(path: string, own: ProcessIdentity): JournalFile {
  const found = readJournalFile(path);
  const running = found.find((entry) => stateOf(entry.process, own) === "running");
  if (running !== undefined) throw new Error(`it is that of a run that goes on, process ${running.process.pid}`);
  let left = found.slice(0, mostRuns);
  let current: JournalEntry | null = null;
  let writing: Promise<void> = Promise.resolve();
  const write = (): Promise<void> => {
    writing = writing
      .catch(() => undefined)
      .then(async () => {
        const runs = [...(current === null ? [] : [current]), ...left];
        const journals: Journals = { format: "dtsync-journals/1", runs };
        if (runs.length === 0) await rm(path, { force: true });
        else await writeWhole(path, `${JSON.stringify(journals)}\n`, { secret: true });
      });
    return writing;
  };
  const forget = (entry: JournalEntry) => () => {
    left = left.filter((other) => other !== entry);
    return write();
  };
  return {
    abandoned: left.map((entry) => ({
      entry,
      elsewhere: stateOf(entry.process, own) === "elsewhere",
      over: true,
      forget: forget(entry),
    })),
    save(entry) {
      current = entry;
      return write();
    },
    remove() {
      const wasKept = current !== null;
      current = null;
      return wasKept ? write() : writing;
    },
  };
}

function parseRuns(text: string): readonly JournalEntry[] | null {
  try {
    const value = JSON.parse(text) as Partial<Record<keyof Journals, unknown>> | null;
    if (value?.format !== "dtsync-journals/1" || !Array.isArray(value.runs)) return null;
    return value.runs.every(isEntry) ? value.runs : null;
  } catch {
    return null;
  }
}
