import { gainsAdministration, losesAdministration } from "../kinds/group/administration.ts";
import { canonicalNames } from "../kinds/group/fields.ts";
import { globMatcher } from "../lib/glob.ts";
import type { Fields } from "../lib/json.ts";
import { resolveAmount } from "../model/amount.ts";
import type { Inventory } from "../model/inventory.ts";
import type { Observed } from "../model/observed.ts";
import { type Change, type Guard, groupChangeId } from "../model/plan.ts";

/** Everything that a guard may look at. */
interface GuardInput {
  readonly changes: readonly Change[];
  readonly inventory: Inventory;
  readonly observed: Observed;
}

const isRemoval = (change: Change): boolean => ["disable", "delete", "uninstall"].includes(change.action);

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

/** Updates per cluster, environments and groups apart, against all that is declared there whatever the targets. */
function maxUpdates(changes: readonly Change[], inventory: Inventory): readonly Guard[] {
  const amount = inventory.safety.maxUpdates;
  if (amount === null) return [];
  return inventory.clusters.flatMap(({ name }) => {
    const here = changes.filter(({ cluster }) => cluster === name);
    const environments = here.filter(
      ({ kind, action }) => kind === "environment" && (action === "update" || action === "enable"),
    );
    const created = new Set(
      here.filter(({ kind, action }) => kind === "group" && action === "create").map(({ group }) => group),
    );
    const groups = new Set(
      here
        .filter(({ kind, action, group }) =>
          kind === "group" ? action === "update" : kind === "permission" && !created.has(group),
        )
        .map(({ group }) => group),
    );
    const declaredEnvironments = inventory.environments.filter(
      ({ cluster, state }) => cluster === name && state !== "absent",
    );
    const declaredGroups = inventory.groups.filter(({ cluster, state }) => cluster === name && state !== "absent");
    return [
      ...limitUpdates(
        resolveAmount(amount, declaredEnvironments.length),
        environments.map(({ id }) => id),
      ),
      ...limitUpdates(
        resolveAmount(amount, declaredGroups.length),
        [...groups].map((group) => groupChangeId(name, group ?? "")),
      ),
    ];
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
  const items = changes
    .filter(({ kind }) => kind === "environment")
    .filter((change) => isRemoval(change) || (change.environment !== null && absent.has(change.environment)))
    .filter(({ environment }) => matchers.some((matches) => matches(environment ?? "")))
    .map(({ id }) => id);
  return items.length === 0 ? [] : [{ guard: "protect", limit: 0, actual: items.length, override: null, items }];
}

/** A cluster must keep a group of administrators, or nobody can repair what goes wrong next. */
function lastClusterAdminGroup({ changes, inventory, observed }: GuardInput): readonly Guard[] {
  return inventory.clusters.flatMap(({ name }) => {
    const groups = observed.clusters.get(name)?.groups;
    if (groups?.status !== "complete") return [];
    const before = groups.value.filter(({ isClusterAdminGroup }) => isClusterAdminGroup).length;
    const here = changes.filter(({ cluster }) => cluster === name);
    const losses = here.filter(losesAdministration);
    const gains = here.filter(gainsAdministration);
    const left = before - losses.length + gains.length;
    if (losses.length === 0 || left > 0) return [];
    return [
      { guard: "lastClusterAdminGroup", limit: 1, actual: left, override: null, items: losses.map(({ id }) => id) },
    ];
  });
}

const side = (change: Change, which: "before" | "after"): Fields => (change[which] as Fields | null) ?? {};

/** Groups for the worst day: not removed, not renamed, no right and no mapping taken away. */
function breakGlass({ changes, inventory }: GuardInput): readonly Guard[] {
  const names = new Set(inventory.safety.breakGlass);
  const items = changes.filter((change) => weakens(change, names)).map(({ id }) => id);
  return items.length === 0 ? [] : [{ guard: "breakGlass", limit: 0, actual: items.length, override: null, items }];
}

function weakens(change: Change, names: ReadonlySet<string>): boolean {
  const formerName = change.kind === "group" ? side(change, "before")["name"] : undefined;
  const concerned =
    (change.group !== null && names.has(change.group)) || (typeof formerName === "string" && names.has(formerName));
  if (!concerned) return false;
  if (change.kind === "permission") {
    const after = change.after as readonly string[];
    return (change.before as readonly string[]).some((permission) => !after.includes(permission));
  }
  if (change.action === "delete" || losesAdministration(change)) return true;
  if (change.action !== "update") return false;
  const lost = (field: "ldapGroupNames" | "ssoGroupNames") => {
    const names = (which: "before" | "after") => canonicalNames(field, side(change, which)[field]);
    const after = new Set(names("after"));
    return change.fields.includes(field) && names("before").some((name) => !after.has(name));
  };
  return change.fields.includes("name") || lost("ldapGroupNames") || lost("ssoGroupNames");
}
