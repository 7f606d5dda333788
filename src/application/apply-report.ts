import type { Plan } from "../model/plan.ts";
import { type ApplyReport, countResults } from "../model/result.ts";
import { planDigest } from "../plan/digest.ts";
import { inShard } from "../plan/shard.ts";
import type { CarryOutOptions, Outcome } from "./carry-out.ts";
import type { Context } from "./context.ts";

/**
 * What an apply of a plan did, with all that it could not do. `digest` is that of the plan which was approved, where the
 * one that is carried out is a part of a fresh one.
 */
export function applyReport(
  plan: Plan,
  { guards, results, warnings: added }: Outcome,
  { shard }: Pick<CarryOutOptions, "shard">,
  { runId }: Pick<Context, "runId">,
  digest: string = planDigest(plan),
): ApplyReport {
  const { held, waiting } = plan;
  const warnings = [...plan.warnings, ...added];
  const emptyShard = shard !== null && !plan.changes.some((change) => inShard(change, shard));
  return {
    format: "dtsync-apply/1",
    run: runId,
    plan: digest,
    results,
    summary: countResults(results),
    held,
    waiting,
    warnings: emptyShard
      ? [...warnings, `--shard ${shard.index}/${shard.total} matches nothing: none of the plan's host changes is in it`]
      : warnings,
    ...(guards.length === 0 ? {} : { guards }),
  };
}
