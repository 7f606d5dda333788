import { groupChangeId } from "../kinds/group/change.ts";
import { rightsByEnvironment } from "../kinds/group/rights.ts";
import { groupBy } from "../lib/group-by.ts";
import type { Change } from "../model/change.ts";
import type { Host, Inventory } from "../model/inventory.ts";
import type { Observed } from "../model/observed.ts";
import type { Held } from "../model/plan.ts";
import { suspensionOn, suspensionReason } from "../model/suspension.ts";

interface Suspended {
  readonly inventory: Inventory;
  readonly observed: Observed;
  /** Hosts in scope. Those of suspended environments count as held where they were not probed. */
  readonly hosts: readonly Host[];
  /** UTC, YYYY-MM-DD. */
  readonly today: string;
}

/** The hosts without those of environments that are suspended at this time: nobody logs in to these. */
export function withoutSuspended(
  hosts: readonly Host[],
  { environments }: Pick<Inventory, "environments">,
  now: Date,
): readonly Host[] {
  const today = now.toISOString().slice(0, 10);
  const suspended = new Set(
    environments.filter((environment) => suspensionOn(environment, today) !== null).map(({ id }) => id.toLowerCase()),
  );
  return suspended.size === 0 ? hosts : hosts.filter(({ environment }) => !suspended.has(environment.toLowerCase()));
}

/**
 * The changes without those of suspended environments, of their hosts and of the rights on them, and without what stands on one
 * of these. A host that moves out of one is a host of it, and a group that goes would take its rights along.
 */
export function holdSuspended(
  changes: readonly Change[],
  { inventory, observed, hosts, today }: Suspended,
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
  const notProbed = groupBy(
    hosts.filter(({ name }) => !observed.hosts.has(name)),
    ({ environment }) => environment.toLowerCase(),
  );
  const held = [...suspended].flatMap(([id, { environment, suspension }]) => {
    const items = (byCause.get(id)?.length ?? 0) + (notProbed.get(id)?.length ?? 0);
    const reason = suspensionReason(suspension);
    return items === 0 ? [] : [{ scope: `environment/${environment.id}`, reason, items }];
  });
  const ids = new Set(
    changes.flatMap(({ id, kind, cluster, group }) =>
      causes.has(id) ? [id, ...(group !== null && kind !== "group" ? [groupChangeId(cluster, group)] : [])] : [],
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
  const { groups, zones } = clusters.get(change.cluster) ?? {};
  if (change.action !== "delete" || groups?.status !== "complete") return [];
  const group = groups.value.find(({ name }) => name === change.group);
  if (!group) return [];
  const onZones =
    zones?.rights.status === "complete" ? zones.rights.value.filter((right) => right.group === group.id) : [];
  return [...rightsByEnvironment(group).keys(), ...onZones.map(({ environment }) => environment.toLowerCase())];
}
