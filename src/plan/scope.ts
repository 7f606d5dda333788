import { groupChangeId } from "../kinds/group/change.ts";
import { groupCoordinates } from "../kinds/group/family.ts";
import type { Selection } from "../kinds/kind.ts";
import type { Inventory } from "../model/inventory.ts";
import type { PlanScope } from "../model/plan.ts";
import { type Affected, isAffected } from "./affected-items.ts";
import { type Matcher, parseSelector, termMatchers } from "./selector.ts";

/**
 * The filter of a scope. `affected`: what --changed-since leaves; null: everything. A text that is no selector, which
 * `checkScope` refuses, selects nothing as a target and everything as an exclude.
 */
export function scopeFilter(
  scope: PlanScope,
  inventory: Pick<Inventory, "environments">,
  affected: Affected | null = null,
): Selection {
  const matcherOf = termMatchers(inventory);
  const read = (texts: readonly string[], otherwise: boolean): readonly Matcher[] =>
    texts.map((text) => {
      const selector = parseSelector(text);
      if (selector.status === "refused") return () => otherwise;
      const terms = selector.terms.map(matcherOf);
      return (item) => terms.every((matches) => matches(item));
    });
  const targets = read(scope.targets, false);
  const excludes = read(scope.excludes, true);
  const excluded: Matcher = (item) => excludes.some((matches) => matches(item));
  const named: Matcher = (item) =>
    (targets.length === 0 || targets.some((matches) => matches(item))) && !excluded(item);
  return {
    excludes: excluded,
    matches: (item) => named(item) && (affected === null || isAffected(affected, item)),
    matchesGroup: (group) =>
      named(groupCoordinates(group)) &&
      (affected === null ||
        isAffected(affected, groupCoordinates(group)) ||
        affected.groups.has(groupChangeId(group.cluster, group.name))),
    includes: (family) => scope.only.includes(`${family}s`),
  };
}
