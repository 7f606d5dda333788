import { readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { errorMessage } from "../errors.ts";
import { makeOwnFolder, readOwnText, requireOwnFolder } from "../files/own-files.ts";
import { writeWhole } from "../files/write-file.ts";
import { parseJson } from "../lib/parse-json.ts";
import { isProcessIdentity, type ProcessIdentity, stateOf } from "./process-identity.ts";

/**
 * What a run may leave behind when it is killed, or cannot clean up after itself: written before it is made, read by the next
 * run on this machine. Holds names and places, never a secret.
 */
export interface JournalEntry {
  readonly format: "dtsync-journal/1";
  /** Twelve hexadecimal digits. */
  readonly runId: string;
  readonly process: ProcessIdentity;
  /** Unix milliseconds of the last token that was made. */
  readonly lastToken: number;
  /** Clusters (by origin) and their environments where tokens of this run may be; null is the cluster itself. */
  readonly tokens: readonly JournalToken[];
  /** Local folder with installers, or null. */
  readonly directory: string | null;
  /** True: the run has ended, and these tokens are what it could not revoke. */
  readonly ended?: boolean;
}

interface JournalToken {
  readonly cluster: string;
  readonly environment: string | null;
}

export interface Journal {
  /** Before a token is made; resolves when that is kept. */
  tokenMade(cluster: string, environment: string | null): Promise<void>;
  /** Once for each that was made, when it is revoked. It is left out from the next time on that something is kept. */
  tokenGone(cluster: string, environment: string | null): void;
  directoryMade(directory: string): Promise<void>;
  /** The run has ended, and cleaned up after itself as far as it could. Only tokens that are not gone are kept. */
  close(): Promise<void>;
}

/** Where the journal of one run is kept. */
export interface JournalPlace {
  /** In the place of what was kept before. Throws an Error that says why it cannot be kept. */
  save(entry: JournalEntry): Promise<void>;
  remove(): Promise<void>;
}

export interface JournalOptions {
  readonly place: JournalPlace;
  readonly runId: string;
  readonly process: ProcessIdentity;
  readonly now: () => Date;
  /** Told once when nothing can be kept: a run is worth more than its journal. */
  readonly warn: (message: string) => void;
  /** Resolves after a moment in which more may come, so that one write keeps all of it; left out: there is none. */
  readonly gather?: () => Promise<void>;
}

/** A file for the run in the folder of the journals of all runs of this user. */
export function journalInFolder(folder: string, runId: string): JournalPlace {
  const path = join(folder, `${runId}.json`);
  return {
    async save(entry) {
      makeOwnFolder(folder);
      await writeWhole(path, JSON.stringify(entry), { secret: true });
    },
    remove: () => rm(path, { force: true }),
  };
}

export function openJournal(options: JournalOptions): Journal {
  const tokens = new Map<string, { readonly token: JournalToken; alive: number }>();
  let lastToken = options.now().getTime();
  let directory: string | null = null;
  let usable = true;
  const save = async (ended: Pick<JournalEntry, "ended"> = {}): Promise<void> => {
    if (!usable) return;
    try {
      await options.place.save({
        format: "dtsync-journal/1",
        runId: options.runId,
        process: options.process,
        lastToken,
        tokens: [...tokens.values()].map(({ token }) => token),
        directory,
        ...ended,
      });
    } catch (error) {
      usable = false;
      options.warn(
        `no journal is kept, so nobody could clean up after this run if it were killed: ${errorMessage(error)}`,
      );
    }
  };
  let ready: Promise<void> = Promise.resolve();
  let last: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;
  /** The first one at once. All that comes while one is being written, or a moment after that, is kept by the next. */
  const write = (): Promise<void> => {
    if (next !== null) return next;
    next = ready.then(() => {
      next = null;
      return save();
    });
    last = next;
    ready = last.then(options.gather);
    return last;
  };
  const keyOf = (cluster: string, environment: string | null) => JSON.stringify([cluster, environment]);
  return {
    tokenMade(cluster, environment) {
      const key = keyOf(cluster, environment);
      const entry = tokens.get(key) ?? { token: { cluster, environment }, alive: 0 };
      entry.alive += 1;
      tokens.set(key, entry);
      lastToken = options.now().getTime();
      return write();
    },
    tokenGone(cluster, environment) {
      const key = keyOf(cluster, environment);
      const entry = tokens.get(key);
      if (entry === undefined) return;
      entry.alive -= 1;
      if (entry.alive === 0) tokens.delete(key);
    },
    directoryMade: (made) => {
      directory = made;
      return write();
    },
    async close() {
      await last;
      directory = null;
      if (tokens.size > 0 && usable) await save({ ended: true });
      else await options.place.remove();
    },
  };
}

export interface AbandonedRun {
  readonly entry: JournalEntry;
  /** Whether the run was on another machine or in another container, where nothing can be removed from here. */
  readonly elsewhere: boolean;
  /** Whether nothing of it goes on any more; else nobody here knows. */
  readonly over: boolean;
  /** To be called when everything of the entry is gone. */
  forget(): Promise<void>;
}

/** More than the journal of the longest run has, and more journals than anybody could have left. */
export const largestJournal = 5_000_000;
const mostJournals = 1_000;
const journalName = /^([0-9a-f]{12})\.json$/;

/**
 * The journals of runs that have ended, and of those elsewhere, of which nobody here knows. What is not in the form of a
 * journal is left alone and warned of, and so is a folder that others can write to.
 */
export function abandonedRuns(
  folder: string,
  own: ProcessIdentity,
  warn: (message: string) => void,
): readonly AbandonedRun[] {
  try {
    requireOwnFolder(folder);
  } catch (error) {
    if (!isMissing(error)) warn(`journals of earlier runs are not used: ${errorMessage(error)}`);
    return [];
  }
  const runs: AbandonedRun[] = [];
  for (const name of readdirSync(folder).slice(0, mostJournals)) {
    const runId = journalName.exec(name)?.[1];
    if (runId === undefined) continue;
    const path = join(folder, name);
    try {
      const entry = parseEntry(readOwnText(path, largestJournal));
      if (entry?.runId !== runId) throw new Error("it is not in the form of a journal");
      const state = stateOf(entry.process, own);
      if (state !== "running" || entry.ended) {
        const elsewhere = state === "elsewhere";
        const over = !elsewhere || entry.ended === true;
        runs.push({ entry, elsewhere, over, forget: () => rm(path, { force: true }) });
      }
    } catch (error) {
      // Another run may have removed its own at this moment.
      if (!isMissing(error)) warn(`${path} is left alone: ${errorMessage(error)}`);
    }
  }
  return runs;
}

function parseEntry(text: string): JournalEntry | null {
  try {
    const value = parseJson(text);
    return isEntry(value) ? value : null;
  } catch {
    return null;
  }
}

export function isEntry(value: unknown): value is JournalEntry {
  if (typeof value !== "object" || value === null) return false;
  const entry = value as Partial<Record<keyof JournalEntry, unknown>>;
  return (
    entry.format === "dtsync-journal/1" &&
    typeof entry.runId === "string" &&
    /^[0-9a-f]{12}$/.test(entry.runId) &&
    isProcessIdentity(entry.process) &&
    typeof entry.lastToken === "number" &&
    Number.isSafeInteger(entry.lastToken) &&
    (entry.directory === null || typeof entry.directory === "string") &&
    (entry.ended === undefined || typeof entry.ended === "boolean") &&
    Array.isArray(entry.tokens) &&
    entry.tokens.every(isJournalToken)
  );
}

function isJournalToken(value: unknown): value is JournalToken {
  if (typeof value !== "object" || value === null) return false;
  const { cluster, environment } = value as Partial<Record<keyof JournalToken, unknown>>;
  return typeof cluster === "string" && (environment === null || typeof environment === "string");
}

export const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT";
