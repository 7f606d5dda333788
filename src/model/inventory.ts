import type { Place } from "./diagnostic.ts";

/** How a cluster token is obtained; the secret itself never enters the model. */
export type TokenSource =
  | { readonly env: string }
  | { readonly file: string }
  | { readonly command: readonly string[] };

export interface Cluster {
  readonly name: string;
  /** An origin, for example `https://dynatrace.emea.example.com`, without a trailing slash. */
  readonly url: string;
  readonly token: TokenSource;
  /** Absolute path of a PEM file with further certificate authorities, or null. */
  readonly ca: string | null;
  /** Most requests in flight to this cluster. */
  readonly maxConcurrency: number;
  readonly place: Place;
}

export interface Customer {
  readonly id: string;
  readonly name: string;
  readonly place: Place;
}

/** Declared limits by group, for example `{ hostUnits: { maxLimit: 100 } }`; null is the declared `unlimited`. */
export type Limits = Readonly<Record<string, Readonly<Record<string, number | null>>>>;

/** Only what is declared at some level is present; an absent key is not compared. */
export interface EnvironmentSettings {
  readonly name?: string;
  readonly tags?: readonly string[];
  readonly trial?: boolean;
  readonly quotas?: Limits;
  readonly storage?: Limits;
}

/** A time in which nothing is changed. */
export interface Suspension {
  /** The last such day: a UTC day, YYYY-MM-DD. */
  readonly until: string;
  readonly reason: string;
  /** Of the key that declares it. */
  readonly place: Place;
}

export interface Environment {
  readonly id: string;
  /** The key in the customer's file, for example `p1`. */
  readonly key: string;
  /** What `{stage}` stands for: the letters of the key, or the whole key where the environment has an id of its own. */
  readonly stage: string;
  readonly customer: string;
  readonly cluster: string;
  /** By key, for choosing environments; never sent anywhere. */
  readonly labels: Readonly<Record<string, string>>;
  /** Null where no level declares it: enabled when created, and not compared. */
  readonly state: "enabled" | "disabled" | "absent" | null;
  /** Nothing of it is to be changed for a while; null: it may be. */
  readonly suspended: Suspension | null;
  /** The display name it is created with when none is declared. */
  readonly defaultName: string;
  readonly settings: EnvironmentSettings;
  readonly rollout: Rollout;
  readonly place: Place;
}

/** One group on one cluster, placeholders filled in. A declaration for three clusters becomes three of these. */
export interface Group {
  readonly name: string;
  readonly cluster: string;
  /** The customer that it belongs to, or null for a group that serves several. */
  readonly customer: string | null;
  readonly state: "present" | "absent";
  /** Former names, most recent first as written. */
  readonly previously: readonly string[];
  readonly isClusterAdminGroup?: boolean;
  readonly ldapGroupNames?: readonly string[];
  readonly ssoGroupNames?: readonly string[];
  /**
   * Sorted permissions by environment id, roles already resolved, not closed under implied rights.
   * Null: `access` was left out and rights are not compared. An environment of the inventory that is
   * not a key is to have no rights.
   */
  readonly access: ReadonlyMap<string, readonly string[]> | null;
  /**
   * Rights on management zones: by environment id, then by the name of a zone or a glob over such names, sorted permissions
   * as in `access`. Empty where `access` was left out.
   */
  readonly managementZones: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
  /** It is declared on the clusters that its access reaches, because none are named; then it has `access`, unless it is absent. */
  readonly followsAccess: boolean;
  readonly place: Place;
}

export interface SshSettings {
  readonly user?: string;
  readonly port?: number;
  /** Absolute path. */
  readonly identityFile?: string;
  /** Jump hosts from the outermost in, each `[user@]host[:port]`; an empty list means none. */
  readonly jump?: readonly string[];
  /** Most connections through one jump host at once. */
  readonly jumpConcurrency?: number;
  readonly become?: "sudo" | "none";
  /** Absolute path. */
  readonly knownHosts?: string;
  readonly hostKeys: "strict" | "accept-new";
  /** Milliseconds. */
  readonly connectTimeout?: number;
  /** Milliseconds that the work on the host may take. */
  readonly timeout?: number;
}

