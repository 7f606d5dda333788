import { environmentCoordinates } from "../kinds/environment/family.ts";
import type { Environment, Inventory } from "../model/inventory.ts";
import type { ObservedEnvironment, Reading } from "../model/observed.ts";
import type { PlanScope } from "../model/plan.ts";
import type { Affected } from "./affected-items.ts";
import { scopeFilter } from "./scope.ts";

/** Declared environments that targets, excludes and --changed-since leave. */
export function environmentsInScope(
  inventory: Pick<Inventory, "environments">,
  scope: PlanScope,
  affected: Affected | null,
): readonly Environment[] {
  const filter = scopeFilter(scope, inventory, affected);
  return inventory.environments.filter((environment) => filter.matches(environmentCoordinates(environment)));
}

/** How a declared environment stands on its cluster. */
export type Standing =
  | { readonly status: "enabled" | "disabled"; readonly observed: ObservedEnvironment }
  | { readonly status: "missing" }
  | { readonly status: "unknown"; readonly reason: string };

/** Of each environment, by what its cluster lists; a cluster without a reading was not asked. */
export function standings(
  environments: readonly Environment[],
  lists: ReadonlyMap<string, Reading<readonly ObservedEnvironment[]>>,
): ReadonlyMap<Environment, Standing> {
  const found = new Map(
    [...lists].map(([cluster, list]) => [
      cluster,
      list.status === "complete" ? new Map(list.value.map((item) => [item.id.toLowerCase(), item])) : list.reason,
    ]),
  );
  return new Map(
    environments.map((environment) => {
      const list = found.get(environment.cluster);
      return [environment, standingOf(environment, list)];
    }),
  );
}

function standingOf(
  environment: Environment,
  list: ReadonlyMap<string, ObservedEnvironment> | string | undefined,
): Standing {
  if (typeof list !== "object") return { status: "unknown", reason: list ?? "its cluster was not asked" };
  const observed = list.get(environment.id.toLowerCase());
  if (observed === undefined) return { status: "missing" };
  return { status: observed.state === "DISABLED" ? "disabled" : "enabled", observed };
}
