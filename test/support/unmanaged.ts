import { expect } from "vitest";
import { zoneNamer } from "../../src/kinds/zone-permission/wanted-rights.ts";
import type { Inventory } from "../../src/model/inventory.ts";
import type { contentOf } from "./cluster-world.ts";

type Content = ReturnType<typeof contentOf>;

/** What the inventory says nothing of, as it was and as it is. */
function unmanaged({ environments, groups, zoneRights }: Content, inventory: Inventory, after: Content) {
  const declaredIds = new Set(inventory.environments.map(({ id }) => id));
  const declared = new Map(inventory.environments.map((environment) => [environment.id, environment.settings]));
  const declaredGroups = new Set(
    inventory.groups.flatMap(({ name, previously }) => [name.toLowerCase(), ...previously]),
  );
  const there = new Set([...environments, ...after.environments].map(({ id }) => id));
  const kept = new Set(after.groups.filter((group) => !group.isClusterAdminGroup).map(({ id }) => id));
  const foreign = (id: string) => !declaredIds.has(id) && there.has(id);
  const namesZone = zoneNamer(inventory.groups);
  const groupsOfZones = new Map(after.groups.map((group) => [group.id, group.name.toLowerCase()]));
  const isForeignZone = ({ group, environment, name }: Content["zoneRights"][number]) =>
    after.environments.some(({ id }) => id === environment) &&
    groupsOfZones.has(group) &&
    (!declaredGroups.has(groupsOfZones.get(group) ?? "") ||
      !namesZone({ cluster: "emea", environment, managementZone: name }));
  return {
    environments: environments.filter(({ id }) => !declaredIds.has(id)),
    undeclaredFields: environments
      .filter(({ id }) => declaredIds.has(id) && after.environments.some((found) => found.id === id))
      .map(({ id, name, trial, quotas, tags }) => ({
        id,
        ...(declared.get(id)?.name === undefined ? { name } : {}),
        ...(declared.get(id)?.trial === undefined ? { trial } : {}),
        ...(declared.get(id)?.tags === undefined ? { tags: tags.filter((tag) => !tag.startsWith("dtsync:")) } : {}),
        ...(declared.get(id)?.quotas?.["hostUnits"] === undefined ? { hostUnits: quotas["hostUnits"] } : {}),
        davisDataUnits: quotas["davisDataUnits"],
        ...(declared.get(id)?.quotas?.["demUnits"]?.["annualLimit"] === undefined
          ? { annualLimit: quotas["demUnits"]?.["annualLimit"] }
          : {}),
      })),
    // A cluster may take rights on an environment away with it: nothing of ours has touched these groups then.
    groups: groups
      .filter(({ name }) => !declaredGroups.has(name.toLowerCase()))
      .map((group) => ({ ...group, accessRight: rightsOnPresent(group.accessRight, after) })),
    zoneRights: zoneRights.filter(isForeignZone),
    foreignRights: groups
      .filter(({ id }) => kept.has(id))
      .map(({ id, accessRight, isManageAccount }) => ({
        id,
        isManageAccount,
        rights: Object.entries(accessRight).flatMap(([permission, ids]) =>
          ids.filter(foreign).map((environment) => `${permission} on ${environment}`),
        ),
      })),
  };
}

function rightsOnPresent(accessRight: Content["groups"][number]["accessRight"], { environments }: Content) {
  const present = new Set(environments.map(({ id }) => id.toLowerCase()));
  return Object.entries(accessRight).flatMap(([permission, ids]) =>
    ids.filter((id) => present.has(id.toLowerCase())).map((id) => `${permission} on ${id}`),
  );
}

/** Holds what nobody declared to what it was: environments, groups, fields and rights. */
export function expectUnmanagedUntouched(before: Content, after: Content, inventory: Inventory): void {
  const was = unmanaged(before, inventory, after);
  const is = unmanaged(after, inventory, after);
  const ids = new Set(was.foreignRights.map(({ id }) => id));
  const present = new Set(was.undeclaredFields.map(({ id }) => id));
  expect({
    ...is,
    foreignRights: is.foreignRights.filter(({ id }) => ids.has(id)),
    undeclaredFields: is.undeclaredFields.filter(({ id }) => present.has(id)),
  }).toEqual(was);
}
