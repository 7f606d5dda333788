import { globMatcher, isGlob } from "../../lib/glob.ts";
import { groupBy } from "../../lib/group-by.ts";
import type { Group } from "../../model/inventory.ts";
import { closePermissions } from "../group/permissions.ts";

/** What a declared name of management zones means: that very zone, with case, or all that a glob matches without regard to it. */
export const zoneNameMatcher = (declared: string): ((name: string) => boolean) =>
  isGlob(declared) ? globMatcher(declared) : (name) => name === declared;

/** Whether the rights of a group, on zones as on whole environments, are the inventory's at all. */
export const hasDeclaredRights = (group: Group): boolean => group.state === "present" && group.access !== null;

/**
 * Names and globs of management zones by the id of the environment in lower case: whatever any group names there is the
 * inventory's for all groups of the cluster whose rights are declared.
 */
export function namedZones(groups: readonly Group[]): ReadonlyMap<string, ReadonlySet<string>> {
  const named = new Map<string, Set<string>>();
  for (const group of groups.filter(hasDeclaredRights)) {
    for (const [environment, zones] of group.managementZones) {
      const key = environment.toLowerCase();
      const names = named.get(key) ?? new Set();
      named.set(key, names);
      for (const name of zones.keys()) names.add(name);
    }
  }
  return named;
}

/** Tells of zones of any cluster whether some group names them. */
export function zoneNamer(
  groups: readonly Group[],
): (zone: { readonly cluster: string; readonly environment: string; readonly managementZone: string }) => boolean {
  const byCluster = new Map(
    [...groupBy(groups, ({ cluster }) => cluster)].map(([cluster, own]) => [cluster, namedZones(own)]),
  );
  return ({ cluster, environment, managementZone }) => {
    const names = byCluster.get(cluster)?.get(environment.toLowerCase());
    return names?.has(managementZone) || [...(names ?? [])].some((name) => zoneNameMatcher(name)(managementZone));
  };
}

/** What a group is to have on a zone of an environment, closed under what the cluster implies. */
export function wantedZoneRights(group: Group, environment: string, zone: string): readonly string[] {
  const key = environment.toLowerCase();
  const permissions = [...group.managementZones].flatMap(([id, zones]) =>
    id.toLowerCase() === key
      ? [...zones].flatMap(([declared, names]) => (zoneNameMatcher(declared)(zone) ? names : []))
      : [],
  );
  return closePermissions(permissions);
}
