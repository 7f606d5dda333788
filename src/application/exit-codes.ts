import { combineExitCodes, type ExitCode, exitCodes } from "../errors.ts";
import type { Plan } from "../model/plan.ts";
import type { ChangeResult, ResultStatus } from "../model/result.ts";
import { isSuspension } from "../model/suspension.ts";

/** What it means for plan and apply that something could not be read. */
export function readingExitCode({ clusters, held }: Pick<Plan, "clusters" | "held">): ExitCode {
  const asked = Object.keys(clusters).length;
  const unusable = held.filter(({ scope }) => /^cluster\/[^/]+$/.test(scope)).length;
  if (asked > 0 && unusable === asked) return exitCodes.failed;
  const partly = held.some(({ scope }) => scope.startsWith("cluster/") || scope.startsWith("source/"));
  return partly ? exitCodes.partial : exitCodes.done;
}

export interface Ending {
  /** Whether a stale change is left for the next run, not a failure of this one. */
  readonly skipStale: boolean;
  readonly interrupted: boolean;
}

/** What the results of changes mean. */
export function resultsExitCode(results: readonly ChangeResult[], { skipStale, interrupted }: Ending): ExitCode {
  const codes: Readonly<Record<ResultStatus, ExitCode>> = {
    done: exitCodes.done,
    failed: exitCodes.partial,
    uncertain: exitCodes.partial,
    skipped: exitCodes.partial,
    stale: skipStale ? exitCodes.partial : exitCodes.stale,
  };
  return combineExitCodes([
    interrupted ? exitCodes.interrupted : exitCodes.done,
    ...results.map(({ status }) => codes[status]),
  ]);
}

/** How an apply ends: after what was read, what was held, and what became of the changes. */
export function applyExitCode(
  plan: Pick<Plan, "clusters" | "held">,
  results: readonly ChangeResult[],
  ending: Ending,
): ExitCode {
  return combineExitCodes([
    readingExitCode(plan),
    plan.held.every(isSuspension) ? exitCodes.done : exitCodes.partial,
    resultsExitCode(results, ending),
  ]);
}
