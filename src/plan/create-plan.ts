import { hostCoordinates, whereabouts } from "../kinds/host/family.ts";
import { plannedRollouts } from "../kinds/host/rollouts.ts";
import type { ClusterInput, FamilyPlan, Selection } from "../kinds/kind.ts";
import { allFamilies, familyRules } from "../kinds/kinds.ts";
import { compareText } from "../lib/text.ts";
import { type Change, type Family, ofFamily } from "../model/change.ts";
import type { Host, Inventory } from "../model/inventory.ts";
import type { Observed, ObservedCluster } from "../model/observed.ts";
import type { Held, Plan, PlanScope, Waiting } from "../model/plan.ts";
import type { Affected } from "./affected-items.ts";
import { orderAdministration, orderRemovals } from "./dependencies.ts";
import { trippedGuards } from "./guards.ts";
import { holdSuspended } from "./hold-suspended.ts";
import { orderChanges } from "./order.ts";
import { scopeFilter } from "./scope.ts";
import { selectChanges } from "./select.ts";
import { summarise } from "./summary.ts";

export interface PlanInput {
  readonly inventory: Inventory;
  /** The inventory's hosts and those of the host commands that ran. */
  readonly hosts: readonly Host[];
  readonly observed: Observed;
  readonly scope: PlanScope;
  /** What --changed-since leaves of the scope; left out or null: everything. */
  readonly affected?: Affected | null;
  /** Handed in, so that the same inputs give the same plan. */
  readonly createdAt: Date;
  readonly dtsync: string;
  readonly commit: string | null;
  readonly dirty: boolean;
  /** Sources that could not be read. */
  readonly held: readonly Held[];
  /** Environments of those sources: a list that is not whole must not be the reason for removing an agent. */
  readonly incompleteHostLists: ReadonlySet<string>;
  readonly warnings: readonly string[];
}

/** What one cluster adds to the plan. */
interface ClusterPlan {
  readonly changes: readonly Change[];
  readonly held: readonly Held[];
  readonly waiting: readonly Waiting[];
  readonly warnings: readonly string[];
  readonly unmanaged: { readonly environments: readonly string[]; readonly groups: readonly string[] };
  /** Ids of items that were compared, in scope. */
  readonly compared: readonly string[];
}

/** Compares the inventory with what was read. Pure: no clock, no network, and the order of what it is given is nothing to it. */
export function createPlan(given: PlanInput): Plan {
  const input = inFixedOrder(given);
  const { inventory, observed, scope } = input;
  const filter = scopeFilter(scope, inventory, input.affected ?? null);
  const clusterPlans = inventory.clusters.flatMap((cluster) => {
    const reading = observed.clusters.get(cluster.name);
    return reading ? [{ name: cluster.name, plan: planCluster(cluster.name, reading, input, filter) }] : [];
  });
  const selection = selectChanges(
    clusterPlans.flatMap(({ plan }) => plan.changes),
    filter,
  );
  const today = input.createdAt.toISOString().slice(0, 10);
  const hosts = hostsInScope(inventory, input.hosts, scope, input.affected ?? null);
  const suspension = holdSuspended(selection.changes, { inventory, observed, hosts, today });
  const changes = orderChanges(suspension.changes);
  const own = [...clusterPlans.flatMap(({ plan }) => plan.held), ...selection.held];
  const held = [...input.held, ...own, ...suspension.held].sort(
    (left, right) => compareText(left.scope, right.scope) || compareText(left.reason, right.reason),
  );
  const waiting = clusterPlans
    .flatMap(({ plan }) => plan.waiting)
    .sort((left, right) => compareText(left.id, right.id));
  return {
    format: "dtsync-plan/1",
    createdAt: input.createdAt.toISOString(),
    dtsync: input.dtsync,
    inventory: { digest: inventory.digest, commit: input.commit, dirty: input.dirty },
    scope,
    clusters: Object.fromEntries(
      inventory.clusters.flatMap(({ name, url }) => {
        const reading = observed.clusters.get(name);
        return reading ? [[name, { url, version: reading.version, requests: reading.requests }]] : [];
      }),
    ),
    changes,
    held,
    waiting,
    rollouts: plannedRollouts(ofFamily(changes, "host"), inventory.environments),
    unmanaged: Object.fromEntries(clusterPlans.map(({ name, plan }) => [name, plan.unmanaged])),
    guards: trippedGuards({ changes, inventory, observed }),
    warnings: [...new Set([...input.warnings, ...clusterPlans.flatMap(({ plan }) => plan.warnings)])].sort(compareText),
    summary: summarise(
      changes,
      held,
      clusterPlans.flatMap(({ plan }) => plan.compared).filter((id) => !suspension.ids.has(id)),
    ),
  };
}

