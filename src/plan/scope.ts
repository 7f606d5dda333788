import { globMatcher } from "../lib/glob.ts";
import type { Environment, Group, Host, Inventory } from "../model/inventory.ts";
import { type Change, groupChangeId, type PlanScope } from "../model/plan.ts";
import { type Affected, isAffected } from "./affected-items.ts";

/**
 * Who an item belongs to: what --target and --exclude are matched against, and where it stands. Null where a coordinate
 * does not apply.
 */
export interface Coordinates {
  readonly cluster: string;
  readonly customer: string | null;
  readonly environment: string | null;
  readonly group: string | null;
  readonly host: string | null;
}

export interface ScopeFilter {
  /** True when targets, excludes and --changed-since let the item through; kinds are checked apart. */
  matches(item: Coordinates): boolean;
  /** The same for a group, which is looked at too when only some of its rights are affected. */
  matchesGroup(group: Group): boolean;
  includesKind(kind: Change["kind"]): boolean;
}

const kindNames = { environment: "environments", group: "groups", permission: "groups", host: "hosts" } as const;

/** The filter of a scope. `affected`: what --changed-since leaves; null: everything. */
export function scopeFilter(scope: PlanScope, affected: Affected | null = null): ScopeFilter {
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
    includesKind: (kind) => scope.only.includes(kindNames[kind]),
  };
}

export const environmentCoordinates = ({ cluster, customer, id }: Environment): Coordinates => ({
  cluster,
  customer,
  environment: id,
  group: null,
  host: null,
});

const groupCoordinates = ({ cluster, customer, name }: Group): Coordinates => ({
  cluster,
  customer,
  environment: null,
  group: name,
  host: null,
});

export const hostCoordinates = (host: Host): Coordinates => ({
  cluster: host.cluster,
  customer: host.customer,
  environment: host.environment,
  group: null,
  host: host.name,
});

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
