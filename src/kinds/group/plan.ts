import type { Fields, Value } from "../../lib/json.ts";
import { compareText } from "../../lib/text.ts";
import type { Environment, Group } from "../../model/inventory.ts";
import type { ObservedGroup } from "../../model/observed.ts";
import {
  type Change,
  environmentChangeId,
  groupChangeId,
  type Held,
  type PermissionAction,
  permissionChangeId,
} from "../../model/plan.ts";
import { declaredGroupFields, observedGroupField, rightsByEnvironment, sameGroupField } from "./fields.ts";
import { closePermissions } from "./permissions.ts";

export interface GroupOutcome {
  /** The change of the group itself, if any, then those of its permissions, by environment. */
  readonly changes: readonly Change[];
  readonly held: Held | null;
  /** Lower-case names on the cluster that this declaration accounts for. */
  readonly claims: readonly string[];
}

/** The groups of one cluster by name in lower case; names are unique without regard to case. */
export function indexGroups(groups: readonly ObservedGroup[]): ReadonlyMap<string, ObservedGroup> {
  return new Map(groups.map((group) => [group.name.toLowerCase(), group]));
}

/** An environment of the inventory on this cluster, and whether it is there now. */
export interface KnownEnvironment {
  readonly environment: Environment;
  readonly exists: boolean;
}

/**
 * What has to happen to one group. `environments` are those of the inventory on this cluster, by id in lower case:
 * rights on any other environment are not dtsync's.
 */
export function planGroup(
  group: Group,
  observedGroups: ReadonlyMap<string, ObservedGroup>,
  environments: ReadonlyMap<string, KnownEnvironment>,
): GroupOutcome {
  const present = observedGroups.get(group.name.toLowerCase());
  const formerName = group.previously.find((name) => {
    const found = observedGroups.get(name.toLowerCase());
    return found !== undefined && found !== present;
  });
  const former = formerName === undefined ? undefined : observedGroups.get(formerName.toLowerCase());
  const claims = [present, former].flatMap((found) => (found ? [found.name.toLowerCase()] : []));
  if (present && former) {
    const reason = `both ${JSON.stringify(group.name)} and its former name ${JSON.stringify(former.name)} exist: remove one of them on the cluster, or take the name out of previously`;
    return { changes: [], held: { scope: groupChangeId(group.cluster, group.name), reason, items: 1 }, claims };
  }
  const current = present ?? former;
  if (group.state === "absent") {
    if (!current) return { changes: [], held: null, claims };
    const before = describeGroup(current, ["name", "isClusterAdminGroup", "ldapGroupNames", "ssoGroupNames"]);
    return { changes: [groupChange(group, "delete", before, null, [])], held: null, claims };
  }
  const declared = declaredGroupFields(group);
  const own = current ? updateOf(group, declared, current) : creationOf(group, declared);
  const rights = planPermissions(group, current, environments);
  // Under its new name the group is there only once it is renamed.
  const dependsOn = own && (own.action === "create" || (former && !present)) ? [own.id] : [];
  const permissions = rights.map((change) => ({ ...change, dependsOn: [...dependsOn, ...change.dependsOn] }));
  return { changes: own ? [own, ...permissions] : permissions, held: null, claims };
}

function creationOf(group: Group, declared: Fields): Change {
  const after = { isClusterAdminGroup: false, ...declared };
  return groupChange(group, "create", null, after, Object.keys(after));
}

function updateOf(group: Group, declared: Fields, current: ObservedGroup): Change | null {
  const fields = Object.keys(declared).filter(
    (field) => !sameGroupField(field, declared[field], observedGroupField(current, field)),
  );
  if (fields.length === 0) return null;
  const after = Object.fromEntries(fields.map((field) => [field, declared[field] ?? null]));
  return groupChange(group, "update", describeGroup(current, fields), after, fields);
}

function describeGroup(group: ObservedGroup, fields: readonly string[]): Fields {
  return Object.fromEntries(fields.map((field): [string, Value] => [field, observedGroupField(group, field)]));
}

function groupChange(
  group: Group,
  action: "create" | "update" | "delete",
  before: Fields | null,
  after: Fields | null,
  fields: readonly string[],
): Change {
  return {
    id: groupChangeId(group.cluster, group.name),
    kind: "group",
    action,
    cluster: group.cluster,
    customer: group.customer,
    environment: null,
    group: group.name,
    host: null,
    before,
    after,
    fields: [...fields].sort(compareText),
    source: { file: group.place.file, line: group.place.line },
    dependsOn: [],
    origin: null,
    notes: [],
  };
}

function planPermissions(
  group: Group,
  current: ObservedGroup | undefined,
  environments: ReadonlyMap<string, KnownEnvironment>,
): readonly Change[] {
  const becomesAdministrator = group.isClusterAdminGroup ?? current?.isClusterAdminGroup ?? false;
  // The rights of an administrator group read back empty, whatever was written.
  if (group.access === null || becomesAdministrator) return [];
  const wanted = new Map(
    [...group.access].map(([id, permissions]) => [id.toLowerCase(), closePermissions(permissions)]),
  );
  const observed = current ? rightsByEnvironment(current) : new Map<string, readonly string[]>();
  const changes: Change[] = [];
  for (const key of [...new Set([...wanted.keys(), ...observed.keys()])].sort(compareText)) {
    const known = environments.get(key);
    if (!known) continue;
    const { environment, exists } = known;
    const absent = environment.state === "absent";
    if (absent && !exists) continue;
    const before = closePermissions(observed.get(key) ?? []);
    const after = absent ? [] : (wanted.get(key) ?? []);
    const fields = [
      ...before.filter((name) => !after.includes(name)),
      ...after.filter((name) => !before.includes(name)),
    ];
    if (fields.length === 0) continue;
    const action: PermissionAction = before.length === 0 ? "grant" : after.length === 0 ? "revoke" : "update";
    changes.push({
      id: permissionChangeId(group.cluster, group.name, environment.id),
      kind: "permission",
      action,
      cluster: group.cluster,
      customer: environment.customer,
      environment: environment.id,
      group: group.name,
      host: null,
      before,
      after,
      fields: fields.sort(compareText),
      source: { file: group.place.file, line: group.place.line },
      dependsOn: exists ? [] : [environmentChangeId(environment.id)],
      origin: null,
      notes: [],
    });
  }
  return changes;
}
