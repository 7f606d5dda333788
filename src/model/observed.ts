/** Limits of quotas or storage as the cluster gives them; null is the same as unlimited and as absent. */
type ObservedLimits = Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;

/** What is used of a quota at this time, in this month and in this year of the licence; an hour old at worst. Null: it is not known. */
export type ObservedUse = Readonly<Record<"now" | "month" | "year", number | null>>;

export interface ObservedEnvironment {
  /** As the cluster spells it. */
  readonly id: string;
  readonly name: string;
  readonly state: "ENABLED" | "DISABLED";
  readonly trial: boolean;
  readonly tags: readonly string[];
  /** Undefined: not asked for, or the licence has none. */
  readonly quotas?: ObservedLimits;
  /** By quota; undefined as the quotas are. */
  readonly consumption?: Readonly<Record<string, ObservedUse>>;
  readonly storage?: ObservedLimits;
}

/** A group as the cluster gives it, with everything that its whole-object PUT must carry back. */
export interface ObservedGroup {
  readonly id: string;
  readonly name: string;
  readonly isClusterAdminGroup: boolean;
  readonly ldapGroupNames: readonly string[];
  readonly ssoGroupNames: readonly string[];
  /** Permission to environment ids. */
  readonly accessRight: Readonly<Record<string, readonly string[]>>;
  /** Undefined where the cluster does not tell; then not sent either. */
  readonly isAccessAccount?: boolean;
  readonly isManageAccount?: boolean;
}

/** A part of an environment that rights can be given on. Names are not unique for sure; ids are, in their environment. */
export interface ObservedManagementZone {
  /** A signed number of 64 bits. */
  readonly id: string;
  readonly name: string;
}

/** What a group has on one management zone. */
export interface ObservedZoneRight {
  /** Id of the group. */
  readonly group: string;
  readonly environment: string;
  /** Id of the zone. */
  readonly zone: string;
  readonly permissions: readonly string[];
}

export interface ObservedZones {
  /** Of all groups. */
  readonly rights: Reading<readonly ObservedZoneRight[]>;
  /** Zones by the id of their environment in lower case, of those that were asked. */
  readonly lists: ReadonlyMap<string, Reading<readonly ObservedManagementZone[]>>;
}

/** What was read, or why it could not be. "Could not read" is never "absent". */
export type Reading<T> =
  | { readonly status: "complete"; readonly value: T }
  | { readonly status: "unreadable"; readonly reason: string };

/** What the licence of a cluster has counted in an hour. */
export interface LicenceHour {
  /** Its beginning, Unix milliseconds. */
  readonly start: number;
  /** Hosts whose agents ran, by environment in small letters; one that is not there had none. */
  readonly hosts: ReadonlyMap<string, number>;
}

/** Groups that policies give rights. Each environment is a question, so of a large cluster only some are asked. */
export interface PolicyGroups {
  /** In lower case. */
  readonly ids: ReadonlySet<string>;
  /** Environments that were asked and told, and those that are enabled. */
  readonly asked: number;
  readonly enabled: number;
}

export interface ObservedCluster {
  readonly version: string | null;
  readonly requests: number;
  readonly environments: Reading<readonly ObservedEnvironment[]>;
  /** Of those, why it is not known what they are like now, by their id in lower case; nothing is planned for them. */
  readonly unsureEnvironments?: ReadonlyMap<string, string>;
  /** Null: not asked for. */
  readonly groups: Reading<readonly ObservedGroup[]> | null;
  /** What the licence counted in an hour; null: it was not asked for, cannot be known, or could not be read. */
  readonly licenceHour?: LicenceHour | null;
  /** Left out: not asked for. */
  readonly zones?: ObservedZones;
  /** Left out: not asked for. */
  readonly policyGroups?: Reading<PolicyGroups>;
  /** False on a licence without quotas (DPS): they are then not compared. */
  readonly quotasLicensed: boolean;
  readonly warnings: readonly string[];
}