/** Settings of the agent itself that oneagentctl can read back and change. Undeclared ones are left alone. */
export interface OneAgentSettings {
  /** `latest` or a version such as `1.313` or `1.313.52.20250602-150703`. */
  readonly version?: string;
  readonly minVersion?: string;
  readonly hostGroup?: string;
  readonly networkZone?: string;
  readonly monitoringMode?: "fullstack" | "infra-only" | "discovery";
  readonly hostName?: string;
  readonly hostTags?: readonly string[];
  readonly hostProperties?: Readonly<Record<string, string>>;
  readonly proxy?: string;
  readonly autoUpdate?: boolean;
  readonly appLogContentAccess?: boolean;
  readonly systemLogsAccess?: boolean;
  readonly installPath?: string;
  readonly installerArguments?: readonly string[];
  readonly transfer: "auto" | "push" | "pull";
  /** Bytes a second. */
  readonly transferRate?: number;
  readonly signature: "auto" | "required" | "skip";
  /** Absolute path of the root certificate that installer signatures are checked against, or null. */
  readonly rootCertificate: string | null;
}

export interface Host {
  /** Lower case. */
  readonly name: string;
  /** Where to connect when it is not the name. */
  readonly address: string | null;
  /** Environment id. */
  readonly environment: string;
  readonly customer: string;
  readonly cluster: string;
  readonly state: "present" | "absent";
  readonly ssh: SshSettings;
  readonly oneagent: OneAgentSettings;
  readonly place: Place;
}

/** A `{ command: … }` item: its hosts are known only after it has run, which plan and apply do when allowed. */
export interface HostCommand {
  /** `FILE:LINE`, as in the held scope `source/FILE:LINE`. */
  readonly id: string;
  readonly environment: string;
  readonly customer: string;
  readonly cluster: string;
  readonly command: readonly string[];
  /** It prints what `ansible-inventory --list` does, and this group of it counts; null: lines or a JSON array. */
  readonly ansibleGroup: string | null;
  /** Settings that hosts of this source start from. */
  readonly ssh: SshSettings;
  readonly oneagent: OneAgentSettings;
  /** What `ssh` and `oneagent` were made from, for hosts of this source that have settings of their own. */
  readonly inherited: {
    readonly ssh: object;
    readonly oneagent: object;
    /** Absolute path of the one that counts where none is declared, or null. */
    readonly rootCertificate: string | null;
    /** Absolute: the inventory, the folder of the file that the item stands in, and what `~/` stands for. */
    readonly base: { readonly root: string; readonly folder: string; readonly home: string };
  };
  readonly place: Place;
}

/** A whole number of things, or a percentage (0 to 100) of them that rounds up and is never below 1. */
export type Amount = { readonly count: number } | { readonly percent: number };

export interface Rollout {
  readonly concurrency: number;
  readonly canary: Amount;
  readonly batch: Amount;
  readonly maxFailures: Amount;
  /** Milliseconds that an agent is waited for in the list of hosts of its environment; 0: not at all. */
  readonly seenWithin: number;
}

export interface Safety {
  /** Globs over environment ids that may not be disabled or deleted. */
  readonly protect: readonly string[];
  /** Exact group names. */
  readonly breakGlass: readonly string[];
  /** Milliseconds between disabling an absent environment and deleting it. A whole number of days counts UTC days. */
  readonly deleteAfter: number;
  readonly maxRemovals: number;
  /** Null: no limit declared. */
  readonly maxUpdates: Amount | null;
}

/** The whole inventory, defaults merged, ranges and templates expanded, every reference resolved. */
export interface Inventory {
  /** Absolute path of the folder. */
  readonly directory: string;
  /** `sha256:…` over everything that was read and over `--set`; independent of file and key order. */
  readonly digest: string;
  readonly clusters: readonly Cluster[];
  readonly customers: readonly Customer[];
  readonly environments: readonly Environment[];
  readonly groups: readonly Group[];
  /**
   * Groups whose access reached only environments that are absent now. They are made no more and belong to nobody's count; what one has
   * on an environment that goes is taken away.
   */
  readonly leavingGroups: readonly Group[];
  readonly hosts: readonly Host[];
  readonly hostCommands: readonly HostCommand[];
  readonly safety: Safety;
}

/** All groups that a plan may have changes about, those of which only rights are to be taken away included. */
export const plannedGroups = ({ groups, leavingGroups }: Pick<Inventory, "groups" | "leavingGroups">) => [
  ...groups,
  ...leavingGroups,
];

/** Counts of what will be there: absent items are left out, groups are counted as made on clusters. */
export interface InventorySummary {
  readonly files: number;
  readonly customers: number;
  readonly environments: number;
  readonly groups: number;
  readonly hosts: number;
  readonly errors: number;
  readonly warnings: number;
}
