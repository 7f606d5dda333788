import { groupBy } from "../../lib/group-by.ts";
import type { Environment, Rollout } from "../../model/inventory.ts";
import type { PlannedRollout } from "../../model/plan.ts";
import { type Waves, wavesOf } from "../../model/waves.ts";
import type { HostChange } from "./change.ts";

/** The host changes of one environment, in the waves in which they are made. */
export interface HostRollout extends Waves<HostChange> {
  readonly environment: string;
  readonly cluster: string;
  readonly settings: Rollout;
}

/** For a host whose environment is not in the inventory: one at a time, and none after a failure. */
const cautious: Rollout = {
  concurrency: 1,
  canary: { count: 1 },
  batch: { count: 1 },
  maxFailures: { count: 0 },
  seenWithin: 600_000,
};

/** How changes of hosts are made: environment by environment, each in the waves of its rollout. */
export function hostRollouts(
  changes: readonly HostChange[],
  environments: readonly Environment[],
): readonly HostRollout[] {
  const declared = new Map(environments.map(({ id, rollout }) => [id.toLowerCase(), rollout]));
  return [...groupBy(changes, ({ environment }) => environment.toLowerCase())].map(([key, members]) => {
    const settings = declared.get(key) ?? cautious;
    const { environment, cluster } = members[0];
    return { environment, cluster, settings, ...wavesOf(members, settings) };
  });
}

/** The same as a plan tells it. */
export const plannedRollouts = (
  changes: readonly HostChange[],
  environments: readonly Environment[],
): readonly PlannedRollout[] =>
  hostRollouts(changes, environments).map(({ environment, cluster, waves, maxFailures }) => ({
    environment,
    cluster,
    waves: waves.map(({ name, items }) => ({ wave: name, hosts: items.map(({ host }) => host) })),
    maxFailures,
  }));