/** The agent that a probe found on a host. A member is null where the agent could not tell. */
export interface ObservedAgent {
  /** Full version, for example `1.313.52.20250602-150703`. */
  readonly version: string | null;
  /** 16 hexadecimal digits, by which environments know the host; null also where it was not asked for. */
  readonly hostId: string | null;
  /** Environment id that it is set to; empty: it was never told one; null: it does not tell. */
  readonly tenant: string | null;
  /** Text of `--get-server`; `*` marks the endpoint in use. Null: it does not tell. */
  readonly server: string | null;
  /** Null where nothing on the host can tell. */
  readonly serviceActive: boolean | null;
  /** An installation was cut off: files are there, but it never finished. One that is complete and has no tenant cannot be asked. */
  readonly incomplete: boolean;
  readonly hostGroup: string | null;
  readonly hostName: string | null;
  readonly networkZone: string | null;
  readonly monitoringMode: string | null;
  /** True: an agent from before there were modes, which is set to `infra-only` or not. */
  readonly infraOnlyAlone?: boolean;
  readonly hostTags: readonly string[] | null;
  readonly hostProperties: readonly string[] | null;
  /** Without the password that it may have. */
  readonly proxy: string | null;
  readonly autoUpdate: boolean | null;
  readonly appLogContentAccess: boolean | null;
  readonly systemLogsAccess: boolean | null;
}

/** A file system that OneAgent needs on a host. A member is null where the host could not tell. */
export interface HostPlace {
  /** Where it is mounted. */
  readonly mountPoint: string;
  /** MiB that are free there. */
  readonly free: number | null;
  readonly readOnly: boolean | null;
  readonly noExecution: boolean | null;
  /** Programs there do not take on their owner's rights. */
  readonly noSetUid: boolean | null;
}

/** What an installer would meet on a host. A member is null where the host could not tell. */
export interface HostSite {
  /** Number of the user that scripts run as; 0 is root. */
  readonly userId: number | null;
  /** MiB of memory that programs could have. */
  readonly memory: number | null;
  /** Where the agent would be installed. */
  readonly installPlace: HostPlace | null;
  /** Where an installer is kept while it runs. */
  readonly temporaryPlace: HostPlace | null;
  /** Where the agent keeps its configuration and its data. */
  readonly dataPlace: HostPlace | null;
  readonly logPlace: HostPlace | null;
  /** A program that can fetch an installer; `none`: there is none. */
  readonly downloader: "curl" | "wget" | "none" | null;
  /** Whether SHA-256 can be computed there. */
  readonly checksum: boolean | null;
  /** Whether the host reaches the origin of its cluster; null also where it was not asked. */
  readonly reachesCluster: boolean | null;
}

export interface HostFacts {
  /** `uname -s`. */
  readonly system: string;
  /** `uname -m`. */
  readonly machine: string;
  /** Seconds since the host started; null: it does not tell. */
  readonly uptime: number | null;
  /** An installer, uninstaller or update holds its lock at this moment. */
  readonly locked: boolean;
  /** An installer is there, with the token in it, whose script was killed. */
  readonly leftovers: boolean;
  readonly agent: ObservedAgent | null;
  /** Null: it was not asked for, because no installer would run there. */
  readonly site: HostSite | null;
}

/** A host in the list that an environment has of its own. A member is null where the cluster does not tell. */
export interface ListedHost {
  /** `HOST-` and 16 hexadecimal digits in capitals. */
  readonly id: string;
  /** What it was named by oneagentctl. */
  readonly customName: string | null;
  /** The name that it has for itself. */
  readonly localName: string | null;
  readonly discoveredName: string | null;
  /** What people see, who may have renamed it: it says nothing of which host it is. */
  readonly displayName: string | null;
  readonly addresses: readonly string[];
  /** For example `MONITORED`; new words come with new versions. */
  readonly state: string | null;
  /** For example `1.313.52.20250602-150703`. */
  readonly version: string | null;
  readonly hostGroup: string | null;
  readonly networkZone: string | null;
}

export type HostReading = Reading<HostFacts>;

export interface Observed {
  readonly clusters: ReadonlyMap<string, ObservedCluster>;
  /** By host name; a host that was not probed has no entry. */
  readonly hosts: ReadonlyMap<string, HostReading>;
}
