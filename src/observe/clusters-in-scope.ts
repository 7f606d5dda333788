import { environmentCoordinates } from "../kinds/environment/family.ts";
import { hostCoordinates } from "../kinds/host/family.ts";
import type { Selection } from "../kinds/kind.ts";
import { globMatcher } from "../lib/glob.ts";
import { groupBy } from "../lib/group-by.ts";
import { type Cluster, type Host, type Inventory, plannedGroups } from "../model/inventory.ts";
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
    ...plannedGroups(inventory)
      .filter(filter.matchesGroup)
      .map(({ cluster }) => cluster),
    ...clustersOfRights(inventory, scope),
    ...hosts.filter((host) => filter.matches(hostCoordinates(host))).map(({ cluster }) => cluster),
  ]);
  const hasRights = mayNameRights(scope) ? rightsInScope(inventory, filter) : () => false;
  return inventory.clusters.filter(({ name }) => names.has(name) || hasRights(name));
}

/** Whether a target can be about rights and neither about their group nor about their environment: `noc,stage=p`. */
const mayNameRights = ({ targets }: PlanScope): boolean =>
  targets.map(parseSelector).some((selector) => selector.status === "read" && selector.terms.length > 1);

/** Clusters that ids of rights among the targets name. Which management zones there are only clusters know. */
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

/** Tells of a cluster whether rights of a group on an environment there are in scope. */
function rightsInScope(inventory: Inventory, { matches }: Pick<Selection, "matches">): (cluster: string) => boolean {
  const groups = groupBy(plannedGroups(inventory), ({ cluster }) => cluster);
  const environments = groupBy(inventory.environments, ({ cluster }) => cluster);
  return (cluster) =>
    (groups.get(cluster) ?? []).some(({ name }) =>
      (environments.get(cluster) ?? []).some((environment) =>
        matches({ ...environmentCoordinates(environment), group: name }),
      ),
    );
}
