import { lstat, rm } from "node:fs/promises";
import { basename, isAbsolute } from "node:path";
import { type TokenChain, tokenLife } from "../dynatrace/token-chain.ts";
import { errorMessage } from "../errors.ts";
import { groupBy } from "../lib/group-by.ts";
import type { Log } from "../ports.ts";
import type { AbandonedRun } from "../state/journal.ts";

export interface CleanUpPorts {
  /** By the origin of the cluster; those that could not be opened are missing. */
  readonly tokens: ReadonlyMap<string, Pick<TokenChain, "removeTokensOf">>;
  readonly now: () => Date;
  /** Told of what was removed, and of what has to be left for the next run. */
  readonly log: Log;
}

/**
 * Removes what earlier runs left: installers here, and tokens on clusters that can be reached. The journal of a run is
 * kept until everything of it is gone. Of a run elsewhere nobody may know whether it goes on: it is forgotten with its last
 * token then.
 */
export async function cleanUpAfter(runs: readonly AbandonedRun[], { tokens, now, log }: CleanUpPorts): Promise<void> {
  for (const { entry, elsewhere, over, forget } of runs) {
    try {
      const expired = now().getTime() - entry.lastToken > tokenLife;
      if (!elsewhere) await removeInstallers(entry);
      if (expired || (over && (await removeTokens(entry, tokens)))) {
        await forget();
        log.info("cleaned up after an earlier run", () => ({ earlier: entry.runId, elsewhere }));
      }
    } catch (error) {
      log.warn(`what the run ${entry.runId} left could not be removed now: ${errorMessage(error)}`);
    }
  }
}

/** The start of the name of the folder that a run keeps installers in. */
export const installerFolderName = (runId: string): string => `dtsync-installers-${runId}-`;

/** Removes the folder that a journal names only if it can be no other than the one which that run made. */
async function removeInstallers({ directory, runId }: AbandonedRun["entry"]): Promise<void> {
  if (directory === null) return;
  const found = await lstat(directory).catch(() => null);
  if (found === null) return;
  const isOfRun =
    isAbsolute(directory) &&
    basename(directory).startsWith(installerFolderName(runId)) &&
    found.isDirectory() &&
    found.uid === (process.getuid?.() ?? found.uid) &&
    (found.mode & 0o077) === 0;
  if (!isOfRun) throw new Error(`${directory} is not a folder that this run made`);
  await rm(directory, { recursive: true, force: true });
}

/**
 * Whether every cluster that may have tokens of the run could be asked. A failure ends what is asked of its cluster, and nothing
 * else; the first one is thrown in the end.
 */
async function removeTokens(
  { runId, tokens: left }: AbandonedRun["entry"],
  tokens: CleanUpPorts["tokens"],
): Promise<boolean> {
  let complete = true;
  const failures: unknown[] = [];
  for (const [cluster, ofCluster] of groupBy(left, (token) => token.cluster)) {
    const chain = tokens.get(cluster);
    if (chain === undefined) {
      complete = false;
      continue;
    }
    try {
      for (const { environment } of ofCluster) await chain.removeTokensOf(runId, environment);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return complete;
}