/** Equal inputs give equal bytes, in whatever order files were read and clusters answered. */
function inFixedOrder(input: PlanInput): PlanInput {
  const { inventory, observed } = input;
  const by =
    <T>(...keys: readonly ((item: T) => string)[]) =>
    (left: T, right: T): number =>
      keys.reduce((order, key) => order || compareText(key(left), key(right)), 0);
  return {
    ...input,
    inventory: {
      ...inventory,
      clusters: [...inventory.clusters].sort(by(({ name }) => name)),
      environments: [...inventory.environments].sort(by(({ id }) => id)),
      groups: [...inventory.groups].sort(
        by(
          ({ cluster }) => cluster,
          ({ name }) => name,
        ),
      ),
    },
    hosts: [...input.hosts].sort(by(({ name }) => name)),
    observed: { ...observed, clusters: new Map([...observed.clusters].sort(by(([name]) => name))) },
  };
}

function planCluster(cluster: string, reading: ObservedCluster, input: PlanInput, selection: Selection): ClusterPlan {
  const { inventory, observed, incompleteHostLists, createdAt } = input;
  const on = <T extends { readonly cluster: string }>(items: readonly T[]) =>
    items.filter((item) => item.cluster === cluster);
  const items = { environments: on(inventory.environments), groups: on(inventory.groups), hosts: on(input.hosts) };
  if (reading.environments.status === "unreadable") {
    const count = allFamilies.reduce((sum, family) => sum + familyRules(family).inScope({ ...items, selection }), 0);
    return {
      changes: [],
      held: [{ scope: `cluster/${cluster}`, reason: reading.environments.reason, items: count }],
      waiting: [],
      warnings: reading.warnings,
      unmanaged: { environments: [], groups: [] },
      compared: [],
    };
  }
  const clusterInput: ClusterInput = {
    cluster,
    inventory,
    ...items,
    occupied: new Set(input.hosts.filter(({ state }) => state === "present").map(whereabouts)),
    observed,
    reading,
    observedEnvironments: new Map(reading.environments.value.map((entry) => [entry.id.toLowerCase(), entry])),
    incompleteHostLists,
    selection,
    createdAt,
  };
  const plans = planFamilies(clusterInput);
  const parts = allFamilies.map((family) => plans[family]);
  const changes = orderAdministration(
    orderRemovals(parts.flatMap((part): readonly Change[] => part.changes)),
    reading.groups?.status === "complete" ? reading.groups.value : [],
  );
  return {
    changes,
    held: parts.flatMap(({ held }) => held),
    waiting: parts.flatMap(({ waiting }) => waiting),
    warnings: [...reading.warnings, ...parts.flatMap(({ warnings }) => warnings)],
    unmanaged: { environments: plans.environment.unmanaged, groups: plans.group.unmanaged },
    compared: parts.flatMap(({ compared }) => compared),
  };
}

/** Each family after those that it stands on. */
function planFamilies(input: ClusterInput): { readonly [F in Family]: FamilyPlan<F> } {
  const environment = familyRules("environment").plan(input, []);
  const group = familyRules("group").plan(input, environment.changes);
  const host = familyRules("host").plan(input, [...environment.changes, ...group.changes]);
  return { environment, group, host };
}

/** The hosts in scope, unless hosts are left out. A run reads those of them that are not suspended. */
export function hostsInScope(
  inventory: Pick<Inventory, "environments">,
  hosts: readonly Host[],
  scope: PlanScope,
  affected: Affected | null = null,
): readonly Host[] {
  const filter = scopeFilter(scope, inventory, affected);
  if (scope.hosts === "skip" || !filter.includes("host")) return [];
  return hosts.filter((host) => filter.matches(hostCoordinates(host)));
}
