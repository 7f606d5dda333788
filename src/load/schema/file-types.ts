/**
 * The shapes that the JSON Schemas of the three kinds of files accept, as data before anything is resolved. Null stands
 * where a value is taken away; it is allowed wherever a key is optional. A value that is there but undefined was not
 * acceptable, which is reported.
 */
type Optional<Shape> = { readonly [Key in keyof Shape]?: Shape[Key] | null | undefined };

export type TextOrList = string | readonly string[];

/** Labels by key. */
export type LabelsEntry = Readonly<Record<string, string | null>>;

/** Which environments are meant: all that it names must hold, of a list any. Every text may be a glob. */
export type MatchEntry = {
  readonly customer?: TextOrList | undefined;
  readonly environment?: TextOrList | undefined;
  readonly stage?: TextOrList | undefined;
  readonly cluster?: TextOrList | undefined;
  readonly labels?: Readonly<Record<string, TextOrList>> | undefined;
};
export type AmountText = number | string;

type LimitsEntry = Readonly<Record<string, Readonly<Record<string, number | "unlimited" | null>> | null>>;

export type EnvironmentDefaultsEntry = Optional<{
  tags: readonly string[];
  trial: boolean;
  quotas: LimitsEntry;
  storage: LimitsEntry;
  state: "enabled" | "disabled" | "absent";
}>;

export type OneAgentEntry = Optional<{
  version: string;
  minVersion: string;
  hostGroup: string;
  networkZone: string;
  monitoringMode: "fullstack" | "infra-only" | "discovery";
  hostName: string;
  hostTags: readonly string[];
  hostProperties: Readonly<Record<string, string | null>>;
  proxy: string;
  autoUpdate: boolean;
  appLogContentAccess: boolean;
  systemLogsAccess: boolean;
  installPath: string;
  installerArguments: readonly string[];
  transfer: "auto" | "push" | "pull";
  transferRate: string;
  signature: "auto" | "required" | "skip";
  rootCertificate: string;
}>;

export type SshEntry = Optional<{
  user: string;
  port: number;
  identityFile: string;
  jump: TextOrList;
  jumpConcurrency: number;
  become: "sudo" | "none";
  knownHosts: string;
  hostKeys: "strict" | "accept-new";
  connectTimeout: string;
  timeout: string;
}>;

export type RolloutEntry = Optional<{
  concurrency: number;
  canary: AmountText;
  batch: AmountText;
  maxFailures: AmountText;
  seenWithin: string | number;
}>;

type HostSettings = Optional<{ ssh: SshEntry; oneagent: OneAgentEntry }>;

export type HostEntry = { readonly name: string } & HostSettings &
  Optional<{ address: string; state: "present" | "absent" }>;
type HostFormat = Optional<{ format: "ansible"; group: string }>;
export type HostFileEntry = { readonly file: string } & HostSettings & HostFormat;
export type HostCommandEntry = { readonly command: readonly string[] } & HostSettings & HostFormat;
export type HostItem = string | HostEntry | HostFileEntry | HostCommandEntry;

/** Both are there, unless one was not acceptable, which is reported. */
export type SuspendedEntry = { readonly until?: string | undefined; readonly reason?: string | undefined };

export type EnvironmentEntry = EnvironmentDefaultsEntry &
  HostSettings &
  Optional<{
    id: string;
    name: string;
    cluster: string;
    labels: LabelsEntry;
    suspended: SuspendedEntry;
    rollout: RolloutEntry;
    hosts: readonly HostItem[];
  }>;

/** Rights on a whole environment, and on its management zones by their names or globs. */
export type EnvironmentRightsEntry = Optional<{
  permissions: TextOrList;
  managementZones: Readonly<Record<string, TextOrList | null>>;
}>;

/** Rights on whole environments alone, or beside those on management zones. */
export type AccessEntry = TextOrList | EnvironmentRightsEntry;

export type GroupEntry = { readonly name: string; readonly match?: MatchEntry | undefined } & Optional<{
  clusters: readonly string[];
  ldapGroupNames: readonly string[];
  ssoGroupNames: readonly string[];
  isClusterAdminGroup: boolean;
  access: Readonly<Record<string, AccessEntry | null>>;
  previously: TextOrList;
  state: "present" | "absent";
}>;

export type ClusterEntry = {
  readonly url: string;
  readonly token: { readonly env?: string; readonly file?: string; readonly command?: readonly string[] };
} & Optional<{ ca: string; maxConcurrency: number }>;

export type SafetyEntry = Optional<{
  protect: readonly string[];
  breakGlass: readonly string[];
  deleteAfter: string;
  maxRemovals: number;
  maxUpdates: AmountText;
}>;

export type DefaultsEntry = HostSettings &
  Optional<{
    cluster: string;
    environmentId: string;
    labels: LabelsEntry;
    environment: EnvironmentDefaultsEntry;
    rollout: RolloutEntry;
  }>;

export type ProfileEntry = { readonly match: MatchEntry } & HostSettings &
  Optional<{ environment: EnvironmentDefaultsEntry; rollout: RolloutEntry }>;

/** dtsync.yaml */
export type SettingsEntry = {
  readonly version: 1;
  readonly clusters: Readonly<Record<string, ClusterEntry>>;
} & Optional<{
  roles: Readonly<Record<string, readonly string[] | null>>;
  groups: readonly GroupEntry[];
  defaults: DefaultsEntry;
  profiles: readonly ProfileEntry[];
  safety: SafetyEntry;
}>;

/** customers/**\/*.yaml */
export type CustomerEntry = { readonly customer: string } & HostSettings &
  Optional<{
    name: string;
    cluster: string;
    environmentId: string;
    labels: LabelsEntry;
    suspended: SuspendedEntry;
    environment: EnvironmentDefaultsEntry;
    rollout: RolloutEntry;
    environments: Readonly<Record<string, EnvironmentEntry | null>>;
    groups: readonly GroupEntry[];
  }>;

/** groups/**\/*.yaml */
export interface GroupsEntry {
  readonly groups: readonly GroupEntry[] | null;
}
