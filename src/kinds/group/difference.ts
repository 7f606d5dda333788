import type { Fields } from "../../lib/json.ts";
import { compareText } from "../../lib/text.ts";
import type { Difference, Undeclared } from "../../model/difference.ts";
import type { Environment, Group, Inventory } from "../../model/inventory.ts";
import { type Change, groupChangeId, type PermissionAction, permissionChangeId } from "../../model/plan.ts";
import { declaredGroupFields, sameGroupField } from "./fields.ts";
import { closePermissions } from "./permissions.ts";

const keyOf = (cluster: string, name: string): string => `${cluster}/${name.toLowerCase()}`;

/** What the groups of two revisions, and their rights, declare differently. */
export function compareDeclaredGroups(
  before: Inventory | null,
  after: Inventory,
): Pick<Difference, "changes" | "unmanaged"> {
  const old = new Map((before?.groups ?? []).map((group) => [keyOf(group.cluster, group.name), group]));
  const now = new Map(after.groups.map((group) => [keyOf(group.cluster, group.name), group]));
  const environments = new Map(after.environments.map((environment) => [environment.id.toLowerCase(), environment]));
  const changes: Change[] = [];
  const unmanaged: Undeclared[] = [];
  const renamed = new Set<string>();
  for (const [key, group] of now) {
    const formerKey = group.previously
      .map((name) => keyOf(group.cluster, name))
      .find((name) => old.has(name) && !now.has(name));
    const former = formerKey === undefined || old.has(key) ? undefined : old.get(formerKey);
    if (formerKey !== undefined) renamed.add(formerKey);
    const earlier = old.get(key) ?? former;
    const own = compareGroup(earlier, group);
    if (own) changes.push(own);
    changes.push(...compareRights(earlier, group, environments));
    if (earlier?.state === "present" && earlier.access !== null && group.access === null && group.state === "present") {
      unmanaged.push({ ...aboutGroup(earlier), note: "its rights are no longer declared and stay as they are" });
    }
  }
  for (const [key, group] of old) {
    if (now.has(key) || renamed.has(key)) continue;
    const gone = group.state === "absent";
    const note = gone
      ? "its removal is no longer declared: if it is still there, it stays"
      : "becomes unmanaged; to remove it, declare state: absent";
    unmanaged.push({ ...aboutGroup(group), note });
  }
  return { changes, unmanaged };
}

function aboutGroup(group: Group) {
  return {
    id: groupChangeId(group.cluster, group.name),
    kind: "group",
    cluster: group.cluster,
    customer: group.customer,
    environment: null,
    group: group.name,
    host: null,
    source: { file: group.place.file, line: group.place.line },
  } as const;
}

function compareGroup(old: Group | undefined, now: Group): Change | null {
  const base = { ...aboutGroup(now), dependsOn: [], origin: null, notes: [] };
  const earlier = old?.state === "present" ? declaredGroupFields(old) : null;
  if (now.state === "absent") {
    if (old?.state === "absent") return null;
    return { ...base, action: "delete", before: earlier, after: null, fields: [] };
  }
  const declared = declaredGroupFields(now);
  if (earlier === null) {
    const after = { isClusterAdminGroup: false, ...declared };
    return { ...base, action: "create", before: null, after, fields: Object.keys(after).sort(compareText) };
  }
  const fields = [...new Set([...Object.keys(declared), ...Object.keys(earlier)])]
    .filter((field) => {
      const [left, right] = [earlier[field], declared[field]];
      return left === undefined || right === undefined ? left !== right : !sameGroupField(field, left, right);
    })
    .sort(compareText);
  if (fields.length === 0) return null;
  return { ...base, action: "update", before: pick(earlier, fields), after: pick(declared, fields), fields };
}

function pick(side: Fields, fields: readonly string[]): Fields {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = side[field];
      return value === undefined ? [] : [[field, value]];
    }),
  );
}

const rightsOf = (group: Group | undefined): ReadonlyMap<string, readonly string[]> =>
  new Map(
    group?.state === "present" && group.access !== null
      ? [...group.access].map(([id, permissions]) => [id.toLowerCase(), closePermissions(permissions)])
      : [],
  );

/** Rights on environments that the later revision declares; those on any other are not the inventory's. */
function compareRights(
  old: Group | undefined,
  now: Group,
  environments: ReadonlyMap<string, Environment>,
): readonly Change[] {
  // The rights of administrators are never compared.
  if (now.state === "absent" || now.access === null || now.isClusterAdminGroup === true) return [];
  const [left, right] = [rightsOf(old), rightsOf(now)];
  const notes = old?.state === "present" && old.access === null ? ["its rights were not declared before"] : [];
  return [...new Set([...left.keys(), ...right.keys()])].sort(compareText).flatMap((key): readonly Change[] => {
    const environment = environments.get(key);
    if (!environment || environment.cluster !== now.cluster) return [];
    const before = left.get(key) ?? [];
    const after = right.get(key) ?? [];
    const fields = [
      ...before.filter((name) => !after.includes(name)),
      ...after.filter((name) => !before.includes(name)),
    ].sort(compareText);
    if (fields.length === 0) return [];
    const action: PermissionAction = before.length === 0 ? "grant" : after.length === 0 ? "revoke" : "update";
    return [
      {
        ...aboutGroup(now),
        id: permissionChangeId(now.cluster, now.name, environment.id),
        kind: "permission",
        action,
        customer: environment.customer,
        environment: environment.id,
        before,
        after,
        fields,
        dependsOn: [],
        origin: null,
        notes,
      },
    ];
  });
}
