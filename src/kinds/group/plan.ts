import { compareText } from "../../lib/text.ts";
import type { Environment, Group } from "../../model/inventory.ts";
import type { ObservedGroup } from "../../model/observed.ts";
import type { Held } from "../../model/plan.ts";
import { makeChange, sourceOf } from "../change.ts";
import { environmentChangeId } from "../environment/change.ts";
import { bodyTooLarge } from "./body-size.ts";
import {
  type GroupChange,
  type GroupContent,
  groupChangeId,
  groupColumns,
  type PermissionChange,
  type PermissionColumns,
  type PermissionContent,
  permissionChangeId,
} from "./change.ts";
import {
  declaredGroupFields,
  fieldsOfSide,
  observedGroupField,
  observedSide,
  pickFields,
  sameGroupField,
} from "./fields.ts";
import { groupIdOf } from "./group-id.ts";
import { findGroupByName, type GroupNames, type NameMatch } from "./group-names.ts";
import { closePermissions } from "./permissions.ts";
import { mergeAccessRight, permissionContent, rightsByEnvironment } from "./rights.ts";

/** A group that is to be there, and is not held. */
export interface PlannedGroup {
  readonly group: Group;
  /** As it is on the cluster; null: it is created. */
  readonly current: ObservedGroup | null;
  /** Ids of the changes after which it is there under its name. */
  readonly dependsOn: readonly string[];
}

export interface GroupOutcome {
  /** The change of the group itself, if any, then those of its permissions, by environment. */
  readonly changes: readonly (GroupChange | PermissionChange)[];
  readonly held: Held | null;
  /** Groups on the cluster that this declaration accounts for. */
  readonly claims: readonly ObservedGroup[];
  /** The group that further rights can be given to; null: it goes, is held, or is not there. */
  readonly planned: PlannedGroup | null;
}

/** An environment of the inventory on this cluster, and whether it is there now. */
export interface KnownEnvironment {
  readonly environment: Environment;
  readonly exists: boolean;
}

/**
 * What has to happen to one group. `environments` are those of the inventory on this cluster, by id in lower case:
 * rights on any other environment are not dtsync's. `observedById`: the groups of the cluster by their ids.
 */
export function planGroup(
  group: Group,
  observedGroups: GroupNames<ObservedGroup>,
  environments: ReadonlyMap<string, KnownEnvironment>,
  observedById: ReadonlyMap<string, ObservedGroup>,
): GroupOutcome {
  const matches = [group.name, ...group.previously].map((name) => findGroupByName(name, observedGroups));
  const hold = (reason: string, claims: readonly ObservedGroup[]): GroupOutcome => {
    const held = { scope: groupChangeId(group.cluster, group.name), reason, items: 1 };
    return { changes: [], held, claims, planned: null };
  };
  const unclear = matches.find((match) => match.status === "unclear");
  if (unclear) return hold(unclear.reason, matches.flatMap(candidatesOf));
  const [present, former] = presentAndFormer(matches);
  const claims = [present, former].flatMap((found) => (found ? [found] : []));
  if (present && former) {
    const reason = `both ${JSON.stringify(group.name)} and its former name ${JSON.stringify(former.name)} exist: remove one of them on the cluster, or take the name out of previously`;
    return hold(reason, claims);
  }
  const current = present ?? former;
  if (group.state === "absent") {
    if (!current) return { changes: [], held: null, claims, planned: null };
    if (![group.name, ...group.previously].includes(current.name)) return hold(otherCase(current), claims);
    const before = observedSide(current, ["name", "isClusterAdminGroup", "ldapGroupNames", "ssoGroupNames"]);
    const change = groupChange(group, { action: "delete", before, after: null, fields: [] });
    return { changes: [change], held: null, claims, planned: null };
  }
  const own = current ? updateOf(group, current) : creationOf(group, observedById);
  const rights = planPermissions(group, current, environments);
  // Under its new name the group is there only once it is renamed.
  const dependsOn = own && (own.action === "create" || (former && !present)) ? [own.id] : [];
  const permissions = rights.map((change) => ({ ...change, dependsOn: [...dependsOn, ...change.dependsOn] }));
  const changes = own ? [own, ...permissions] : permissions;
  const tooLarge = changes.length === 0 ? null : bodyTooLarge(contentAfter(group, current, rights));
  if (tooLarge !== null) return hold(tooLarge, claims);
  return { changes, held: null, claims, planned: { group, current: current ?? null, dependsOn } };
}

