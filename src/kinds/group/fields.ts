import type { Fields, Value } from "../../lib/json.ts";
import { compareText, sortedSet } from "../../lib/text.ts";
import type { Group } from "../../model/inventory.ts";
import type { ObservedGroup } from "../../model/observed.ts";

/** The properties of a group that are declared, apart from rights. The name always is. */
export function declaredGroupFields(group: Group): Fields {
  return {
    name: group.name,
    ...(group.isClusterAdminGroup === undefined ? {} : { isClusterAdminGroup: group.isClusterAdminGroup }),
    ...(group.ldapGroupNames === undefined ? {} : { ldapGroupNames: sortedSet(group.ldapGroupNames) }),
    ...(group.ssoGroupNames === undefined ? {} : { ssoGroupNames: sortedSet(group.ssoGroupNames) }),
  };
}

export function observedGroupField(group: ObservedGroup, field: string): Value {
  switch (field) {
    case "name":
      return group.name;
    case "isClusterAdminGroup":
      return group.isClusterAdminGroup;
    case "ldapGroupNames":
      return sortedSet(group.ldapGroupNames);
    case "ssoGroupNames":
      return sortedSet(group.ssoGroupNames);
    default:
      return null;
  }
}

/** Names as they are compared: LDAP knows no case, so a cluster may give them back in another one. SSO names are exact. */
export function canonicalNames(field: "ldapGroupNames" | "ssoGroupNames", names: Value | undefined): readonly string[] {
  const texts = Array.isArray(names) ? names.map(String) : [];
  return sortedSet(field === "ldapGroupNames" ? texts.map((name) => name.toLowerCase()) : texts);
}

export function sameGroupField(field: string, left: Value | undefined, right: Value | undefined): boolean {
  if (field !== "ldapGroupNames" && field !== "ssoGroupNames") return left === right;
  return JSON.stringify(canonicalNames(field, left)) === JSON.stringify(canonicalNames(field, right));
}

/** Permissions by environment id in lower case, because ids are equal without regard to case. */
export function rightsByEnvironment(group: ObservedGroup): ReadonlyMap<string, readonly string[]> {
  const rights = new Map<string, string[]>();
  for (const [permission, environments] of Object.entries(group.accessRight)) {
    for (const environment of environments) {
      const key = environment.toLowerCase();
      const list = rights.get(key);
      if (list) list.push(permission);
      else rights.set(key, [permission]);
    }
  }
  for (const list of rights.values()) list.sort(compareText);
  return rights;
}

/**
 * The rights of a group after changing those on some environments: everything else, permissions and environments that
 * dtsync does not know included, stays as it was read. `changes` is by environment id.
 */
export function mergeAccessRight(
  accessRight: ObservedGroup["accessRight"],
  changes: ReadonlyMap<string, readonly string[]>,
): Readonly<Record<string, readonly string[]>> {
  const changed = new Set([...changes.keys()].map((id) => id.toLowerCase()));
  const merged = new Map<string, Set<string>>();
  for (const [permission, environments] of Object.entries(accessRight)) {
    const kept = environments.filter((id) => !changed.has(id.toLowerCase()));
    merged.set(permission, new Set(kept));
  }
  for (const [environment, permissions] of changes) {
    for (const permission of permissions) {
      const list = merged.get(permission) ?? new Set();
      merged.set(permission, list.add(environment));
    }
  }
  return Object.fromEntries(
    [...merged]
      .filter(([, environments]) => environments.size > 0)
      .sort(([left], [right]) => compareText(left, right))
      .map(([permission, environments]) => [permission, [...environments].sort(compareText)]),
  );
}
