/** Limits by group; null is unlimited. For example `{ hostUnits: { maxLimit: 100 } }`. */
export type LimitGroups = Readonly<Record<string, Readonly<Record<string, number | null>>>>;

export interface EnvironmentRecord {
  readonly id: string;
  readonly name: string;
  readonly state: "ENABLED" | "DISABLED";
  readonly trial: boolean;
  readonly tags: readonly string[];
  /** ISO 8601 with milliseconds, UTC. */
  readonly creationDate: string;
  /** When it was last started, in Unix milliseconds; null when it has been serving all along. */
  readonly startedAt: number | null;
  /** The secret that agents of this environment connect with. */
  readonly tenantToken: string;
  /** What `latest` stands for; null is the newest of the cluster. */
  readonly installerVersion: string | null;
  readonly quotas: LimitGroups;
  readonly storage: LimitGroups;
}

export interface GroupRecord {
  readonly id: string;
  readonly name: string;
  readonly isClusterAdminGroup: boolean;
  readonly isAccessAccount: boolean;
  readonly isManageAccount: boolean;
  readonly ldapGroupNames: readonly string[];
  readonly ssoGroupNames: readonly string[];
  /** Environment ids by permission. */
  readonly accessRight: Readonly<Record<string, readonly string[]>>;
}

export interface UserRecord {
  readonly id: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  /** Group ids. */
  readonly groups: readonly string[];
}

export interface TokenRecord {
  readonly id: string;
  /** The whole secret. It is one of a simulation and opens nothing else. */
  readonly token: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly owner: string;
  /** The environment that it belongs to, or null for a token of the cluster. */
  readonly environment: string | null;
  readonly revoked: boolean;
  /** Unix milliseconds. */
  readonly created: number;
  readonly modified: number;
  readonly expires: number | null;
  readonly lastUse: number | null;
}

export interface ManagementZoneRecord {
  readonly environment: string;
  /** A signed 64-bit number as text. */
  readonly id: string;
  readonly name: string;
  /** Unix milliseconds; left out: it has been there all along. */
  readonly createdAt?: number;
}

export interface ZoneRightRecord {
  readonly group: string;
  readonly environment: string;
  readonly zone: string;
  readonly permissions: readonly string[];
}

/** What an agent says about its host when it connects. Further members are kept as they are. */
export interface AgentHost {
  readonly name: string;
  /** 16 hexadecimal digits. */
  readonly id: string;
  /** Such as `1.313.52.20250602-150703`. */
  readonly version: string;
  readonly hostGroup?: string | null;
  readonly networkZone?: string | null;
  readonly monitoringMode?: "fullstack" | "infra-only" | "discovery" | null;
  /** `key` or `key=value`. */
  readonly tags?: readonly string[];
  readonly [member: string]: unknown;
}

export interface AgentRecord {
  readonly environment: string;
  readonly host: AgentHost;
  /** Unix milliseconds. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly availability: "MONITORED" | "UNMONITORED" | "SHUTDOWN";
  /** As in the product, for example `UNMONITORED_AGENT_MIGRATED`. */
  readonly detailedAvailability: string;
}

export interface ProblemRecord {
  readonly environment: string;
  readonly problemId: string;
  readonly displayId: string;
  readonly title: string;
  readonly status: "OPEN" | "CLOSED";
  readonly severityLevel: string;
  readonly impactLevel: string;
  /** Unix milliseconds; `endTime` is -1 while the problem is open. */
  readonly startTime: number;
  readonly endTime: number;
}

export interface PolicyRecord {
  readonly uuid: string;
  readonly name: string;
  readonly statementQuery: string;
  /** `global`, `cluster` or `environment`, where it is bound. */
  readonly levelType: string;
  readonly levelId: string;
  /** Ids of the groups that it is bound to. */
  readonly groups: readonly string[];
}

/**
 * Everything that a simulated cluster holds, as plain JSON. Restoring it gives the same cluster: the same
 * ids, secrets and clock-dependent states, and the same random sequence from there on. The request log,
 * injected faults and switches are not part of it.
 */
export interface ClusterSnapshot {
  readonly format: 1;
  readonly clusterUuid: string;
  readonly version: string;
  /** State of the random generator. */
  readonly random: number;
  /** The secret of the standing token, also among `tokens`. */
  readonly clusterToken: string;
  /** An update that is under way: until when (Unix milliseconds), and the version it brings. */
  readonly upgrade: { readonly until: number; readonly version: string } | null;
  readonly environments: readonly EnvironmentRecord[];
  readonly groups: readonly GroupRecord[];
  readonly users: readonly UserRecord[];
  readonly tokens: readonly TokenRecord[];
  /** Network zones that connection data can be asked for; the same in every environment. */
  readonly networkZones: readonly string[];
  readonly managementZones: readonly ManagementZoneRecord[];
  readonly zoneRights: readonly ZoneRightRecord[];
  readonly agents: readonly AgentRecord[];
  readonly problems: readonly ProblemRecord[];
  readonly policies: readonly PolicyRecord[];
}

/**
 * What a cluster may start from: a snapshot, or one written by hand that says only what matters. An
 * environment needs `id`, a group needs `name`; what is left out is what the cluster would have made of it.
 */
export interface ClusterSeed extends Partial<Omit<ClusterSnapshot, "environments" | "groups">> {
  readonly environments?: readonly EnvironmentSeed[];
  readonly groups?: readonly GroupSeed[];
}

export type EnvironmentSeed = Partial<EnvironmentRecord> & { readonly id: string };
export type GroupSeed = Partial<GroupRecord> & { readonly name: string };
