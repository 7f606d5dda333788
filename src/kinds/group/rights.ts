import { compareText } from "../../lib/text.ts";
import type { ObservedGroup } from "../../model/observed.ts";
import type { PermissionAction, PermissionContent } from "./change.ts";

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

/** What leads from some permissions on an environment to others; null: they are the same. Both lists are sorted. */
export function permissionContent(before: readonly string[], after: readonly string[]): PermissionContent | null {
  const fields = [
    ...before.filter((name) => !after.includes(name)),
    ...after.filter((name) => !before.includes(name)),
  ].sort(compareText);
  if (fields.length === 0) return null;
  const action: PermissionAction = before.length === 0 ? "grant" : after.length === 0 ? "revoke" : "update";
  return { action, before, after, fields };
}
