import { groupIdKey } from "../kinds/group/group-id.ts";
import { closePermissions } from "../kinds/group/permissions.ts";
import { namedZones, wantedZoneRights } from "../kinds/zone-permission/wanted-rights.ts";
import { isGlob } from "../lib/glob.ts";
import type { Inventory } from "../model/inventory.ts";
import type { ClusterSeed, LimitGroups } from "./cluster/snapshot.ts";

/** A cluster that already holds everything the inventory declares for it: the next plan has no cluster changes. */
export function seedFromInventory(inventory: Inventory, cluster: string): ClusterSeed {
  const environments = inventory.environments
    .filter((environment) => environment.cluster === cluster && environment.state !== "absent")
    .map(({ id, defaultName, state, settings }) => ({
      id,
      name: settings.name ?? defaultName,
      state: state === "disabled" ? ("DISABLED" as const) : ("ENABLED" as const),
      trial: settings.trial ?? false,
      tags: settings.tags ?? [],
      ...(settings.quotas === undefined ? {} : { quotas: settings.quotas as LimitGroups }),
      ...(settings.storage === undefined ? {} : { storage: settings.storage as LimitGroups }),
    }));
  const present = inventory.groups.filter((group) => group.cluster === cluster && group.state === "present");
  const groups = present.map((group) => ({
    id: groupIdKey(group.name),
    name: group.name,
    isClusterAdminGroup: group.isClusterAdminGroup ?? false,
    ldapGroupNames: group.ldapGroupNames ?? [],
    ssoGroupNames: group.ssoGroupNames ?? [],
    accessRight: accessRight(group.access),
  }));
  const named = namedZones(present);
  const managementZones = environments
    .flatMap(({ id }) => [...(named.get(id.toLowerCase()) ?? [])].map((name) => ({ environment: id, name })))
    .filter(({ name }) => !isGlob(name))
    .map((zone, index) => ({ ...zone, id: String(index + 1) }));
  const zoneRights = managementZones.flatMap(({ environment, id, name }) =>
    present.flatMap((group) => {
      const permissions = group.isClusterAdminGroup ? [] : wantedZoneRights(group, environment, name);
      return permissions.length === 0 ? [] : [{ group: groupIdKey(group.name), environment, zone: id, permissions }];
    }),
  );
  return { environments, groups, managementZones, zoneRights };
}

function accessRight(
  access: ReadonlyMap<string, readonly string[]> | null,
): Readonly<Record<string, readonly string[]>> {
  const rights: Record<string, string[]> = {};
  for (const [environment, permissions] of access ?? []) {
    for (const permission of closePermissions(permissions)) {
      const environments = rights[permission] ?? [];
      environments.push(environment);
      rights[permission] = environments;
    }
  }
  return rights;
}
