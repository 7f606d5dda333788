import { planEnvironment } from "../kinds/environment/plan.ts";
import { indexGroups, type KnownEnvironment, planGroup } from "../kinds/group/plan.ts";
import { compareText } from "../lib/text.ts";
import type { Environment, Host, Inventory } from "../model/inventory.ts";
import type { Observed, ObservedCluster, ObservedEnvironment } from "../model/observed.ts";
import { type Change, environmentChangeId, type Held, type Plan, type PlanScope, type Waiting } from "../model/plan.ts";
import type { Affected } from "./affected-items.ts";
import { planHosts } from "./cluster-hosts.ts";
import { orderAdministration, orderRemovals } from "./dependencies.ts";
import { trippedGuards } from "./guards.ts";
import { orderChanges } from "./order.ts";
import { environmentCoordinates, hostCoordinates, type ScopeFilter, scopeFilter } from "./scope.ts";
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
  const filter = scopeFilter(scope, input.affected ?? null);
  const clusterPlans = inventory.clusters.flatMap((cluster) => {
    const reading = observed.clusters.get(cluster.name);
    return reading ? [{ name: cluster.name, plan: planCluster(cluster.name, reading, input, filter) }] : [];
  });
  const selection = selectChanges(
    clusterPlans.flatMap(({ plan }) => plan.changes),
    filter,
  );
  const changes = orderChanges(selection.changes);
  const held = [...input.held, ...clusterPlans.flatMap(({ plan }) => plan.held), ...selection.held].sort(
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
    unmanaged: Object.fromEntries(clusterPlans.map(({ name, plan }) => [name, plan.unmanaged])),
    guards: trippedGuards({ changes, inventory, observed }),
    warnings: [...new Set([...input.warnings, ...clusterPlans.flatMap(({ plan }) => plan.warnings)])].sort(compareText),
    summary: summarise(
      changes,
      held,
      clusterPlans.flatMap(({ plan }) => plan.compared),
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

function planCluster(cluster: string, reading: ObservedCluster, input: PlanInput, filter: ScopeFilter): ClusterPlan {
  const { inventory } = input;
  const environments = inventory.environments.filter((environment) => environment.cluster === cluster);
  const groups = inventory.groups.filter((group) => group.cluster === cluster);
  const hosts = input.hosts.filter((host) => host.cluster === cluster);
  if (reading.environments.status === "unreadable") {
    const scoped = [
      ...environments.filter(
        (item) => filter.includesKind("environment") && filter.matches(environmentCoordinates(item)),
      ),
      ...groups.filter((group) => filter.includesKind("group") && filter.matchesGroup(group)),
      ...hosts.filter((host) => filter.includesKind("host") && filter.matches(hostCoordinates(host))),
    ];
    const held = { scope: `cluster/${cluster}`, reason: reading.environments.reason, items: scoped.length };
    return {
      changes: [],
      held: [held],
      waiting: [],
      warnings: reading.warnings,
      unmanaged: { environments: [], groups: [] },
      compared: [],
    };
  }
  const observedById = new Map(reading.environments.value.map((entry) => [entry.id.toLowerCase(), entry]));
  const environmentPart = planEnvironments(environments, observedById, reading, input, filter);
  const known = new Map(
    environments.map((environment) => [
      environment.id.toLowerCase(),
      { environment, exists: observedById.has(environment.id.toLowerCase()) },
    ]),
  );
  const groupPart = planGroups(cluster, groups, known, reading, filter);
  const hostPart = planHosts(hosts, known, observedById, environmentPart.changes, input, filter);
  const changes = orderAdministration(
    orderRemovals([...environmentPart.changes, ...groupPart.changes, ...hostPart.changes]),
    reading.groups?.status === "complete" ? reading.groups.value : [],
  );
  const declaredIds = new Set(environments.map(({ id }) => id.toLowerCase()));
  return {
    changes,
    held: [...environmentPart.held, ...groupPart.held, ...hostPart.held],
    waiting: environmentPart.waiting,
    warnings: [...reading.warnings, ...environmentPart.warnings, ...hostPart.warnings],
    unmanaged: {
      environments: reading.environments.value
        .filter(({ id }) => !declaredIds.has(id.toLowerCase()))
        .map(({ id }) => id)
        .sort(compareText),
      groups: groupPart.unmanaged,
    },
    compared: [...environmentPart.compared, ...groupPart.compared, ...hostPart.compared],
  };
}

function planEnvironments(
  environments: readonly Environment[],
  observedById: ReadonlyMap<string, ObservedEnvironment>,
  reading: ObservedCluster,
  input: PlanInput,
  filter: ScopeFilter,
) {
  const changes: Change[] = [];
  const held: Held[] = [];
  const waiting: Waiting[] = [];
  const warnings: string[] = [];
  const compared: string[] = [];
  const planning = {
    inventory: input.inventory,
    today: input.createdAt.toISOString().slice(0, 10),
    quotasLicensed: reading.quotasLicensed,
  };
  for (const environment of environments) {
    const inScope = filter.includesKind("environment") && filter.matches(environmentCoordinates(environment));
    const outcome = planEnvironment(environment, observedById.get(environment.id.toLowerCase()), planning);
    if (inScope) {
      warnings.push(...outcome.warnings);
      if (outcome.waiting) waiting.push(outcome.waiting);
      else if (environment.state !== "absent") compared.push(environmentChangeId(environment.id));
      if (outcome.change?.action === "create") warnings.push(...elsewhere(environment, input));
    }
    if (!outcome.change) continue;
    const removes = outcome.change.action === "disable" || outcome.change.action === "delete";
    if (removes && environment.state === "absent" && reading.groups?.status === "unreadable") {
      if (inScope) {
        const reason = `its rights cannot be taken away first: the groups of ${environment.cluster} could not be read`;
        held.push({ scope: outcome.change.id, reason, items: 1 });
      }
      continue;
    }
    changes.push(outcome.change);
  }
  return { changes, held, waiting, warnings, compared };
}

/** An environment whose `cluster` changed is made anew; the old one keeps its data and must not be forgotten. */
function elsewhere(environment: Environment, input: PlanInput): readonly string[] {
  return [...input.observed.clusters].flatMap(([name, { environments }]) => {
    if (name === environment.cluster || environments.status !== "complete") return [];
    const found = environments.value.some(({ id }) => id.toLowerCase() === environment.id.toLowerCase());
    return found
      ? [
          `${environment.id} is created on ${environment.cluster}, but ${name} still has it with its data: remove it there by hand when it is no longer needed`,
        ]
      : [];
  });
}

function planGroups(
  cluster: string,
  groups: Inventory["groups"],
  known: ReadonlyMap<string, KnownEnvironment>,
  reading: ObservedCluster,
  filter: ScopeFilter,
) {
  const changes: Change[] = [];
  const held: Held[] = [];
  const compared: string[] = [];
  const inScope = (group: Inventory["groups"][number]) => filter.includesKind("group") && filter.matchesGroup(group);
  if (reading.groups === null) return { changes, held, compared, unmanaged: [] };
  if (reading.groups.status === "unreadable") {
    const items = groups.filter(inScope).length;
    if (filter.includesKind("group"))
      held.push({ scope: `cluster/${cluster}/groups`, reason: reading.groups.reason, items });
    return { changes, held, compared, unmanaged: [] };
  }
  const byName = indexGroups(reading.groups.value);
  const claimed = new Set<string>();
  for (const group of groups) {
    const outcome = planGroup(group, byName, known);
    for (const name of outcome.claims) claimed.add(name);
    changes.push(...outcome.changes);
    if (!inScope(group)) continue;
    if (outcome.held) held.push(outcome.held);
    else if (group.state === "present") compared.push(`group/${cluster}/${group.name}`);
  }
  const unmanaged = reading.groups.value
    .map(({ name }) => name)
    .filter((name) => !claimed.has(name.toLowerCase()))
    .sort(compareText);
  return { changes, held, compared, unmanaged };
}

/** Whether a host's environment id or name is matched by a target, for reading only what a run needs. */
export function hostsInScope(
  hosts: readonly Host[],
  scope: PlanScope,
  affected: Affected | null = null,
): readonly Host[] {
  const filter = scopeFilter(scope, affected);
  if (scope.hosts === "skip" || !filter.includesKind("host")) return [];
  return hosts.filter((host) => filter.matches(hostCoordinates(host)));
}
