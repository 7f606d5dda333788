import type { Action } from "./plan.ts";

export type ResultStatus = "done" | "failed" | "uncertain" | "skipped" | "stale";

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

export interface ApplyReport {
  readonly format: "dtsync-apply/1";
  /** Digest of the plan that was applied. */
  readonly plan: string;
  readonly results: readonly ChangeResult[];
  readonly summary: Readonly<Record<ResultStatus, number>>;
}
