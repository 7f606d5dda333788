import { groupNameKey } from "../../kinds/group/group-names.ts";
import type { Group } from "../../model/inventory.ts";
import { createBudget } from "../diagnostics/budget.ts";
import { createDiagnostics } from "../diagnostics/diagnostics.ts";
import { expandGroup } from "./expand-groups.ts";
import type { GroupTemplate } from "./group-template.ts";
import { createGroupWorld, type GroupWorld } from "./group-world.ts";
import type { GroupsContext } from "./groups-context.ts";

/**
 * The groups that declarations stood for before environments were declared absent, and do not any more. `groups` are those that
 * they stand for now.
 */
export function leavingGroups(
  templates: readonly GroupTemplate[],
  world: GroupWorld,
  groups: readonly Group[],
  context: GroupsContext,
): readonly Group[] {
  if (world.environments.every(({ state }) => state !== "absent")) return [];
  const before = createGroupWorld(
    world.clusters,
    world.customers.map((id) => ({ id })),
    world.environments.map((environment) =>
      environment.state === "absent" ? { ...environment, state: "enabled" } : environment,
    ),
    world.complete,
  );
  // What is wrong with a declaration was said of the groups that it stands for now.
  const diagnostics = createDiagnostics();
  const quiet = { suggest: context.suggest, diagnostics, budget: createBudget(diagnostics) };
  const known = new Set(groups.map(keyOf));
  return templates
    .filter(({ state, access }) => state === "present" && access !== null)
    .flatMap((template) => expandGroup(template, before, quiet))
    .flatMap(({ group: { name, cluster, customer, previously, place } }) => {
      const key = keyOf({ name, cluster });
      if (known.has(key)) return [];
      known.add(key);
      return {
        name,
        cluster,
        customer,
        state: "present",
        previously,
        access: new Map(),
        managementZones: new Map(),
        place,
      };
    });
}

const keyOf = ({ cluster, name }: Pick<Group, "cluster" | "name">): string => `${cluster} ${groupNameKey(name)}`;
