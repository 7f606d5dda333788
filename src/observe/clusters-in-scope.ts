import { environmentCoordinates } from "../kinds/environment/family.ts";
import { hostCoordinates } from "../kinds/host/family.ts";
import { globMatcher } from "../lib/glob.ts";
import type { Cluster, Host, Inventory } from "../model/inventory.ts";
import type { PlanScope } from "../model/plan.ts";
import type { Affected } from "../plan/affected-items.ts";
import { scopeFilter } from "../plan/scope.ts";
import { parseSelector } from "../plan/selector.ts";

/**
 * The clusters that items in scope stand on; the others are not read, and their tokens are not needed. `affected`: what
 * --changed-since leaves of the scope; null: everything.
 */
export function clustersInScope(
  inventory: Inventory,
  hosts: readonly Host[],
  scope: PlanScope,
  affected: Affected | null,
): readonly Cluster[] {
  if (scope.targets.length === 0 && scope.excludes.length === 0 && affected === null) return inventory.clusters;
  const filter = scopeFilter(scope, inventory, affected);
  const names = new Set([
    ...(affected?.formerClusters ?? []),
    ...inventory.environments
      .filter((environment) => filter.matches(environmentCoordinates(environment)))
      .map(({ cluster }) => cluster),
    ...inventory.groups.filter(filter.matchesGroup).map(({ cluster }) => cluster),
    ...clustersOfRights(inventory, scope),
    ...hosts.filter((host) => filter.matches(hostCoordinates(host))).map(({ cluster }) => cluster),
  ]);
  return inventory.clusters.filter(({ name }) => names.has(name));
}

/** Clusters that ids of rights among the targets name: rights are no items of their own. */
function clustersOfRights({ clusters }: Pick<Inventory, "clusters">, { targets }: PlanScope): readonly string[] {
  const matchers = targets
    .map(parseSelector)
    .flatMap((selector) =>
      selector.status === "refused"
        ? []
        : selector.terms.flatMap((term) =>
            term.form === "id" && (term.kind === "permission" || term.kind === "zone-permission")
              ? [globMatcher(term.patterns.cluster ?? "")]
              : [],
          ),
    );
  return clusters.map(({ name }) => name).filter((name) => matchers.some((matches) => matches(name)));
}
