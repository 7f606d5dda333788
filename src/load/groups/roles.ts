import { knownPermissions } from "../../kinds/group/permissions.ts";
import { compareText } from "../../lib/text.ts";
import type { ValuePlace } from "../diagnostics/diagnostics.ts";
import { showText } from "../diagnostics/show-text.ts";
import type { SettingsEntry } from "../schema/file-types.ts";
import { hasUnusable } from "../schema/has-unusable.ts";
import type { LoadedFile } from "../schema/loaded-file.ts";
import { keyPlace, valuePlace } from "../yaml/positions.ts";
import type { GroupsContext } from "./groups-context.ts";

/** Permissions by role, roles that it names resolved; null when dtsync.yaml could not be read. */
export type Roles = ReadonlyMap<string, readonly string[]> | null;

export const isPermission = (name: string): boolean => /^[A-Z][A-Z_]*$/.test(name);

/** Resolves the roles of dtsync.yaml and reports unknown names and cycles. */
export function readRoles(file: LoadedFile<SettingsEntry>, context: GroupsContext): Roles {
  const { entry, positions } = file;
  const declared = entry.roles ?? {};
  // A key that is not known may have been meant for the roles.
  if (!entry.roles && hasUnusable(entry)) return null;
  const known = new Map(Object.entries(declared));
  const pending = new Map<string, readonly string[]>();
  for (const [role, names] of Object.entries(declared)) {
    const usable = (names ?? []).filter((name, index) => {
      if (name === undefined) return false;
      return checkRight(name, known, valuePlace(positions, names ?? [], index), context);
    });
    pending.set(role, usable);
    context.notes?.roles.set(role, { names: usable, where: keyPlace(positions, declared, role) });
  }
  const resolved = new Map<string, readonly string[]>();
  // Each round resolves the roles whose roles are resolved; what is left in the end is part of a cycle or depends on one.
  for (let progress = true; progress; ) {
    progress = false;
    for (const [role, names] of pending) {
      if (names.some((name) => !isPermission(name) && !resolved.has(name))) continue;
      const permissions = resolveRights(names, resolved);
      context.budget.spend("permissions", permissions.length, keyPlace(positions, declared, role));
      resolved.set(role, permissions);
      pending.delete(role);
      progress = true;
    }
  }
  reportCycles(pending, declared, file, context);
  for (const role of pending.keys()) resolved.set(role, []);
  return resolved;
}

/** The sorted permissions that roles and permissions stand for. Unknown roles stand for none. */
export function resolveRights(
  names: readonly string[],
  roles: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const permissions = names.flatMap((name) => (isPermission(name) ? [name] : (roles.get(name) ?? [])));
  return [...new Set(permissions)].sort(compareText);
}

/** Reports an unknown role (an error) or permission (a warning). False when it is an unknown role. */
export function checkRight(
  name: string,
  roles: ReadonlyMap<string, unknown>,
  where: ValuePlace,
  context: GroupsContext,
): boolean {
  if (isPermission(name)) {
    if (!knownPermissions.includes(name)) {
      context.diagnostics.warning(where, {
        rule: "unknown-permission",
        message: `this version does not know the permission ${showText(name)}`,
        hint: context.suggest(
          name,
          () => knownPermissions,
          "Check that the cluster knows it; it is passed on as it is.",
        ),
      });
    }
    return true;
  }
  if (roles.has(name)) return true;
  const candidates = () => [...roles.keys()].sort(compareText);
  context.diagnostics.error(where, {
    rule: "unknown-role",
    message: `there is no role ${showText(name)}`,
    hint: context.suggest(name, candidates, "Declare it under roles in dtsync.yaml.", knownPermissions),
  });
  return false;
}

const longestCycle = 10;

function showCycle(cycle: readonly string[]): string {
  const names = cycle.map((name) => showText(name).slice(1, -1));
  return (names.length > longestCycle ? [...names.slice(0, longestCycle), "…"] : names).join(" -> ");
}

function reportCycles(
  pending: ReadonlyMap<string, readonly string[]>,
  declared: Readonly<Record<string, readonly string[] | null>>,
  file: LoadedFile<SettingsEntry>,
  context: GroupsContext,
): void {
  const reported = new Set<string>();
  for (const start of pending.keys()) {
    if (reported.has(start)) continue;
    const path: string[] = [];
    let role: string | undefined = start;
    while (role !== undefined && !path.includes(role) && !reported.has(role)) {
      path.push(role);
      role = pending.get(role)?.find((name) => pending.has(name));
    }
    const cycle: readonly string[] = role !== undefined && path.includes(role) ? path.slice(path.indexOf(role)) : [];
    for (const name of path) reported.add(name);
    const [first] = cycle;
    if (first === undefined) continue;
    context.diagnostics.error(keyPlace(file.positions, declared, first), {
      rule: "role-cycle",
      message: `the roles form a cycle: ${showCycle([...cycle, first])}`,
      hint: "Take one of these names out of its list.",
    });
  }
}
