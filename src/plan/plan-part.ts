import { type Change, familyOf } from "../model/change.ts";
import type { Held, PlanScope } from "../model/plan.ts";
import { inShard, type Shard, shardHas } from "./shard.ts";

/** What of a plan one of several runs makes. */
export interface PlanPart {
  readonly only: PlanScope["only"];
  /** Null: hosts are not divided. */
  readonly shard: Shard | null;
}

/** Whether it is for this part to make a change. */
export const inPart = (change: Change, { only, shard }: PlanPart): boolean =>
  only.includes(`${familyOf[change.kind]}s`) && (shard === null || inShard(change, shard));

/**
 * Whether it is for this part to tell what the plan holds, so that parts that are the whole plan together tell everything.
 * `environmentOf`: the environment of a scope that is about hosts; null: it is not known, and every part with hosts tells it.
 */
export function heldInPart(
  { scope }: Held,
  { only, shard }: PlanPart,
  environmentOf: (scope: string) => string | null,
): boolean {
  const kind = scope.slice(0, scope.indexOf("/"));
  if (kind === "host" || kind === "source") {
    const environment = environmentOf(scope);
    return only.includes("hosts") && (shard === null || environment === null || shardHas(environment, shard));
  }
  if (shard === null) return true;
  if (kind === "environment") return shardHas(scope.slice("environment/".length), shard);
  return /^cluster\/[^/]+$/.test(scope);
}
