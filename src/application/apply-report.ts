import type { Plan } from "../model/plan.ts";
import type { ApplyReport, ChangeResult, ResultStatus } from "../model/result.ts";
import { planDigest } from "../plan/digest.ts";

/** What an apply of a plan did; no results: a guard refused it. */
export function applyReport(plan: Plan, results: readonly ChangeResult[]): ApplyReport {
  const count = (status: ResultStatus) => results.filter((result) => result.status === status).length;
  return {
    format: "dtsync-apply/1",
    plan: planDigest(plan),
    results,
    summary: {
      done: count("done"),
      failed: count("failed"),
      uncertain: count("uncertain"),
      skipped: count("skipped"),
      stale: count("stale"),
    },
  };
}
