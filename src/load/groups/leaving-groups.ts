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
  const known = new Set(groups.flatMap(({ cluster, name, previously }) => [name, ...previously].map(keyOn(cluster))));
  return templates
    .filter(({ state, access }) => state === "present" && access !== null)
    .flatMap((template) => expandGroup(template, before, quiet))
    .flatMap(({ group: { name, cluster, customer, previously, followsAccess, place } }) =>
      // None of them is renamed any more: what a former name has left goes by that name.
      [name, ...previously].flatMap((called): readonly Group[] => {
        const key = keyOn(cluster)(called);
        if (known.has(key)) return [];
        known.add(key);
        const nothing = { previously: [], access: new Map(), managementZones: new Map() };
        return [{ name: called, cluster, customer, state: "present", ...nothing, followsAccess, place }];
      }),
    );
}

const keyOn =
  (cluster: string) =>
  (name: string): string =>
    `${cluster} ${groupNameKey(name)}`;
