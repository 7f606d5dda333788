import { closeSync, constants, fstatSync, fsyncSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { readOwnText } from "../files/own-files.ts";
import { openToAppend, writeWhole } from "../files/write-file.ts";
import { parseJson } from "../lib/parse-json.ts";
import {
  type AbandonedRun,
  isEntry,
  isMissing,
  type JournalEntry,
  type JournalPlace,
  largestJournal,
} from "./journal.ts";
import { type ProcessIdentity, stateOf } from "./process-identity.ts";
import { mostOfRun } from "./step-journal.ts";

/**
 * A journal in a file that the user names, for example to keep it between the jobs of a pipeline. One run uses it at a time:
 * whoever names it says so. So what it holds is that of runs that are over, on whatever machine they ran; only what goes on
 * here is told from that.
 *
 * Its lines are JSON. Those of steps on hosts stand between those that say what is to be cleaned up, which are read from the
 * first to the last: each `runs` replaces what was before, and each `entry` adds to one of them. A line that was cut off when
 * the disk was full or the machine failed is passed over.
 */
export interface JournalFile extends JournalPlace {
  readonly abandoned: readonly AbandonedRun[];
}

const formats = { cleanUp: "dtsync-journals/1", steps: "dtsync-step/1" } as const;

/** What could not be removed for so many runs never can be. */
const mostRuns = 100;
/** Bytes from which on steps of earlier runs are dropped before a run begins. */
const mostOfEarlierRuns = 16_000_000;
/** Bytes of a file that can have been written. */
const largestFile = mostOfEarlierRuns + 2 * mostOfRun + largestJournal;

/**
 * What earlier runs left in a file. Throws an Error that goes on after its name: it is a link, not an ordinary file, too large,
 * somebody else can change it, or it is in another form.
 */
export function readJournalFile(path: string): readonly JournalEntry[] {
  let text: string;
  try {
    text = readOwnText(path, largestFile);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
  const runs = parseRuns(text);
  if (runs === null) throw new Error("it is not in the form of a journal");
  return runs;
}

/** Drops the steps of earlier runs once there are too many of them. Throws as `readJournalFile`, or the error of the system. */
export async function boundJournalFile(path: string): Promise<void> {
  const { size } = statSync(path, { throwIfNoEntry: false }) ?? { size: 0 };
  if (size > mostOfEarlierRuns) await writeWhole(path, stateLine(readJournalFile(path)), { secret: true });
}

/** The same for the run of this process. Throws also where a run on this machine uses the file. */
export function openJournalFile(path: string, own: ProcessIdentity): JournalFile {
  const found = readJournalFile(path);
  const running = found.find((entry) => !entry.ended && stateOf(entry.process, own) === "running");
  if (running !== undefined) throw new Error(`it is that of a run that goes on, process ${running.process.pid}`);
  let left = found.slice(0, mostRuns);
  let current: JournalEntry | null = null;
  let writing: Promise<void> = Promise.resolve();
  const write = (line: () => string): Promise<void> => {
    writing = writing.catch(() => undefined).then(() => appendSafely(path, line()));
    return writing;
  };
  const writeAll = () => write(() => stateLine(current === null ? left : [current, ...left]));
  const forget = (entry: JournalEntry) => () => {
    left = left.filter((other) => other !== entry);
    return writeAll();
  };
  return {
    abandoned: left.map((entry) => ({
      entry,
      elsewhere: stateOf(entry.process, own) === "elsewhere",
      over: true,
      forget: forget(entry),
    })),
    save(entry) {
      const known = new Set(current?.tokens);
      const isFirst = current === null;
      current = entry;
      // What is added to an entry leaves all that it had before; at the end only what is left is to be there.
      if (isFirst || entry.ended) return writeAll();
      const tokens = entry.tokens.filter((token) => !known.has(token));
      return write(() => lineOf({ entry: { ...entry, tokens } }));
    },
    remove() {
      const wasKept = current !== null;
      current = null;
      return wasKept ? writeAll() : writing;
    },
  };
}

type CleanUp = { readonly runs: readonly JournalEntry[] } | { readonly entry: JournalEntry };

const lineOf = (content: CleanUp): string => `${JSON.stringify({ format: formats.cleanUp, ...content })}\n`;
const stateLine = (runs: readonly JournalEntry[]): string => lineOf({ runs });

/** On the disk before it goes on. It begins a line of its own, whatever was cut off before it. */
async function appendSafely(path: string, line: string): Promise<void> {
  const start = endsWithinLine(path) ? "\n" : "";
  const descriptor = await openToAppend(path, {});
  try {
    const bytes = Buffer.from(start + line);
    if (writeSync(descriptor, bytes) < bytes.length) throw new Error("the disk is full");
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function endsWithinLine(path: string): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
  try {
    const { size } = fstatSync(descriptor);
    const last = Buffer.alloc(1);
    return size > 0 && readSync(descriptor, last, 0, 1, size - 1) === 1 && last.toString() !== "\n";
  } finally {
    closeSync(descriptor);
  }
}

function parseRuns(text: string): readonly JournalEntry[] | null {
  let runs: readonly JournalEntry[] = [];
  for (const line of text.split("\n")) {
    if (line === "" || startsAs(formats.steps, line)) continue;
    const value = parseLine(line);
    if (value === undefined && startsAs(formats.cleanUp, line)) continue;
    const content = cleanUpOf(value);
    if (content === null) return null;
    runs = "runs" in content ? content.runs : withEntry(runs, content.entry);
  }
  return runs;
}

/** Whether the line is of the format, or may be what is left of such a one. */
function startsAs(format: string, line: string): boolean {
  const start = `{"format":"${format}",`;
  return line.startsWith(start) || start.startsWith(line);
}

/** Undefined: it is no JSON. */
function parseLine(line: string): unknown {
  try {
    return parseJson(line);
  } catch {
    return undefined;
  }
}

/** Null: it is of another form. */
function cleanUpOf(given: unknown): CleanUp | null {
  const value = given as Partial<Record<"format" | "runs" | "entry", unknown>> | null | undefined;
  if (value?.format !== formats.cleanUp) return null;
  if (isEntry(value.entry)) return { entry: value.entry };
  return Array.isArray(value.runs) && value.runs.every(isEntry) ? { runs: value.runs } : null;
}

const withEntry = (runs: readonly JournalEntry[], entry: JournalEntry): readonly JournalEntry[] =>
  runs.map((run) => (run.runId === entry.runId ? { ...entry, tokens: [...run.tokens, ...entry.tokens] } : run));
