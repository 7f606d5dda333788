import type { Rule } from "./body-rules.ts";
import type { ClusterState } from "./cluster-state.ts";
import type { FaultPlan } from "./faults.ts";
import type { Random } from "./random.ts";
import type { RequestPool } from "./request-pool.ts";
import type { EnvironmentRecord, GroupRecord, LimitGroups, TokenRecord } from "./snapshot.ts";
import type { ClusterSwitches } from "./switches.ts";

/** What the licence of a classic cluster allows. */
export interface LicenceFeatures {
  readonly customMetrics: boolean;
  readonly demUnits: boolean;
  readonly davisDataUnits: boolean;
  readonly syntheticMonitors: boolean;
  readonly logMonitoring: boolean;
  /** Whether the limits `storage.logMonitoring*` are configured for the cluster. */
  readonly logMonitoringStorage: boolean;
  readonly trialEnvironments: boolean;
}

export interface InstallerRequest {
  readonly version: string;
  readonly arch: string;
  /** Where the agent is to connect, endpoints joined by `;`. */
  readonly endpoint: string;
  readonly tenant: string;
  readonly tenantToken: string;
}

export interface RequestLogEntry {
  readonly method: string;
  readonly path: string;
  /** Without the question mark; a token in the query is left out. */
  readonly query: string;
  /** 0 when the connection was closed without an answer. */
  readonly status: number;
  readonly tokenId: string | null;
  /** Unix milliseconds. */
  readonly at: number;
}

interface NodeRecord {
  readonly id: number;
  readonly operationState: string;
}

/** Everything that the parts of a simulated cluster share. */
export interface World {
  readonly name: string;
  readonly licence: "classic" | "dps";
  readonly features: LicenceFeatures;
  readonly switches: ClusterSwitches;
  readonly state: ClusterState;
  readonly random: Random;
  readonly faults: FaultPlan;
  readonly requests: RequestLogEntry[];
  readonly hooks: Set<(request: Omit<RequestLogEntry, "status">) => void | Promise<void>>;
  readonly installerVersions: readonly string[];
  readonly buildInstaller: (request: InstallerRequest) => Uint8Array;
  readonly pool: (environment: string | null) => RequestPool;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  readonly environmentKey: (id: string) => string;
  /** What is true of a moment only, and in no snapshot. */
  readonly passing: {
    nodes: readonly NodeRecord[];
    /** A node restarts between these times, Unix milliseconds. */
    restart: { readonly from: number; readonly until: number } | null;
    replica: {
      readonly at: number;
      readonly environments: ReadonlyMap<string, EnvironmentRecord>;
      readonly groups: ReadonlyMap<string, GroupRecord>;
    } | null;
    /** Lists of environments served so far. */
    lists: number;
    /** Limits as the cached consumption shows them, by environment id. */
    readonly consumption: Map<string, { readonly at: number; readonly quotas: LimitGroups }>;
  };
}

/** One request on its way: what the pipeline has found out about it. */
export interface Exchange {
  readonly request: Request;
  readonly url: URL;
  readonly query: URLSearchParams;
  /** Decoded parts of the path. */
  readonly params: Readonly<Record<string, string>>;
  /** The calling token; null on routes that need none. */
  readonly token: TokenRecord | null;
  /** The environment of a path below `/e/`. */
  readonly environment: EnvironmentRecord | null;
  /** The JSON body, checked against the route's rule. */
  readonly body: unknown;
}

export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Such as `/api/cluster/v2/environments/:id`. */
  readonly path: string;
  /** The token needs one of these; `any` valid token will do; `none` is needed. */
  readonly scopes: readonly string[] | "any" | "none" | ((world: World) => readonly string[] | "any");
  /** Whether it is refused while an upgrade runs. */
  readonly writes: boolean;
  readonly body?: Rule;
  readonly respond: (world: World, exchange: Exchange) => Response | Promise<Response>;
}

export function param(exchange: Exchange, name: string): string {
  const value = exchange.params[name];
  if (value === undefined) throw new Error(`The route has no parameter ${name}.`);
  return value;
}

export function environmentOf(exchange: Exchange): EnvironmentRecord {
  if (exchange.environment === null) throw new Error("The route is not below an environment.");
  return exchange.environment;
}

export function callerOf(exchange: Exchange): TokenRecord {
  if (exchange.token === null) throw new Error("The route needs no token.");
  return exchange.token;
}

export function findEnvironment(world: World, id: string): EnvironmentRecord | undefined {
  return world.state.environments.get(world.environmentKey(id));
}

/** The environments and groups as a GET sees them: current, or as old as the switch allows. */
export function readable(world: World): {
  readonly environments: ReadonlyMap<string, EnvironmentRecord>;
  readonly groups: ReadonlyMap<string, GroupRecord>;
} {
  const { passing, state, switches } = world;
  if (switches.staleReads === 0) return state;
  const now = world.now();
  if (passing.replica === null || now - passing.replica.at >= switches.staleReads) {
    passing.replica = { at: now, environments: new Map(state.environments), groups: new Map(state.groups) };
  }
  return passing.replica;
}

export function locationHeader(world: World, exchange: Exchange, path: string, id: string): Record<string, string> {
  const form = world.switches.location;
  if (form === "id") return { location: id };
  return { location: form === "url" ? `${exchange.url.origin}${path}` : path };
}
