import { groupIdOf } from "../../kinds/group/group-id.ts";
import { initialQuotas, initialStorage } from "./environment-defaults.ts";
import type { Random } from "./random.ts";
import type {
  AgentRecord,
  ClusterSeed,
  ClusterSnapshot,
  EnvironmentRecord,
  EnvironmentSeed,
  GroupRecord,
  GroupSeed,
  ManagementZoneRecord,
  PolicyRecord,
  ProblemRecord,
  UserRecord,
  ZoneRightRecord,
} from "./snapshot.ts";
import { createTokenStore, type TokenStore } from "./token-store.ts";

/** What a cluster holds while it runs. Records are replaced, never changed, so that a copy of a map is a snapshot of it. */
export interface ClusterState {
  readonly clusterUuid: string;
  version: string;
  upgrade: { readonly until: number; readonly version: string } | null;
  readonly clusterToken: string;
  /** By `environmentKey`. */
  readonly environments: Map<string, EnvironmentRecord>;
  /** By id. */
  readonly groups: Map<string, GroupRecord>;
  readonly users: Map<string, UserRecord>;
  readonly tokens: TokenStore;
  networkZones: readonly string[];
  managementZones: readonly ManagementZoneRecord[];
  zoneRights: readonly ZoneRightRecord[];
  /** By environment id and host id. */
  readonly agents: Map<string, AgentRecord>;
  problems: readonly ProblemRecord[];
  policies: readonly PolicyRecord[];
}

interface StateOptions {
  readonly seed: ClusterSeed;
  readonly version: string;
  readonly random: Random;
  readonly now: number;
  readonly environmentKey: (id: string) => string;
}

export function createClusterState(options: StateOptions): ClusterState {
  const { seed, random, now } = options;
  if (seed.random !== undefined) random.restore(seed.random);
  const tokens = createTokenStore(random, seed.tokens ?? []);
  const owner = "admin";
  const clusterToken =
    seed.clusterToken ??
    tokens.create(
      {
        name: "standing",
        scopes: ["ServiceProviderAPI", "ClusterTokenManagement"],
        owner,
        environment: null,
        expires: null,
      },
      now,
    ).token;
  return {
    clusterUuid: seed.clusterUuid ?? random.uuid(),
    version: seed.version ?? options.version,
    upgrade: seed.upgrade ?? null,
    clusterToken,
    environments: new Map(
      (seed.environments ?? []).map((environment) => [
        options.environmentKey(environment.id),
        completeEnvironment(environment, random, now),
      ]),
    ),
    groups: new Map((seed.groups ?? []).map(completeGroup).map((group) => [group.id, group])),
    users: new Map((seed.users ?? []).map((user) => [user.id, user])),
    tokens,
    networkZones: seed.networkZones ?? ["default"],
    managementZones: seed.managementZones ?? [],
    zoneRights: seed.zoneRights ?? [],
    agents: new Map((seed.agents ?? []).map((agent) => [agentKey(agent.environment, agent.host.id), agent])),
    problems: seed.problems ?? [],
    policies: seed.policies ?? [],
  };
}

export function agentKey(environment: string, hostId: string): string {
  return `${environment}/${hostId.toUpperCase()}`;
}

export function completeEnvironment(seed: EnvironmentSeed, random: Random, now: number): EnvironmentRecord {
  return {
    name: seed.id,
    state: "ENABLED",
    trial: false,
    tags: [],
    creationDate: new Date(now).toISOString(),
    startedAt: null,
    tenantToken: seed.tenantToken ?? random.tenantToken(),
    installerVersion: null,
    ...seed,
    quotas: completeLimits(initialQuotas(), seed.quotas),
    storage: completeLimits(initialStorage(), seed.storage),
  };
}

function completeLimits(
  initial: EnvironmentRecord["quotas"],
  given: EnvironmentRecord["quotas"] = {},
): EnvironmentRecord["quotas"] {
  return Object.fromEntries(Object.entries(initial).map(([group, limits]) => [group, { ...limits, ...given[group] }]));
}

export function completeGroup(seed: GroupSeed): GroupRecord {
  return {
    id: groupIdOf(seed.name),
    isClusterAdminGroup: false,
    isAccessAccount: false,
    isManageAccount: false,
    ldapGroupNames: [],
    ssoGroupNames: [],
    accessRight: {},
    ...seed,
  };
}

export function toSnapshot(state: ClusterState, random: Random): ClusterSnapshot {
  const snapshot: ClusterSnapshot = {
    format: 1,
    clusterUuid: state.clusterUuid,
    version: state.version,
    random: random.state(),
    clusterToken: state.clusterToken,
    upgrade: state.upgrade,
    environments: [...state.environments.values()],
    groups: [...state.groups.values()],
    users: [...state.users.values()],
    tokens: state.tokens.all(),
    networkZones: state.networkZones,
    managementZones: state.managementZones,
    zoneRights: state.zoneRights,
    agents: [...state.agents.values()],
    problems: state.problems,
    policies: state.policies,
  };
  // A copy, so that what the caller holds does not change with the cluster, and is surely plain JSON.
  return structuredClone(snapshot);
}
