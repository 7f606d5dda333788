import { environmentCoordinates } from "../kinds/environment/family.ts";
import { hasDeclaredRights, namedZones } from "../kinds/zone-permission/wanted-rights.ts";
import { groupBy } from "../lib/group-by.ts";
import type { Inventory } from "../model/inventory.ts";
import type { PlanScope } from "../model/plan.ts";
import type { Affected } from "./affected-items.ts";
import { scopeFilter } from "./scope.ts";
import { parseSelector } from "./selector.ts";

/**
 * Environments, by id in lower case, whose management zones a plan has to know: some group names zones there, and rights of
 * some group on them are in scope. `affected`: what --changed-since leaves; null: everything.
 */
export function environmentsWithZonesInScope(
  inventory: Inventory,
  scope: PlanScope,
  affected: Affected | null,
): ReadonlySet<string> {
  const filter = scopeFilter(scope, inventory, affected);
  const found = new Set<string>();
  if (!filter.includes("group")) return found;
  const chosen = chosenZones(scope, affected);
  const environments = new Map(
    inventory.environments.map((environment) => [environment.id.toLowerCase(), environment]),
  );
  for (const [cluster, all] of groupBy(inventory.groups, (group) => group.cluster)) {
    const groups = all.filter(hasDeclaredRights);
    for (const [id, names] of namedZones(groups)) {
      const environment = environments.get(id);
      if (environment === undefined || environment.cluster !== cluster) continue;
      const place = environmentCoordinates(environment);
      const isInScope = groups.some(({ name }) =>
        [...names, ...chosen].some((managementZone) => filter.matches({ ...place, group: name, managementZone })),
      );
      if (isInScope) found.add(id);
    }
  }
  return found;
}

/** Zones that ids ask for: where a glob names them, nothing declared tells their names. */
function chosenZones({ targets }: PlanScope, affected: Affected | null): readonly string[] {
  const asked = [...targets, ...[...(affected?.ids ?? [])].filter((id) => id.startsWith("zone-permission/"))];
  return asked
    .map(parseSelector)
    .flatMap((selector) =>
      selector.status === "refused"
        ? []
        : selector.terms.flatMap((term) => (term.form === "id" ? (term.patterns.managementZone ?? []) : [])),
    );
}
