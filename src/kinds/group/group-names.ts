import { groupBy } from "../../lib/group-by.ts";

interface NamedGroup {
  readonly id: string;
  readonly name: string;
}

/** Groups of one cluster by what their names have in common without regard to case. */
export type GroupNames<T> = ReadonlyMap<string, readonly T[]>;

/** What a cluster has under a name. */
export type NameMatch<T> =
  | { readonly status: "found"; readonly group: T }
  | { readonly status: "missing" }
  /** Groups that differ from the name in case, and it is not certain that one of them is meant. */
  | { readonly status: "unclear"; readonly groups: readonly T[]; readonly reason: string };

export const groupNameKey = (name: string): string => name.toLowerCase();

export const groupNames = <T extends NamedGroup>(groups: readonly T[]): GroupNames<T> =>
  groupBy(groups, ({ name }) => groupNameKey(name));

/**
 * Says which group a name means, for planning and for writing alike. Names are declared without regard to case, but
 * clusters that have grown for years have groups that differ in case alone: an exact name means that group and no other,
 * and where there is none, a single one in another case is meant. Of entries with one id the first counts.
 */
export function findGroupByName<T extends NamedGroup>(name: string, ...lists: readonly GroupNames<T>[]): NameMatch<T> {
  const alike = new Map<string, T>();
  for (const list of lists) {
    for (const group of list.get(groupNameKey(name)) ?? []) if (!alike.has(group.id)) alike.set(group.id, group);
  }
  const exact = [...alike.values()].filter((group) => group.name === name);
  const groups = exact.length > 0 ? exact : [...alike.values()];
  const [group, ...others] = groups;
  if (group === undefined) return { status: "missing" };
  return others.length === 0
    ? { status: "found", group }
    : { status: "unclear", groups, reason: unclear(name, groups) };
}

function unclear(name: string, groups: readonly NamedGroup[]): string {
  const found = groups.map((group) => JSON.stringify(group.name)).join(" and ");
  return `${JSON.stringify(name)} may mean ${found}, which the cluster has: declare the exact name of one of them`;
}
