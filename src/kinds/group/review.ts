import { equalData } from "../../lib/json.ts";
import type { Group } from "../../model/inventory.ts";
import type { ObservedGroup } from "../../model/observed.ts";
import { fieldContradiction, notAsked, notDeclared, undeclaredColumns } from "../contradictions.ts";
import type { Contradiction, Narrowed, ReviewMatch, ReviewRules, ReviewWorld } from "../kind.ts";
import { type GroupChange, type GroupField, groupChangeId, type PermissionChange } from "./change.ts";
import { compareGroupWithPlan, describeGroupDifference, matchesSide } from "./compare-with-plan.ts";
import { groupCoordinates } from "./family.ts";
import { declaredGroupFields, fieldsOfSide, pickFields, sameGroupField } from "./fields.ts";
import { findGroupByName, groupNames } from "./group-names.ts";
import { closePermissions } from "./permissions.ts";

export const groupReview: ReviewRules<"group"> = {
  contradictions: ({ groups }) => {
    const declared = groupsById(groups);
    return (change) => {
      const group = declared.get(change.id);
      if (!group) return notDeclared("group");
      return [...undeclaredColumns(change, groupCoordinates(group)), ...againstGroup(change, group)];
    };
  },
  compare: (world) => {
    const find = observedGroup(world);
    return (change) => compareReviewed(change, find(change), false);
  },
  narrow: narrowGroup,
};

export const permissionReview: ReviewRules<"permission"> = {
  contradictions: ({ groups, leavingGroups, environments }) => {
    const declared = groupsById([...groups, ...leavingGroups]);
    const known = new Map(environments.map((environment) => [environment.id, environment]));
    const rights = declaredRights();
    return (change) => {
      const group = declared.get(groupChangeId(change.cluster, change.group));
      const environment = known.get(change.environment);
      if (!group) return notDeclared("group");
      if (!environment || environment.cluster !== change.cluster) return notDeclared("environment");
      const { cluster, customer, id } = environment;
      const columns = { cluster, customer, environment: id, group: group.name, host: null };
      return [
        ...undeclaredColumns(change, columns),
        ...againstRights(change, group, environment.state === "absent" ? [] : rights(group, id)),
      ];
    };
  },
  compare: (world) => {
    const find = observedGroup(world);
    return (change) =>
      compareReviewed(change, find(change), world.newGroups.has(groupChangeId(change.cluster, change.group)));
  },
  narrow: (fresh, reviewed) => (equalData(fresh.after, reviewed.after) ? { change: fresh } : { differs: "rights" }),
};

export const groupsById = (groups: readonly Group[]): ReadonlyMap<string, Group> =>
  new Map(groups.map((group) => [groupChangeId(group.cluster, group.name), group]));

/** The group that a change is about, under its name or a former one; null: there is none. */
export function observedGroup({ inventory, observed }: ReviewWorld) {
  const byCluster = new Map(
    [...observed.clusters].map(([name, { groups }]) => [
      name,
      groupNames(groups?.status === "complete" ? groups.value : []),
    ]),
  );
  const declared = groupsById([...inventory.groups, ...inventory.leavingGroups]);
  return ({ cluster, group }: { readonly cluster: string; readonly group: string }): ObservedGroup | null => {
    const names = [group, ...(declared.get(groupChangeId(cluster, group))?.previously ?? [])];
    const known = byCluster.get(cluster);
    const matches = known ? names.map((name) => findGroupByName(name, known)) : [];
    return matches.find((match) => match.status === "found")?.group ?? null;
  };
}

function compareReviewed(
  change: GroupChange | PermissionChange,
  current: ObservedGroup | null,
  appears: boolean,
): ReviewMatch {
  if (change.kind === "group" && change.action === "delete") {
    if (current === null) return { match: "as-wanted" };
    return matchesSide(current, change.before, fieldsOfSide(change.before))
      ? { match: "as-planned" }
      : { match: "other", reason: "since the plan was made, the group has changed" };
  }
  const match = compareGroupWithPlan(change, current, { appears, created: false });
  return match === "other" ? { match, reason: describeGroupDifference(change, current) } : { match };
}

function againstGroup(change: GroupChange, group: Group): readonly Contradiction[] {
  if (change.action === "delete") {
    return group.state === "absent" ? [] : notAsked("the group is not declared absent");
  }
  if (group.state === "absent") return notAsked("the group is declared absent");
  const own = declaredGroupFields(group);
  const declared = change.action === "create" ? { isClusterAdminGroup: false, ...own } : own;
  return change.fields.flatMap((field) =>
    fieldContradiction([field], declared[field], sameGroupField(field, declared[field], change.after[field])),
  );
}

/** Looks up what a group is to have on an environment, each group prepared once. */
function declaredRights(): (group: Group, environment: string) => readonly string[] {
  const byGroup = new Map<Group, ReadonlyMap<string, readonly string[]>>();
  return (group, environment) => {
    const rights =
      byGroup.get(group) ?? new Map([...(group.access ?? [])].map(([id, names]) => [id.toLowerCase(), names]));
    byGroup.set(group, rights);
    return closePermissions(rights.get(environment.toLowerCase()) ?? []);
  };
}

/** What a change of rights says otherwise than the inventory, where the group is to have what is `wanted`. */
export function againstRights(
  change: Pick<PermissionChange, "after">,
  group: Group,
  wanted: readonly string[],
): readonly Contradiction[] {
  if (group.state === "absent") return notAsked("the group is declared absent");
  if (group.access === null) return notAsked("the inventory does not declare the rights of the group");
  if (group.isClusterAdminGroup === true) return notAsked("rights of administrators are not compared");
  return fieldContradiction([], wanted, equalData(wanted, change.after));
}

function narrowGroup(fresh: GroupChange, reviewed: GroupChange): Narrowed<GroupChange> {
  if (fresh.action === "delete" || reviewed.action === "delete") return { change: fresh };
  const asked = new Set<GroupField>(reviewed.fields);
  const differs = reviewed.fields.find(
    (field) => !fresh.fields.includes(field) || !sameGroupField(field, fresh.after[field], reviewed.after[field]),
  );
  if (differs !== undefined) return { differs };
  const fields = fresh.fields.filter((field) => asked.has(field));
  if (fields.length === fresh.fields.length) return { change: fresh };
  if (fresh.action === "update") {
    const [before, after] = [pickFields(fresh.before, fields), pickFields(fresh.after, fields)];
    return { change: { ...fresh, before, after, fields } };
  }
  const { name, isClusterAdminGroup } = fresh.after;
  return { change: { ...fresh, after: { ...pickFields(fresh.after, fields), name, isClusterAdminGroup }, fields } };
}
