import type { RunEnd, RunResult } from "./judge-run.ts";

/**
 * How a look at the branch ended. `refused`: it is at a revision that is not taken, because of its signature, because it was
 * rewritten, or because it has no inventory.
 */
export type LookResult = "unchanged" | "new" | "refused" | "failed";

export const lookResults: readonly LookResult[] = ["unchanged", "new", "refused", "failed"];

/** Told of what a watch does, as it happens. Never throws. */
export interface WatchListener {
  looked(result: LookResult, seconds: number): void;
  /** A revision is the one to be kept from now on. */
  took(commit: string): void;
  runBegan(): void;
  runEnded(result: RunResult, end: RunEnd, seconds: number): Promise<void> | void;
}

/** Tells several. */
export const allListeners = (listeners: readonly WatchListener[]): WatchListener => ({
  looked: (...what) => {
    for (const { looked } of listeners) looked(...what);
  },
  took: (commit) => {
    for (const { took } of listeners) took(commit);
  },
  runBegan: () => {
    for (const { runBegan } of listeners) runBegan();
  },
  runEnded: async (...what) => {
    for (const { runEnded } of listeners) await runEnded(...what);
  },
});
