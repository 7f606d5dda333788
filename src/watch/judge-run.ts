import { type ExitCode, exitCodes } from "../errors.ts";
import type { Plan } from "../model/plan.ts";
import type { ApplyReport } from "../model/result.ts";
import { isSuspension } from "../model/suspension.ts";

/**
 * How a run of a watch ended. `in-sync`: nothing to do; `applied`: everything was done; `drift`: there is something to do, and
 * only plans were asked for; `held`: all that could be read is as declared (what is suspended is as somebody wants it); `partly`: some changes failed or are left;
 * `superseded`: a later revision came between two waves; `refused`: a guard, or somebody who is at work already; `invalid`: the
 * inventory; `failed`: it could not be done; `interrupted`: the watch ends.
 */
export type RunResult =
  | "in-sync"
  | "applied"
  | "drift"
  | "held"
  | "partly"
  | "superseded"
  | "refused"
  | "invalid"
  | "failed"
  | "interrupted";

export const runResults: readonly RunResult[] = [
  "in-sync",
  "applied",
  "drift",
  "held",
  "partly",
  "superseded",
  "refused",
  "invalid",
  "failed",
  "interrupted",
];

/** What a run did, and how the same as a command would have ended. */
export interface RunEnd {
  readonly exitCode: ExitCode;
  /** Null: none could be made. */
  readonly plan: Plan | null;
  /** Null: nothing was to be applied, or nothing could be. */
  readonly report: ApplyReport | null;
  /** Why it could not be done, in words; null: it was. */
  readonly failure: string | null;
}

export function judgeRun({ exitCode, plan, report }: RunEnd): RunResult {
  if (exitCode === exitCodes.interrupted) return "interrupted";
  if (exitCode === exitCodes.invalid) return "invalid";
  if (exitCode === exitCodes.refused) return "refused";
  if (exitCode === exitCodes.failed || plan === null) return "failed";
  if (report === null && plan.changes.length > 0) return "drift";
  const left = report?.results.filter(({ status }) => status !== "done") ?? [];
  if (left.some(({ error }) => error?.code !== "superseded")) return "partly";
  if (left.length > 0) return "superseded";
  if (!plan.held.every(isSuspension)) return "held";
  return plan.changes.length > 0 ? "applied" : "in-sync";
}

/**
 * Whether the same is tried again soon, and not only when it is time for the next plan anyway: it failed, or something that
 * many items stand on could not be read.
 */
export const isTriedAgain = (result: RunResult, plan: Pick<Plan, "held"> | null): boolean =>
  result === "partly" ||
  result === "failed" ||
  (result === "held" && plan?.held.some(({ scope }) => /^(?:cluster|source)\//.test(scope)) === true);

/** Whether clusters and hosts are known to be as declared. */
export const isInSync = (result: RunResult): boolean => result === "in-sync" || result === "applied";
