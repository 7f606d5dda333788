import type { Plan } from "../model/plan.ts";
import { type ApplyReport, type ChangeResult, countResults } from "../model/result.ts";
import { planDigest } from "../plan/digest.ts";
import { inShard } from "../plan/shard.ts";
import type { ApprovedPlan, CarryOutOptions, Outcome } from "./carry-out.ts";
import type { Context } from "./context.ts";
import type { LongestSteps } from "./longest-steps.ts";

/** Hosts that are named as the slowest ones. */
const mostSlowest = 10;

/** What an apply of a plan did, with all that it could not do. */
export function applyReport(
  { plan, review }: Pick<ApprovedPlan, "plan" | "review">,
  { guards, results, warnings: added, installers }: Outcome,
  longest: Pick<LongestSteps, "of">,
  { shard }: Pick<CarryOutOptions, "shard">,
  { runId }: Pick<Context, "runId">,
): ApplyReport {
  const { held, waiting } = plan;
  const warnings = [...plan.warnings, ...added];
  const emptyShard = shard !== null && !plan.changes.some((change) => inShard(change, shard));
  return {
    format: "dtsync-apply/1",
    run: runId,
    plan: review?.digest ?? planDigest(plan),
    results,
    summary: countResults(results),
    held,
    waiting,
    warnings: emptyShard
      ? [...warnings, `--shard ${shard.index}/${shard.total} matches nothing: none of the plan's host changes is in it`]
      : warnings,
    ...(guards.length === 0 ? {} : { guards }),
    ...slowestHosts(plan, results, longest),
    ...(installers === null ? {} : { installers }),
  };
}

/** Nothing where no host was changed, or nobody followed what was done there. */
function slowestHosts(
  { changes }: Plan,
  results: readonly ChangeResult[],
  longest: Pick<LongestSteps, "of">,
): Pick<ApplyReport, "slowest"> {
  const hosts = new Map(changes.flatMap(({ id, host }) => (host === null ? [] : [[id, host] as const])));
  const slowest = results
    .flatMap(({ id, durationMs }) => {
      const step = longest.of(hosts.get(id) ?? "");
      return step === undefined ? [] : [{ id, durationMs, step: step.step, stepMs: step.ms }];
    })
    .sort((left, right) => right.durationMs - left.durationMs)
    .slice(0, mostSlowest);
  return slowest.length === 0 ? {} : { slowest };
}
