import { rm } from "node:fs/promises";
import type { TokenChain } from "../dynatrace/token-chain.ts";
import { errorMessage } from "../errors.ts";
import type { AbandonedRun } from "../execute/journal.ts";

/** Milliseconds after which no token of a run is alive: an hour, and some minutes for clocks that differ. */
const tokenLife = 65 * 60_000;

export interface CleanUpPorts {
  /** By the origin of the cluster; those that could not be opened are missing. */
  readonly tokens: ReadonlyMap<string, Pick<TokenChain, "removeTokensOf">>;
  readonly now: () => Date;
  /** Told of what has to be left for the next run. */
  readonly warn: (message: string) => void;
}

/**
 * Removes what killed runs left: installers here, and tokens on clusters that can be reached. The journal of a run is
 * kept until everything of it is gone.
 */
export async function cleanUpAfter(runs: readonly AbandonedRun[], { tokens, now, warn }: CleanUpPorts): Promise<void> {
  for (const { entry, forget } of runs) {
    try {
      if (entry.directory !== null) await rm(entry.directory, { recursive: true, force: true });
      const expired = now().getTime() - entry.lastToken > tokenLife;
      if (expired || (await removeTokens(entry, tokens))) await forget();
    } catch (error) {
      warn(`what the run ${entry.runId} left could not be removed now: ${errorMessage(error)}`);
    }
  }
}

/** Whether every cluster that may have tokens of the run could be asked. */
async function removeTokens(
  { runId, tokens: left }: AbandonedRun["entry"],
  tokens: CleanUpPorts["tokens"],
): Promise<boolean> {
  let complete = true;
  for (const { cluster, environment } of left) {
    const chain = tokens.get(cluster);
    if (chain) await chain.removeTokensOf(runId, environment);
    else complete = false;
  }
  return complete;
}

/** Whether a process id of this machine lives. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process may not be signalled, but it lives.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
