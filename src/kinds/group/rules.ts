import { count, printableLine } from "../../lib/printable.ts";
import type { Inventory } from "../../model/inventory.ts";
import { detailLines, manyFromOnePlace } from "../detail-lines.ts";
import type { ActionRules, FieldValues, KindRules } from "../kind.ts";
import { losesAdministration } from "./administration.ts";
import {
  type DeclaredGroupChange,
  type DeclaredGroupSide,
  type GroupAction,
  type GroupChange,
  groupChangeId,
  type MappingField,
  permissionChangeId,
} from "./change.ts";
import { canonicalNames, fieldsOfSide } from "./fields.ts";
import { groupsInWords, rightsRules } from "./rights-rules.ts";

const groupActions: Readonly<Record<GroupAction, ActionRules>> = {
  create: { count: "create", sign: "+", phase: "groups", startsItem: true },
  update: { count: "update", sign: "~", phase: "groups", startsItem: false },
  delete: { count: "remove", sign: "-", phase: "group-removals", startsItem: false },
};

export const groupRules: KindRules<"group"> = {
  heading: "Groups",
  noun: "group",
  action: ({ action }) => groupActions[action],
  item: ({ id }) => id,
  // Under its name, or under its new one, it is there only afterwards.
  isFoundationOf: (_change, dependent) => dependent.kind === "permission" || dependent.kind === "zone-permission",
  declaredIn: (inventory) => {
    const groups = groupsByName(inventory);
    return ({ cluster, group }) => groups.has(`${cluster}/${group.toLowerCase()}`);
  },
  idOf: ({ cluster, group }) => groupChangeId(cluster, group),
  heldFields: (change) => {
    if (change.action === "delete") return [];
    const sides = change.action === "create" ? [change.after] : [change.before, change.after];
    return sides.map(fieldsOfSide);
  },
  weakens: weakensGroup,
  title: ([first, ...others]) =>
    `${first.action} ${others.length > 0 ? count(others.length + 1, "group") : `group ${printableLine(first.group)} on ${first.cluster}`}`,
  details: (change) => detailLines(fieldsOf(change), change),
  describe: ({ group, cluster }) => `group ${printableLine(group)} on ${cluster}`,
  name: ({ group }) => group,
  fullName: ({ group, cluster }) => `${group} on ${cluster}`,
  fields: fieldsOf,
  sharing: ({ before, after, source, cluster }) =>
    before === null || after === null
      ? { by: "change", key: [source, cluster], least: manyFromOnePlace, showsDetails: false }
      : { by: "field" },
  folding: (change) => ({
    fields: fieldsOf(change),
    naming: ["name"],
    titled: [],
    least: change.action === "create" ? manyFromOnePlace : 2,
    apart: change.after?.isClusterAdminGroup === true,
  }),
  lostRights: () => [],
  sharedTitle: () => null,
  explained: ({ id }, field) => ({ item: id, path: field, rights: false }),
};

export const permissionRules: KindRules<"permission"> = {
  ...rightsRules,
  heading: "Permissions",
  noun: "environment",
  idOf: ({ cluster, group, environment }) => permissionChangeId(cluster, group, environment),
  declaredIn: (inventory) => {
    const groups = groupsByName(inventory);
    const environments = new Set(inventory.environments.map(({ id }) => id.toLowerCase()));
    return ({ cluster, group, environment }) => {
      const found = groups.get(`${cluster}/${group.toLowerCase()}`);
      return found !== undefined && found.access !== null && environments.has(environment.toLowerCase());
    };
  },
  title: (changes) => {
    const [first, ...others] = changes;
    const environments = new Set(changes.map(({ environment }) => environment));
    const where = others.length > 0 ? ` on ${count(environments.size, "environment")}` : "";
    return `${first.action} rights of ${groupsInWords(changes)}${where}`;
  },
  describe: ({ group, environment }) => `rights of group ${printableLine(group)} on ${environment}`,
  name: ({ environment }) => environment,
  fullName: ({ group, environment }) => `${group} on ${environment}`,
  sharedTitle: (changes, details) => {
    const [first] = changes;
    return first ? `${first.action} rights of ${groupsInWords(changes)}: ${details.join(", ")}` : null;
  },
  explained: ({ cluster, group, environment }) => ({
    item: groupChangeId(cluster, group),
    path: `access.${environment}`,
    rights: true,
  }),
};

/** Groups under their present and former names, by cluster. */
export const groupsByName = ({ groups }: Inventory) =>
  new Map(
    groups.flatMap((group) =>
      [group.name, ...group.previously].map((name) => [`${group.cluster}/${name.toLowerCase()}`, group] as const),
    ),
  );

function fieldsOf({ fields, ...sides }: DeclaredGroupChange): readonly FieldValues[] {
  const [before, after]: readonly (DeclaredGroupSide | null)[] = [sides.before, sides.after];
  return fields.map((field) => ({ field, before: before?.[field], after: after?.[field] }));
}

/** Removed, renamed, no longer for administrators, or a mapping taken away. */
function weakensGroup(change: GroupChange, names: ReadonlySet<string>): boolean {
  const formerName = change.before?.name;
  if (!names.has(change.group) && (formerName === undefined || !names.has(formerName))) return false;
  if (change.action === "delete" || losesAdministration(change)) return true;
  if (change.action === "create") return false;
  const loses = (field: MappingField) => {
    const after = new Set(canonicalNames(field, change.after[field]));
    return (
      change.fields.includes(field) && canonicalNames(field, change.before[field]).some((name) => !after.has(name))
    );
  };
  return change.fields.includes("name") || loses("ldapGroupNames") || loses("ssoGroupNames");
}
