import { gainsAdministration, losesAdministration } from "../kinds/group/administration.ts";
import { actionRules, allFamilies, familyOfChange, familyRules, isRemoval, rulesOf } from "../kinds/kinds.ts";
import { globMatcher } from "../lib/glob.ts";
import { groupBy } from "../lib/group-by.ts";
import { resolveAmount } from "../model/amount.ts";
import { type Change, ofFamily } from "../model/change.ts";
import type { Inventory } from "../model/inventory.ts";
import type { Observed } from "../model/observed.ts";
import type { Guard } from "../model/plan.ts";

/** Everything that a guard may look at. */
interface GuardInput {
  readonly changes: readonly Change[];
  readonly inventory: Inventory;
  readonly observed: Observed;
}

/** The guards that a plan trips, in a fixed order. Each is one small function over the plan's data. */
export function trippedGuards(input: GuardInput): readonly Guard[] {
  return [...trippedLimits(input.changes, input.inventory), ...lastClusterAdminGroup(input), ...breakGlass(input)];
}

/** Limits that were raised for one run; null: as declared. */
export interface RaisedLimits {
  readonly removals: number | null;
  readonly updates: number | null;
}

/** The guards that need nothing but the changes and the inventory. */
export function trippedLimits(
  changes: readonly Change[],
  inventory: Inventory,
  raised: RaisedLimits = { removals: null, updates: null },
): readonly Guard[] {
  const { safety } = inventory;
  const limits = {
    ...safety,
    maxRemovals: raised.removals ?? safety.maxRemovals,
    maxUpdates: raised.updates === null ? safety.maxUpdates : { count: raised.updates },
  };
  const limited = { ...inventory, safety: limits };
  return [...maxRemovals(changes, limited), ...maxUpdates(changes, limited), ...protect(changes, limited)];
}

/** Disables, deletes and uninstalls of the whole plan. */
function maxRemovals(changes: readonly Change[], inventory: Inventory): readonly Guard[] {
  const removals = changes.filter(isRemoval);
  const limit = inventory.safety.maxRemovals;
  if (removals.length <= limit) return [];
  return [
    {
      guard: "maxRemovals",
      limit,
      actual: removals.length,
      override: `--allow-removals ${removals.length}`,
      items: removals.map(({ id }) => id),
    },
  ];
}

/** Updates per cluster, each family apart, against all that is declared of it there whatever the targets. */
function maxUpdates(changes: readonly Change[], inventory: Inventory): readonly Guard[] {
  const amount = inventory.safety.maxUpdates;
  if (amount === null) return [];
  return inventory.clusters.flatMap(({ name }) => {
    const here = changes.filter(({ cluster }) => cluster === name);
    const created = new Set(here.filter((change) => actionRules(change).count === "create").map(({ id }) => id));
    return allFamilies.flatMap((family) => {
      const total = familyRules(family).limitedBy(inventory, name);
      if (total === null) return [];
      const updated = here
        .filter((change) => familyOfChange(change) === family && actionRules(change).count === "update")
        .map((change) => rulesOf(change).item(change))
        .filter((item) => !created.has(item));
      return limitUpdates(resolveAmount(amount, total), [...new Set(updated)]);
    });
  });
}

function limitUpdates(limit: number, items: readonly string[]): readonly Guard[] {
  if (items.length <= limit) return [];
  return [{ guard: "maxUpdates", limit, actual: items.length, override: `--allow-updates ${items.length}`, items }];
}

/** A protected environment may not be disabled or deleted, nor started on the way there. */
function protect(changes: readonly Change[], inventory: Inventory): readonly Guard[] {
  const matchers = inventory.safety.protect.map(globMatcher);
  const absent = new Set(inventory.environments.filter(({ state }) => state === "absent").map(({ id }) => id));
  const items = ofFamily(changes, "environment")
    .filter((change) => isRemoval(change) || absent.has(change.environment))
    .filter(({ environment }) => matchers.some((matches) => matches(environment)))
    .map(({ id }) => id);
  return items.length === 0 ? [] : [{ guard: "protect", limit: 0, actual: items.length, override: null, items }];
}

/**
 * A cluster must keep a group of administrators, or nobody can repair what goes wrong next. It is known by its address here: two
 * names of one cluster could take a group each.
 */
function lastClusterAdminGroup({ changes, inventory, observed }: GuardInput): readonly Guard[] {
  return [...groupBy(inventory.clusters, ({ url }) => url).values()].flatMap((clusters) => {
    const names = new Set(clusters.map(({ name }) => name));
    const groups = [...names]
      .map((name) => observed.clusters.get(name)?.groups)
      .find((read) => read?.status === "complete");
    if (groups?.status !== "complete") return [];
    const before = groups.value.filter(({ isClusterAdminGroup }) => isClusterAdminGroup).length;
    const here = changes.filter(({ cluster }) => cluster !== null && names.has(cluster));
    const losses = here.filter(losesAdministration);
    const gains = here.filter(gainsAdministration);
    const left = before - losses.length + gains.length;
    if (losses.length === 0 || left > 0) return [];
    return [
      { guard: "lastClusterAdminGroup", limit: 1, actual: left, override: null, items: losses.map(({ id }) => id) },
    ];
  });
}

/** Groups for the worst day: not removed, not renamed, no right and no mapping taken away. */
function breakGlass({ changes, inventory }: GuardInput): readonly Guard[] {
  const names = new Set(inventory.safety.breakGlass);
  const items = changes.filter((change) => rulesOf(change).weakens(change, names)).map(({ id }) => id);
  return items.length === 0 ? [] : [{ guard: "breakGlass", limit: 0, actual: items.length, override: null, items }];
}
