import { type Client, createClient } from "../../src/dynatrace/client.ts";
import { createThrottle } from "../../src/dynatrace/throttle.ts";
import { createTokenChain } from "../../src/dynatrace/token-chain.ts";
import { execute } from "../../src/execute/execute.ts";
import { createAppliers } from "../../src/kinds/appliers.ts";
import type { Host, Inventory } from "../../src/model/inventory.ts";
import type { Observed } from "../../src/model/observed.ts";
import type { Plan, PlanScope } from "../../src/model/plan.ts";
import type { ChangeResult } from "../../src/model/result.ts";
import { observeCluster } from "../../src/observe/observe-cluster.ts";
import { createPlan } from "../../src/plan/create-plan.ts";
import { environmentsWithZonesInScope } from "../../src/plan/zones-in-scope.ts";
import type { Fetch, Log } from "../../src/ports.ts";
import {
  createSimulatedCluster,
  type SimulatedCluster,
  type SimulatedClusterOptions,
} from "../../src/sandbox/cluster/simulated-cluster.ts";
import { everything, noon } from "./builders.ts";
import { type FakeClock, fakeClock } from "./fake-clock.ts";
import { silentLog } from "./log.ts";
import { mswFetch } from "./msw-cluster.ts";
import { everythingSeen } from "./sightings.ts";

/** Clusters, clients, planner and executor in one process, on a clock that does not tick: only hosts are left out. */
export interface ClusterWorld {
  readonly clock: FakeClock;
  readonly cluster: SimulatedCluster;
  readonly clusters: ReadonlyMap<string, SimulatedCluster>;
  observe(inventory: Inventory): Promise<Observed>;
  plan(inventory: Inventory, scope?: PlanScope): Promise<Plan>;
  apply(plan: Plan, inventory: Inventory, options?: ApplyOptions): Promise<readonly ChangeResult[]>;
  /** Plan, apply, and whatever did not end as `done`. */
  converge(inventory: Inventory): Promise<readonly ChangeResult[]>;
}

export interface ApplyOptions {
  readonly signal?: AbortSignal;
  readonly onResult?: (result: ChangeResult) => void;
  readonly hosts?: readonly Host[];
  readonly superseded?: AbortSignal;
}

export interface ClusterWorldOptions extends Partial<Omit<SimulatedClusterOptions, "clock" | "name">> {
  /** Names of the clusters; the first is `cluster`. */
  readonly names?: readonly string[];
  /** Stands between the client and the cluster. */
  readonly wrap?: (fetch: Fetch) => Fetch;
  readonly clock?: FakeClock;
  readonly log?: Log;
}

