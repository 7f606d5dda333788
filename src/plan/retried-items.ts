import { decodeIdPart } from "../kinds/change.ts";
import { environmentChangeId } from "../kinds/environment/change.ts";
import { environmentCoordinates } from "../kinds/environment/family.ts";
import { groupChangeId, permissionChangeId } from "../kinds/group/change.ts";
import { groupCoordinates } from "../kinds/group/family.ts";
import { hostChangeId } from "../kinds/host/change.ts";
import { hostCoordinates } from "../kinds/host/family.ts";
import type { Coordinates } from "../kinds/kind.ts";
import { zonePermissionChangeId } from "../kinds/zone-permission/change.ts";
import { zoneScopes } from "../kinds/zone-permission/held-scopes.ts";
import type { Action } from "../model/change.ts";
import { type Host, type Inventory, plannedGroups } from "../model/inventory.ts";
import type { Plan } from "../model/plan.ts";
import type { ApplyReport, ChangeResult, ResultStatus } from "../model/result.ts";
import type { Affected } from "./affected-items.ts";
import { scopeFilter } from "./scope.ts";

/** Where trying again may help. What is stale was changed by somebody: a new plan of it has to be looked at. */
const leftStatuses: ReadonlySet<ResultStatus> = new Set(["failed", "uncertain", "skipped"]);

/** What an earlier apply left to be tried again. */
export const leftResults = ({ results }: ApplyReport): readonly ChangeResult[] =>
  results.filter(({ status }) => leftStatuses.has(status));

/** Actions before which all that is taken away in an environment has to be done. */
const removals: ReadonlySet<Action> = new Set(["disable", "delete"]);

/**
 * What the changes that were left are about, to plan nothing else; for environments that are to be removed also all that has
 * to be taken away in them first.
 */
export function retriedItems(left: readonly ChangeResult[], inventory: Inventory): Affected {
  const locate = locator(inventory, inventory.hosts);
  const items = left.map(({ id, action }) => ({ id, action, item: locate(id) }));
  const none: ReadonlySet<string> = new Set();
  return {
    // A host that only a command knows of has its id all the same.
    ids: new Set(items.flatMap(({ id, item }) => (item === null ? [id] : [id, idOf(item)]))),
    groups: new Set(
      items.flatMap(({ item }) =>
        item === null || item.group === null ? [] : [groupChangeId(item.cluster, item.group)],
      ),
    ),
    wholeGroups: none,
    wholeEnvironments: new Set(
      items.flatMap(({ item, action }) => (removals.has(action) && item?.environment ? [item.environment] : [])),
    ),
    zonesOf: none,
    hostsOf: none,
    wholeClusters: none,
    formerClusters: none,
  };
}

/** Whether commands have to say which hosts there are: what they list may be meant, or stand in the way of a removal. */
export function needsHostCommands(left: readonly ChangeResult[], { hosts }: Pick<Inventory, "hosts">): boolean {
  const present = new Set(hosts.filter(({ state }) => state === "present").map(({ name }) => hostChangeId(name)));
  return left.some(({ id, action }) => removals.has(action) || (id.startsWith("host/") && !present.has(id)));
}

/** Those that the inventory does not declare any more, by their ids. */
export function undeclaredResults(
  left: readonly ChangeResult[],
  inventory: Inventory,
  hosts: readonly Host[],
): readonly string[] {
  const locate = locator(inventory, hosts);
  return left.filter(({ id }) => locate(id) === null).map(({ id }) => id);
}

/**
 * Those that a plan of them had to hold back, as results: they are still left, and the report of this run must not lose
 * them.
 */
export function heldResults(
  left: readonly ChangeResult[],
  plan: Pick<Plan, "held" | "scope">,
  inventory: Inventory,
  hosts: readonly Host[],
): readonly ChangeResult[] {
  const locate = locator(inventory, hosts);
  const filter = scopeFilter(plan.scope, inventory);
  const reasons = new Map(plan.held.map(({ scope, reason }) => [scope, reason]));
  const unreadSource = plan.held.find(({ scope }) => scope.startsWith("source/"))?.reason;
  const isPlanned = (item: Coordinates): boolean => {
    if (item.host !== null && plan.scope.hosts === "skip") return false;
    const family = item.host !== null ? "host" : item.group !== null ? "group" : "environment";
    return filter.includes(family) && filter.matches(item);
  };
  return left.flatMap(({ id, action }) => {
    const item = locate(id);
    if (item !== null && !isPlanned(item)) return [];
    const reason =
      item === null
        ? id.startsWith("host/") && unreadSource
        : scopesOf(item)
            .map((scope) => reasons.get(scope))
            .find((found) => found !== undefined);
    if (!reason) return [];
    const error = { code: "held", message: reason };
    return [{ id, action, status: "skipped" as const, attempts: 0, durationMs: 0, error }];
  });
}

/** Scopes of `held` that an item is in, the widest first. */
function scopesOf(item: Coordinates): readonly string[] {
  const { cluster, environment, group } = item;
  const groups =
    group === null ? [] : [`cluster/${cluster}/groups`, groupChangeId(cluster, group), ...zoneScopes(item)];
  const own = environment === null ? [] : [environmentChangeId(environment)];
  return [`cluster/${cluster}`, ...groups, ...own, idOf(item)];
}

/** The id of a change about an item. */
function idOf({ cluster, environment, group, host, managementZone }: Coordinates): string {
  if (host !== null) return hostChangeId(host);
  if (group !== null && environment !== null && managementZone !== undefined) {
    return zonePermissionChangeId(cluster, group, environment, managementZone);
  }
  if (group === null) return environmentChangeId(environment ?? "");
  return environment === null ? groupChangeId(cluster, group) : permissionChangeId(cluster, group, environment);
}

/** Finds what the id of a change is about; null: it is not declared. */
function locator(inventory: Inventory, hosts: readonly Host[]): (id: string) => Coordinates | null {
  const coordinates = [
    ...inventory.environments.map(environmentCoordinates),
    ...plannedGroups(inventory).map(groupCoordinates),
    ...hosts.map(hostCoordinates),
  ];
  const items = new Map(coordinates.map((item) => [idOf(item).toLowerCase(), item]));
  return (id) => {
    const [kind, cluster = "", group = "", environment = ""] = id.toLowerCase().split("/");
    if (kind !== "permission" && kind !== "zone-permission") return items.get(id.toLowerCase()) ?? null;
    const [whose, where] = [items.get(`group/${cluster}/${group}`), items.get(`environment/${environment}`)];
    if (whose === undefined || where === undefined || where.cluster !== whose.cluster) return null;
    // The name of the zone as it is written: zones differ by case.
    const zone = kind === "zone-permission" ? decodeIdPart(id.split("/")[4] ?? "") : undefined;
    return { ...where, group: whose.group, ...(zone === undefined ? {} : { managementZone: zone }) };
  };
}
