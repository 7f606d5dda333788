import { groupChangeId } from "../kinds/group/change.ts";
import { rightsByEnvironment } from "../kinds/group/rights.ts";
import { groupBy } from "../lib/group-by.ts";
import type { Change } from "../model/change.ts";
import type { Environment, Inventory, Suspension } from "../model/inventory.ts";
import type { Observed } from "../model/observed.ts";
import type { Held } from "../model/plan.ts";

/** Why an environment is not changed on a day (UTC, YYYY-MM-DD); null: it may be. */
export const suspensionOn = ({ suspended }: Pick<Environment, "suspended">, today: string): Suspension | null =>
  suspended !== null && today <= suspended.until ? suspended : null;

/**
 * The changes without those of suspended environments, of their hosts and of the rights on them, and without what stands on one
 * of these. A host that moves out of one is a host of it, and a group that goes would take its rights along.
 */
export function holdSuspended(
  changes: readonly Change[],
  {
    inventory,
    observed,
    today,
  }: { readonly inventory: Inventory; readonly observed: Observed; readonly today: string },
): { readonly changes: readonly Change[]; readonly held: readonly Held[]; readonly ids: ReadonlySet<string> } {
  const suspended = new Map(
    inventory.environments.flatMap((environment) => {
      const suspension = suspensionOn(environment, today);
      return suspension === null ? [] : [[environment.id.toLowerCase(), { environment, suspension }] as const];
    }),
  );
  if (suspended.size === 0) return { changes, held: [], ids: new Set() };
  const causes = new Map<string, string>();
  for (const change of changes) {
    const cause = reachedBy(change, observed).find((id) => suspended.has(id));
    if (cause !== undefined) causes.set(change.id, cause);
  }
  // What stands on something that is held, until there is no more of it.
  for (let found = -1; found !== causes.size; ) {
    found = causes.size;
    for (const { id, dependsOn } of changes) {
      const cause = dependsOn.map((other) => causes.get(other)).find((other) => other !== undefined);
      if (cause !== undefined && !causes.has(id)) causes.set(id, cause);
    }
  }
  const byCause = groupBy(
    changes.filter(({ id }) => causes.has(id)),
    ({ id }) => causes.get(id) ?? "",
  );
  const held = [...byCause].flatMap(([cause, items]) => {
    const entry = suspended.get(cause);
    if (entry === undefined) return [];
    const { environment, suspension } = entry;
    const reason = `suspended until ${suspension.until}: ${suspension.reason}`;
    return [{ scope: `environment/${environment.id}`, reason, items: items.length }];
  });
  const ids = new Set(
    changes.flatMap(({ id, kind, cluster, group }) =>
      causes.has(id) ? [id, ...(kind === "permission" && group !== null ? [groupChangeId(cluster, group)] : [])] : [],
    ),
  );
  return { changes: changes.filter(({ id }) => !causes.has(id)), held, ids };
}

/** Ids, in lower case, of the environments that a change is about or would reach. */
function reachedBy(change: Change, { clusters }: Observed): readonly string[] {
  if (change.kind === "host") {
    const before = change.before !== null && "environment" in change.before ? change.before.environment : null;
    return [change.environment.toLowerCase(), ...(typeof before === "string" ? [before.toLowerCase()] : [])];
  }
  if (change.kind !== "group") return [change.environment.toLowerCase()];
  const groups = clusters.get(change.cluster)?.groups;
  if (change.action !== "delete" || groups?.status !== "complete") return [];
  const group = groups.value.find(({ name }) => name === change.group);
  return group ? [...rightsByEnvironment(group).keys()] : [];
}