const candidatesOf = (match: NameMatch<ObservedGroup>): readonly ObservedGroup[] => {
  if (match.status === "missing") return [];
  return match.status === "found" ? [match.group] : match.groups;
};

/** The group under its name, and another one under the most recent of its former names. */
function presentAndFormer([own, ...former]: readonly NameMatch<ObservedGroup>[]): readonly (
  | ObservedGroup
  | undefined
)[] {
  const present = own?.status === "found" ? own.group : undefined;
  return [present, former.flatMap(candidatesOf).find((group) => group !== present)];
}

/** Were it removed all the same, the second of two groups that differ in case would follow the first. */
const otherCase = ({ name }: ObservedGroup): string =>
  `the cluster has the group as ${JSON.stringify(name)}: declare the exact name of what is to be removed`;

function creationOf(group: Group, observedById: ReadonlyMap<string, ObservedGroup>): GroupChange {
  const after = { isClusterAdminGroup: false, ...declaredGroupFields(group) };
  const fields = [...fieldsOfSide(after)].sort(compareText);
  const holder = observedById.get(groupIdOf(group.name));
  const notes = holder ? [idTakenNote(holder)] : [];
  return groupChange(group, { action: "create", before: null, after, fields }, notes);
}

/** A group that was renamed keeps the id that its first name led to. */
const idTakenNote = ({ id, name }: ObservedGroup): string =>
  `the cluster may refuse it, because its group ${JSON.stringify(name)} has the id that this name leads to (${id}): name that one in previously to rename it, or choose another name`;

function updateOf(group: Group, current: ObservedGroup): GroupChange | null {
  const declared = declaredGroupFields(group);
  const fields = fieldsOfSide(declared).filter(
    (field) => !sameGroupField(field, declared[field], observedGroupField(current, field)),
  );
  if (fields.length === 0) return null;
  return groupChange(group, {
    action: "update",
    before: observedSide(current, fields),
    after: pickFields(declared, fields),
    fields: [...fields].sort(compareText),
  });
}

function groupChange(group: Group, content: GroupContent, notes: readonly string[] = []): GroupChange {
  const { cluster, name } = group;
  return makeChange(
    { id: groupChangeId(cluster, name), cluster, source: sourceOf(group), dependsOn: [], notes },
    groupColumns(group),
    content,
  );
}

/** What makes a group large, as it would be written. */
function contentAfter(group: Group, current: ObservedGroup | undefined, rights: readonly PermissionChange[]) {
  return {
    ldapGroupNames: group.ldapGroupNames ?? current?.ldapGroupNames,
    ssoGroupNames: group.ssoGroupNames ?? current?.ssoGroupNames,
    accessRight: mergeAccessRight(
      current?.accessRight ?? {},
      new Map(rights.map(({ environment, after }) => [environment, after])),
    ),
  };
}

function planPermissions(
  group: Group,
  current: ObservedGroup | undefined,
  environments: ReadonlyMap<string, KnownEnvironment>,
): readonly PermissionChange[] {
  const becomesAdministrator = group.isClusterAdminGroup ?? current?.isClusterAdminGroup ?? false;
  // The rights of an administrator group read back empty, whatever was written.
  if (group.access === null || becomesAdministrator) return [];
  const wanted = new Map(
    [...group.access].map(([id, permissions]) => [id.toLowerCase(), closePermissions(permissions)]),
  );
  const observed = current ? rightsByEnvironment(current) : new Map<string, readonly string[]>();
  return [...new Set([...wanted.keys(), ...observed.keys()])].sort(compareText).flatMap((key) => {
    const known = environments.get(key);
    if (!known) return [];
    const { environment, exists } = known;
    const absent = environment.state === "absent";
    if (absent && !exists) return [];
    const content = permissionContent(closePermissions(observed.get(key) ?? []), absent ? [] : (wanted.get(key) ?? []));
    return content === null ? [] : [permissionChange(group, known, content)];
  });
}

function permissionChange(
  group: Group,
  { environment, exists }: KnownEnvironment,
  content: PermissionContent,
): PermissionChange {
  const { cluster, name } = group;
  const columns: PermissionColumns = {
    kind: "permission",
    customer: environment.customer,
    environment: environment.id,
    group: name,
    host: null,
  };
  const about = {
    id: permissionChangeId(cluster, name, environment.id),
    cluster,
    source: sourceOf(group),
    dependsOn: exists ? [] : [environmentChangeId(environment.id)],
    notes: [],
  };
  return makeChange(about, columns, content);
}
