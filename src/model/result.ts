import type { Action } from "./change.ts";
import type { Guard, Held, Waiting } from "./plan.ts";

export type ResultStatus = "done" | "failed" | "uncertain" | "skipped" | "stale";

/** What a status means: made, tried without success (or nobody knows), or not tried. */
type ResultMeaning = "made" | "failure" | "not-made";

export const resultMeanings: Readonly<Record<ResultStatus, ResultMeaning>> = {
  done: "made",
  failed: "failure",
  uncertain: "failure",
  skipped: "not-made",
  stale: "not-made",
};

export interface ResultError {
  /** Stable, kebab-case, for example `installer-exit-6`. */
  readonly code: string;
  readonly message: string;
}

/** How one change ended. */
export interface ChangeResult {
  readonly id: string;
  readonly action: Action;
  readonly status: ResultStatus;
  readonly attempts: number;
  readonly durationMs: number;
  readonly error?: ResultError;
}

/** A host whose change took long, and the step there that took longest. */
export interface SlowHost {
  readonly id: string;
  /** Of the change. */
  readonly durationMs: number;
  readonly step: string;
  readonly stepMs: number;
}

/** How installers came to hosts. */
export interface InstallerTransfers {
  /** Hosts that fetched it from their cluster, and those that were sent it from here. */
  readonly pulled: number;
  readonly pushed: number;
  /** The most frequent first. `why` is in a few words: `no downloader`. */
  readonly reasons: readonly { readonly way: "pull" | "push"; readonly why: string; readonly hosts: number }[];
}

export interface ApplyReport {
  readonly format: "dtsync-apply/1";
  /** The id of the run, as in its log. */
  readonly run: string;
  /** Digest of the plan that was applied. */
  readonly plan: string;
  readonly results: readonly ChangeResult[];
  readonly summary: Readonly<Record<ResultStatus, number>>;
  /** What the plan held back, what waits, and what it warned of, with what this run has to add. */
  readonly held: readonly Held[];
  readonly waiting: readonly Waiting[];
  readonly warnings: readonly string[];
  /** Those that refused the plan, so that nothing was done; left out: none did. */
  readonly guards?: readonly Guard[];
  /** The slowest hosts, the slowest first; left out: no host was changed, or an older version made the report. */
  readonly slowest?: readonly SlowHost[];
  /** Left out: no host got an installer, or an older version made the report. */
  readonly installers?: InstallerTransfers;
}

/** How many results there are of each status. */
export function countResults(results: readonly ChangeResult[]): ApplyReport["summary"] {
  const counts = { done: 0, failed: 0, uncertain: 0, skipped: 0, stale: 0 } satisfies Record<ResultStatus, number>;
  for (const { status } of results) counts[status] += 1;
  return counts;
}
