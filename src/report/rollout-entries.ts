import { groupBy } from "../lib/group-by.ts";
import { count } from "../lib/printable.ts";
import { compareText } from "../lib/text.ts";
import type { Plan, PlannedRollout } from "../model/plan.ts";

/** Environments whose hosts are changed in waves of the same sizes. */
export interface RolloutEntry {
  readonly environments: readonly string[];
  /** `1 canary, then 3 batches of 5; stops after more than 2 failures`. */
  readonly text: string;
}

/** How the hosts of each environment are changed; what is the same for several is said once. */
export const rolloutEntries = ({ rollouts = [] }: Pick<Plan, "rollouts">): readonly RolloutEntry[] =>
  [...groupBy([...rollouts].sort(byEnvironment), describeRollout)].map(([text, [first, ...others]]) => ({
    environments: [first, ...others].map(({ environment }) => environment),
    text: others.length === 0 ? text : `each ${text}`,
  }));

const byEnvironment = (left: PlannedRollout, right: PlannedRollout) => compareText(left.environment, right.environment);

function describeRollout({ waves, maxFailures }: PlannedRollout): string {
  const [first, ...others] = waves;
  const hasCanary = first?.wave === "canary";
  const batches = batchesText((hasCanary ? others : waves).map(({ hosts }) => hosts.length));
  const canary = hasCanary ? count(first.hosts.length, "canary", "canaries") : "";
  const stop = maxFailures === 0 ? "the first failure" : `more than ${count(maxFailures, "failure")}`;
  // Nothing is left to be stopped after a single wave.
  return `${[canary, batches].filter((part) => part !== "").join(", then ")}${waves.length > 1 ? `; stops after ${stop}` : ""}`;
}

/** All batches have the same size, but the last one, which may be smaller. */
function batchesText(sizes: readonly number[]): string {
  const [size = 0] = sizes;
  const last = sizes.at(-1) ?? 0;
  const text = (batches: number, hosts: number) => `${count(batches, "batch", "batches")} of ${hosts}`;
  if (sizes.length === 0) return "";
  return last === size ? text(sizes.length, size) : `${text(sizes.length - 1, size)} and 1 of ${last}`;
}
