import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * What a run may leave behind when it is killed: written before it is made, read by the next run on this machine.
 * Holds names and places, never a secret.
 */
export interface JournalEntry {
  readonly runId: string;
  readonly pid: number;
  readonly machine: string;
  /** Unix milliseconds of the last token that was made. */
  readonly lastToken: number;
  /** Clusters (by origin) and their environments where tokens of this run may be; null is the cluster itself. */
  readonly tokens: readonly { readonly cluster: string; readonly environment: string | null }[];
  /** Local folder with installers, or null. */
  readonly directory: string | null;
}

export interface Journal {
  tokenMade(cluster: string, environment: string | null): Promise<void>;
  directoryMade(directory: string): Promise<void>;
  /** The run has cleaned up after itself. */
  close(): Promise<void>;
}

export interface JournalOptions {
  /** Folder of the journals of all runs of this user. */
  readonly folder: string;
  readonly runId: string;
  readonly pid: number;
  readonly machine: string;
  readonly now: () => Date;
}

export function openJournal(options: JournalOptions): Journal {
  const path = join(options.folder, `${options.runId}.json`);
  let entry: JournalEntry = {
    runId: options.runId,
    pid: options.pid,
    machine: options.machine,
    lastToken: options.now().getTime(),
    tokens: [],
    directory: null,
  };
  let writing: Promise<void> = Promise.resolve();
  const write = (next: JournalEntry): Promise<void> => {
    entry = next;
    writing = writing.then(async () => {
      await mkdir(options.folder, { recursive: true, mode: 0o700 });
      await writeFile(`${path}.new`, JSON.stringify(entry), { mode: 0o600 });
      await rename(`${path}.new`, path);
    });
    return writing;
  };
  return {
    tokenMade(cluster, environment) {
      const known = entry.tokens.some((token) => token.cluster === cluster && token.environment === environment);
      const tokens = known ? entry.tokens : [...entry.tokens, { cluster, environment }];
      return write({ ...entry, tokens, lastToken: options.now().getTime() });
    },
    directoryMade: (directory) => write({ ...entry, directory }),
    async close() {
      await writing;
      await rm(path, { force: true });
    },
  };
}

export interface AbandonedRun {
  readonly entry: JournalEntry;
  /** To be called when everything of the entry is gone. */
  forget(): Promise<void>;
}

/** The journals of runs of this machine that are no longer running. `isRunning` tells whether a process id lives. */
export async function abandonedRuns(
  folder: string,
  machine: string,
  isRunning: (pid: number) => boolean,
): Promise<readonly AbandonedRun[]> {
  const names = await readdir(folder).catch(() => []);
  const runs = await Promise.all(
    names
      .filter((name) => name.endsWith(".json"))
      .map(async (name): Promise<readonly AbandonedRun[]> => {
        const path = join(folder, name);
        try {
          const entry = JSON.parse(await readFile(path, "utf8")) as JournalEntry;
          if (entry.machine !== machine || isRunning(entry.pid)) return [];
          return [{ entry, forget: () => rm(path, { force: true }) }];
        } catch {
          // Another run may be writing or removing it at this moment.
          return [];
        }
      }),
  );
  return runs.flat();
}
