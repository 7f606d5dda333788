import { compareText } from "../../lib/text.ts";
import type { DeclaredChange } from "../../model/change.ts";
import type { Undeclared } from "../../model/difference.ts";
import type { Environment, Group, Inventory } from "../../model/inventory.ts";
import { sourceOf } from "../change.ts";
import type { FamilyDifference } from "../kind.ts";
import { compareDeclaredZones } from "../zone-permission/difference.ts";
import { zoneNamer } from "../zone-permission/wanted-rights.ts";
import {
  type DeclaredGroupChange,
  type DeclaredGroupField,
  type DeclaredGroupSide,
  type GroupField,
  groupChangeId,
  groupColumns,
  type PermissionChange,
  permissionChangeId,
} from "./change.ts";
import { declaredGroupFields, fieldsOfSide, pickFields, sameGroupField } from "./fields.ts";
import { groupNameKey } from "./group-names.ts";
import { closePermissions } from "./permissions.ts";
import { permissionContent } from "./rights.ts";

const keyOf = (cluster: string, name: string): string => `${cluster}/${groupNameKey(name)}`;

/** What the groups of two revisions, and their rights, declare differently. */
export function compareDeclaredGroups(before: Inventory | null, after: Inventory): FamilyDifference {
  const old = new Map((before?.groups ?? []).map((group) => [keyOf(group.cluster, group.name), group]));
  const now = new Map(after.groups.map((group) => [keyOf(group.cluster, group.name), group]));
  const environments = new Map(after.environments.map((environment) => [environment.id.toLowerCase(), environment]));
  const changes: DeclaredChange[] = [];
  const unmanaged: Undeclared[] = [];
  const isNamed = zoneNamer(after.groups);
  const renamed = new Set<string>();
  const claimed = new Set(
    after.groups.flatMap(({ cluster, name, previously }) => [name, ...previously].map((one) => keyOf(cluster, one))),
  );
  for (const [key, group] of now) {
    const formerKey = group.previously
      .map((name) => keyOf(group.cluster, name))
      .find((name) => old.has(name) && !now.has(name));
    const former = formerKey === undefined || old.has(key) ? undefined : old.get(formerKey);
    if (formerKey !== undefined) renamed.add(formerKey);
    const earlier = old.get(key) ?? former;
    const own = compareGroup(earlier, group);
    if (own) changes.push(own);
    unmanaged.push(...(earlier ? withdrawnNames(earlier, group, claimed) : []));
    changes.push(...compareRights(earlier, group, environments));
    const zones = compareDeclaredZones(earlier, group, environments, isNamed);
    changes.push(...zones.changes);
    unmanaged.push(...zones.unmanaged);
    if (earlier?.state === "present" && earlier.access !== null && group.access === null && group.state === "present") {
      unmanaged.push({ ...aboutGroup(earlier), note: "its rights are no longer declared and stay as they are" });
    }
  }
  const leaving = new Map(after.leavingGroups.map((group) => [keyOf(group.cluster, group.name), group]));
  for (const [key, group] of old) {
    if (now.has(key) || renamed.has(key)) continue;
    // Its rights go with the environments that were declared absent.
    const left = leaving.get(key);
    if (left)
      changes.push(
        ...compareRights(group, left, environments).filter(
          ({ environment }) => environments.get(environment.toLowerCase())?.state === "absent",
        ),
      );
    unmanaged.push({ ...aboutGroup(group), note: withdrawnNote(group, after.groups) });
  }
  return { changes, unmanaged };
}

function aboutGroup(group: Group) {
  const { kind, customer, environment, group: name, host } = groupColumns(group);
  const { cluster } = group;
  return {
    id: groupChangeId(cluster, name),
    kind,
    cluster,
    customer,
    environment,
    group: name,
    host,
    source: sourceOf(group),
  };
}