export function aClusterWorld(options: ClusterWorldOptions = {}): ClusterWorld {
  const {
    names = ["emea"],
    wrap = (fetch: Fetch) => fetch,
    clock = fakeClock(noon),
    log = silentLog,
    ...rest
  } = options;
  const clusters = new Map(
    names.map((name) => [
      name,
      createSimulatedCluster({
        name,
        clock,
        buildInstaller: () => new Uint8Array(),
        installerVersions: ["1.313.52.20250602-150703"],
        ...rest,
      }),
    ]),
  );
  const [cluster] = clusters.values();
  if (!cluster) throw new Error("A world needs a cluster.");
  const clientOf = (name: string, signal?: AbortSignal) => {
    const simulated = clusters.get(name) ?? cluster;
    return createClient({
      name: "emea",
      log,
      url: "https://dynatrace.example.com",
      token: simulated.clusterToken,
      fetch: wrap(mswFetch(simulated)),
      clock,
      random: () => 0.5,
      throttle: createThrottle({ cluster: name, maximum: 16, clock, log }),
      ...(signal ? { signal } : {}),
    });
  };
  const tokensOf = (cluster: string, client: Client) =>
    createTokenChain({
      ...{ cluster, client, clock, log },
      runId: "0123456789ab",
      conceal: () => undefined,
      journal: { made: () => Promise.resolve() },
    });
  const observe = async (inventory: Inventory, scope: PlanScope = everything): Promise<Observed> => {
    const zonesOf = environmentsWithZonesInScope(inventory, scope, null);
    const readings = await Promise.all(
      inventory.clusters.map(async ({ name }) => {
        const client = clientOf(name);
        const openTokens = () => tokensOf(name, client);
        return [name, await observeCluster(name, client, inventory, { groups: true, zonesOf }, openTokens)] as const;
      }),
    );
    return { clusters: new Map(readings), hosts: new Map() };
  };
  const plan = async (inventory: Inventory, scope: PlanScope = everything): Promise<Plan> =>
    createPlan({
      inventory,
      hosts: inventory.hosts,
      observed: await observe(inventory, scope),
      scope,
      createdAt: clock.now(),
      dtsync: "0.1.0",
      commit: null,
      dirty: false,
      held: [],
      incompleteHostLists: new Set(),
      warnings: [],
    });
  const apply: ClusterWorld["apply"] = (
    planned,
    inventory,
    { signal = new AbortController().signal, onResult, hosts = inventory.hosts, superseded } = {},
  ) => {
    const appliers = createAppliers(
      { hosts, environments: inventory.environments, concurrency: 10 },
      {
        clients: new Map(inventory.clusters.map(({ name }) => [name, clientOf(name, signal)])),
        clock,
        log,
        signal,
        onTransfer: () => undefined,
        connect: () => Promise.reject(new Error("there are no hosts in this world")),
        installers: { provide: () => Promise.reject(new Error("there are no installers in this world")) },
        sightings: everythingSeen,
        authorities: async () => "",
        superseded,
        lockWait: { seconds: 0, tries: 1 },
        origins: new Map(),
        connectWait: 0,
      },
    );
    const onStart = () => undefined;
    const { changes } = planned;
    return execute({ changes, signal, clock, onStart, onResult: (_change, result) => onResult?.(result) }, appliers);
  };
  return {
    clock,
    cluster,
    clusters,
    observe,
    plan,
    apply,
    async converge(inventory) {
      const results = await apply(await plan(inventory), inventory);
      return results.filter(({ status }) => status !== "done");
    },
  };
}

/** What a cluster holds that a user can see: no tokens, no times, nothing random. */
export function contentOf(cluster: SimulatedCluster) {
  const { environments, groups, zoneRights, managementZones } = cluster.snapshot();
  const order = (left: { readonly id: string }, right: { readonly id: string }) => (left.id < right.id ? -1 : 1);
  const sorted = (values: readonly string[]) => [...values].sort();
  return {
    environments: environments
      .map(({ id, name, state, trial, tags, quotas, storage }) => ({
        id,
        name,
        state,
        trial,
        tags: sorted(tags),
        quotas,
        storage,
      }))
      .sort(order),
    groups: groups
      .map((group) => ({
        ...group,
        ldapGroupNames: sorted(group.ldapGroupNames),
        ssoGroupNames: sorted(group.ssoGroupNames),
        accessRight: Object.fromEntries(
          Object.entries(group.accessRight)
            .sort(([left], [right]) => (left < right ? -1 : 1))
            .map(([permission, ids]) => [permission, sorted(ids)]),
        ),
      }))
      .sort(order),
    zoneRights: zoneRights
      .map((right) => ({
        id: `${right.group}/${right.environment}/${right.zone}`,
        group: right.group,
        environment: right.environment,
        name:
          managementZones.find(({ id, environment }) => id === right.zone && environment === right.environment)?.name ??
          "",
        permissions: sorted(right.permissions),
      }))
      .sort(order),
  };
}

/** Requests that changed something, as `PUT /path`, without those that were refused. */
export const writesTo = (cluster: SimulatedCluster): readonly string[] =>
  cluster.requests
    .filter(({ method, path }) => method !== "GET" && !/\/(?:tokens|apiTokens|tokenManagementToken)\b/.test(path))
    .map(({ method, path }) => `${method} ${path}`);
