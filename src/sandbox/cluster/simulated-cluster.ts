import type { Clock, Fetch } from "../../ports.ts";
import { apiTokenRoutes } from "./api-tokens.ts";
import { clusterNodeRoutes } from "./cluster-nodes.ts";
import { createClusterState, toSnapshot } from "./cluster-state.ts";
import { clusterTokenRoutes } from "./cluster-tokens.ts";
import { communicationRoutes } from "./communication.ts";
import { deploymentRoutes } from "./deployment.ts";
import { environmentRoutes } from "./environments.ts";
import { type AddedFault, createFaultPlan, type Fault } from "./faults.ts";
import { fetchOver } from "./fetch-over.ts";
import { fleetRoutes } from "./fleet.ts";
import { groupRoutes } from "./groups.ts";
import { licenceConsumptionRoutes } from "./licence-consumption.ts";
import { managementZoneRoutes } from "./management-zones.ts";
import { type ClusterMutations, createMutations } from "./mutations.ts";
import { answerRequest } from "./pipeline.ts";
import { policyRoutes } from "./policies.ts";
import { createRandom } from "./random.ts";
import { createRequestPools } from "./request-pool.ts";
import { createRouteIndex } from "./routing.ts";
import type { AgentRecord, ClusterSeed, ClusterSnapshot } from "./snapshot.ts";
import { type ClusterSwitches, defaultSwitches } from "./switches.ts";
import { userRoutes } from "./users.ts";
import type { InstallerRequest, LicenceFeatures, RequestLogEntry, Route, World } from "./world.ts";
import { zoneConfigurationRoutes } from "./zone-configuration.ts";

export interface SimulatedClusterOptions {
  readonly name: string;
  /** `1.320.47.20250820-091500` unless given, or unless the seed has one. */
  readonly version?: string;
  /** `sleep` is used for scripted delays and processing time where it is there; else they pass in real time. */
  readonly clock: Pick<Clock, "now"> & Partial<Pick<Clock, "sleep">>;
  /** Of ids and secrets. The same seed gives the same ones. */
  readonly random?: number;
  readonly licence?: "classic" | "dps";
  readonly features?: Partial<LicenceFeatures>;
  readonly switches?: Partial<ClusterSwitches>;
  readonly seed?: ClusterSeed;
  readonly buildInstaller: (request: InstallerRequest) => Uint8Array;
  readonly installerVersions: readonly string[];
}

export interface SimulatedCluster extends ClusterMutations {
  readonly name: string;
  /** Answers a request for any origin. An answer of type `error` is a closed connection. */
  readonly respond: (request: Request) => Promise<Response>;
  /** Asks `respond` in this process, without a socket. */
  readonly fetch: Fetch;
  /** May be changed at any time. */
  readonly switches: ClusterSwitches;
  readonly snapshot: () => ClusterSnapshot;
  /** A standing token with ServiceProviderAPI and ClusterTokenManagement. */
  readonly clusterToken: string;
  readonly requests: readonly RequestLogEntry[];
  readonly addFault: (fault: Fault) => AddedFault;
  /**
   * Calls the hook for every request before it is looked at, and waits for it. A change made there comes
   * between what the client read and what it writes. Gives a function that takes the hook back.
   */
  readonly onRequest: (hook: (request: Omit<RequestLogEntry, "status">) => void | Promise<void>) => () => void;
  /** Every host that has connected, and how it stands. */
  readonly agents: () => readonly AgentRecord[];
}

const routes: readonly Route[] = [
  ...environmentRoutes,
  ...clusterTokenRoutes,
  ...clusterNodeRoutes,
  ...licenceConsumptionRoutes,
  ...groupRoutes,
  ...managementZoneRoutes,
  ...zoneConfigurationRoutes,
  ...userRoutes,
  ...policyRoutes,
  ...apiTokenRoutes,
  ...deploymentRoutes,
  ...fleetRoutes,
  ...communicationRoutes,
];

const classicFeatures: LicenceFeatures = {
  // With Davis data units licensed, custom metrics and logs are counted in those.
  customMetrics: false,
  demUnits: true,
  davisDataUnits: true,
  syntheticMonitors: true,
  logMonitoring: false,
  logMonitoringStorage: false,
  trialEnvironments: true,
};

/**
 * A Dynatrace Managed cluster that keeps state and answers as the product is documented or observed to, and
 * where nobody knows in the way that is worst for a client (see `ClusterSwitches`).
 */
export function createSimulatedCluster(options: SimulatedClusterOptions): SimulatedCluster {
  const world = createWorld(options);
  const index = createRouteIndex(routes);
  const respond = (request: Request): Promise<Response> => {
    const path = new URL(request.url).pathname;
    const match = index.match(request.method, path);
    if (match !== null) return answerRequest(world, match.route, match.params, request);
    return answerRequest(world, index.knows(path) ? 405 : 404, {}, request);
  };
  const { state } = world;
  return {
    name: options.name,
    respond,
    fetch: fetchOver(respond),
    switches: world.switches,
    snapshot: () => toSnapshot(state, world.random),
    clusterToken: state.clusterToken,
    requests: world.requests,
    addFault: (fault) => world.faults.add(fault),
    onRequest: (hook) => {
      world.hooks.add(hook);
      return () => {
        world.hooks.delete(hook);
      };
    },
    agents: () => [...state.agents.values()],
    ...createMutations(world),
  };
}

function createWorld(options: SimulatedClusterOptions): World {
  const switches = { ...defaultSwitches(), ...options.switches };
  const random = createRandom(options.random ?? 1);
  const now = (): number => options.clock.now().getTime();
  const environmentKey = (id: string): string => (switches.idCase === "same" ? id.toLowerCase() : id);
  return {
    name: options.name,
    licence: options.licence ?? "classic",
    features: { ...classicFeatures, ...options.features },
    switches,
    state: createClusterState({
      seed: options.seed ?? {},
      version: options.version ?? "1.320.47.20250820-091500",
      random,
      now: now(),
      environmentKey,
    }),
    random,
    faults: createFaultPlan(),
    requests: [],
    hooks: new Set(),
    installerVersions: options.installerVersions,
    buildInstaller: options.buildInstaller,
    pool: createRequestPools(),
    now,
    sleep: options.clock.sleep?.bind(options.clock) ?? realSleep,
    environmentKey,
    passing: {
      nodes: [1, 2, 3].map((id) => ({ id, operationState: "RUNNING" })),
      restart: null,
      replica: null,
      lists: 0,
      consumption: new Map(),
    },
  };
}

function realSleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted === true) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}
