import { closePermissions } from "../kinds/group/permissions.ts";
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
  const groups = inventory.groups
    .filter((group) => group.cluster === cluster && group.state === "present")
    .map((group) => ({
      name: group.name,
      isClusterAdminGroup: group.isClusterAdminGroup ?? false,
      ldapGroupNames: group.ldapGroupNames ?? [],
      ssoGroupNames: group.ssoGroupNames ?? [],
      accessRight: accessRight(group.access),
    }));
  return { environments, groups };
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