function compareGroup(old: Group | undefined, now: Group): DeclaredGroupChange | null {
  const added = hasAddedNames(old, now);
  const base = { ...aboutGroup(now), dependsOn: [], origin: null };
  const earlier = old?.state === "present" ? declaredGroupFields(old) : null;
  if (now.state === "absent") {
    if (old?.state === "absent" && !added) return null;
    const notes = added ? [formerNameNote("removed")] : [];
    return { ...base, notes, action: "delete", before: earlier, after: null, fields: [] };
  }
  const notes = added ? [formerNameNote("renamed")] : [];
  const names: readonly DeclaredGroupField[] = added ? ["previously"] : [];
  const declared = declaredGroupFields(now);
  if (earlier === null) {
    const own = { isClusterAdminGroup: false, ...declared };
    const fields = [...fieldsOfSide(own), ...names].sort(compareText);
    return { ...base, notes, action: "create", before: null, after: { ...own, ...formerNames(now, added) }, fields };
  }
  const differs = (field: GroupField): boolean => {
    const [left, right] = [earlier[field], declared[field]];
    return left === undefined || right === undefined ? left !== right : !sameGroupField(field, left, right);
  };
  const fields = [...new Set([...fieldsOfSide(declared), ...fieldsOfSide(earlier)])].filter(differs).sort(compareText);
  if (fields.length + names.length === 0) return null;
  return {
    ...base,
    notes,
    action: "update",
    before: { ...pickFields(earlier, fields), ...formerNames(old, added) },
    after: { ...pickFields(declared, fields), ...formerNames(now, added) },
    fields: [...fields, ...names].sort(compareText),
  };
}

/** Whether a group is looked for under a name under which the earlier revision did not look for it. */
function hasAddedNames(old: Group | undefined, { previously }: Group): boolean {
  const known = new Set(old ? [old.name, ...old.previously].map(groupNameKey) : []);
  return previously.some((name) => !known.has(groupNameKey(name)));
}

const formerNames = (group: Group | undefined, added: boolean): DeclaredGroupSide =>
  group && added && group.previously.length > 0 ? { previously: group.previously } : {};

/** What comes of a former name depends on the cluster, which nobody asks for a difference. */
const formerNameNote = (becomes: "renamed" | "removed"): string =>
  `a group that the cluster has under a former name is ${becomes}; where it has one under the present name, too, nothing is changed`;

/** Former names that nothing takes up any more (`claimed`: names of the later revision), as groups that may be there. */
function withdrawnNames(old: Group, now: Group, claimed: ReadonlySet<string>): readonly Undeclared[] {
  const note =
    now.state === "absent"
      ? removalWithdrawn
      : `no longer a former name of ${JSON.stringify(now.name)}: if it is still there, it becomes unmanaged, and ${JSON.stringify(now.name)} is created`;
  return old.previously
    .filter((name) => !claimed.has(keyOf(old.cluster, name)))
    .map((name) => ({ ...aboutGroup({ ...old, name }), note }));
}

/** What becomes of a group that is declared on its cluster no more; `now` are all that are declared. */
function withdrawnNote({ state, name, followsAccess }: Group, now: readonly Group[]): string {
  if (state === "absent") return removalWithdrawn;
  const isElsewhere = now.some((group) => groupNameKey(group.name) === groupNameKey(name));
  return followsAccess && isElsewhere
    ? "its access reaches nothing there any more: what it has there stays; to have it taken away, name the cluster in its clusters"
    : "becomes unmanaged; to remove it, declare state: absent";
}

const removalWithdrawn = "its removal is no longer declared: if it is still there, it stays";

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
): readonly PermissionChange[] {
  // The rights of administrators are never compared.
  if (now.state === "absent" || now.access === null || now.isClusterAdminGroup === true) return [];
  const [left, right] = [rightsOf(old), rightsOf(now)];
  const notes = old?.state === "present" && old.access === null ? ["its rights were not declared before"] : [];
  return [...new Set([...left.keys(), ...right.keys()])]
    .sort(compareText)
    .flatMap((key): readonly PermissionChange[] => {
      const environment = environments.get(key);
      if (!environment || environment.cluster !== now.cluster) return [];
      const content = permissionContent(left.get(key) ?? [], right.get(key) ?? []);
      if (content === null) return [];
      const { cluster, source, group, host } = aboutGroup(now);
      const { action, before, after, fields } = content;
      const id = permissionChangeId(now.cluster, now.name, environment.id);
      const about = {
        id,
        kind: "permission",
        cluster,
        customer: environment.customer,
        environment: environment.id,
      } as const;
      return [{ ...about, group, host, source, action, before, after, fields, dependsOn: [], origin: null, notes }];
    });
}
