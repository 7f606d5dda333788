import { groupChangeId } from "../kinds/group/change.ts";
import { groupCoordinates } from "../kinds/group/family.ts";
import type { Coordinates, Selection } from "../kinds/kind.ts";
import { globMatcher } from "../lib/glob.ts";
import type { Host, Inventory } from "../model/inventory.ts";
import type { PlanScope } from "../model/plan.ts";
import { type Affected, isAffected } from "./affected-items.ts";

/** The filter of a scope. `affected`: what --changed-since leaves; null: everything. */
export function scopeFilter(scope: PlanScope, affected: Affected | null = null): Selection {
  const targets = scope.targets.map(globMatcher);
  const excludes = scope.excludes.map(globMatcher);
  const hit = (matchers: readonly ((text: string) => boolean)[], item: Coordinates) =>
    [item.customer, item.environment, item.group, item.host].some(
      (value) => value !== null && matchers.some((matches) => matches(value)),
    );
  const named = (item: Coordinates) => (targets.length === 0 || hit(targets, item)) && !hit(excludes, item);
  return {
    matches: (item) => named(item) && (affected === null || isAffected(affected, item)),
    matchesGroup: (group) =>
      named(groupCoordinates(group)) &&
      (affected === null ||
        isAffected(affected, groupCoordinates(group)) ||
        affected.groups.has(groupChangeId(group.cluster, group.name))),
    includes: (family) => scope.only.includes(`${family}s`),
  };
}

export interface UnmatchedTarget {
  readonly target: string;
  /** What it was compared with. */
  readonly names: readonly string[];
}

/** Targets that match nothing of the inventory: usually a typing mistake, which must not look like a fleet in order. */
export function unmatchedTargets(
  inventory: Inventory,
  hosts: readonly Host[],
  scope: PlanScope,
): readonly UnmatchedTarget[] {
  const names = [
    ...inventory.customers.map(({ id }) => id),
    ...inventory.environments.map(({ id }) => id),
    ...inventory.groups.map(({ name }) => name),
    ...hosts.map(({ name }) => name),
  ];
  return scope.targets.filter((target) => !names.some(globMatcher(target))).map((target) => ({ target, names }));
}
