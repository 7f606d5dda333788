import type { Held, PlanScope, Waiting } from "./plan.ts";

/** How bad a problem is, in Dynatrace's words, the gravest first; new words may come with new versions. */
export const severities = [
  "AVAILABILITY",
  "ERROR",
  "PERFORMANCE",
  "RESOURCE_CONTENTION",
  "CUSTOM_ALERT",
  "MONITORING_UNAVAILABLE",
  "INFO",
] as const;

/** A problem that an environment lists. */
export interface FleetProblem {
  readonly id: string;
  readonly title: string;
  readonly severity: string;
  /** Unix milliseconds. */
  readonly start: number;
  /** Null: it is open. */
  readonly end: number | null;
}

/** What an environment says of itself. */
export interface EnvironmentReading {
  /** Unix milliseconds. */
  readonly at: number;
  /** Hosts whose agents report to it. */
  readonly hosts: readonly SeenHost[];
  /** Those that are open, and those of the time that was asked for. */
  readonly problems: readonly FleetProblem[];
}

/** A host that an environment lists. */
export interface SeenHost {
  readonly id: string;
  /** All that it is known by, in small letters. */
  readonly names: readonly string[];
  readonly version: string | null;
}

/** How much of a quota of the licence is used. */
export interface LicenceTotal {
  /** In the API's words, for example `hostUnits`. */
  readonly quota: string;
  /** The time that it counts for; `now` is an hour old at worst. */
  readonly period: "now" | "month" | "year";
  readonly used: number;
}

export interface LicenceUse extends LicenceTotal {
  /** Null: there is none. */
  readonly limit: number | null;
}

/** From the best on; the worst one that holds of an environment is its state. */
export const conditions = [
  "ok",
  "disabled",
  "waiting",
  "suspended",
  "drift",
  "hosts",
  "held",
  "unknown",
  "problems",
] as const;
export type Condition = (typeof conditions)[number];

/** A member is null where it is not known. */
export interface FleetEnvironment {
  readonly id: string;
  readonly name: string;
  readonly customer: string;
  readonly cluster: string;
  readonly stage: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The environment's own page. */
  readonly url: string;
  /** As its cluster lists it. */
  readonly state: "enabled" | "disabled" | "missing" | null;
  readonly declared: "enabled" | "disabled" | "absent";
  readonly condition: Condition;
  /** Nothing of it is changed through this day; null: it may be. */
  readonly suspended: { readonly until: string; readonly reason: string } | null;
  /** When it was asked, ISO 8601; null: it was not, or did not answer. */
  readonly readAt: string | null;
  /** Why it is not known. */
  readonly unreadable: string | null;
  readonly hosts: {
    readonly declared: number;
    /** Of the declared ones. */
    readonly seen: number | null;
    /** Declared, and its environment does not list it. */
    readonly missing: readonly string[] | null;
    /** Declared here, and listed by another environment. */
    readonly elsewhere: readonly { readonly host: string; readonly environment: string }[] | null;
    /** Listed and not declared here. */
    readonly undeclared: number | null;
    /** Those whose agents ran in the hour that the licence of its cluster last told of, declared or not. */
    readonly licensed: number | null;
    /** Agents by version. */
    readonly versions: Readonly<Record<string, number>> | null;
  };
  readonly problems: {
    /** By severity. */
    readonly open: Readonly<Record<string, number>> | null;
    /** Open ones and those of the time that was asked for, the oldest first. */
    readonly list: readonly FleetProblem[] | null;
  };
  /** Changes that a plan has for it, without those of hosts unless these were probed. */
  readonly drift: number | null;
  /** Besides what is suspended. */
  readonly held: readonly string[];
  /** What it uses of its quotas; null: it is not known, or the licence has none. */
  readonly licence: readonly LicenceUse[] | null;
  /** The day from which on it may be deleted. */
  readonly deletedFrom: string | null;
}

/** Sums over environments; what is not known is counted beside them and in no other number. */
export interface FleetCounts {
  readonly environments: number;
  readonly disabled: number;
  readonly missing: number;
  /** Environments that could not be read. */
  readonly unknown: number;
  readonly hostsDeclared: number;
  /** Of environments that were read. */
  readonly hostsSeen: number;
  readonly hostsMissing: number;
  readonly hostsElsewhere: number;
  /** Agents by version, of environments that were read. */
  readonly versions: Readonly<Record<string, number>>;
  readonly problems: Readonly<Record<string, number>>;
  readonly drift: number;
  readonly held: number;
  readonly waiting: number;
  readonly suspended: number;
}

export interface FleetCluster {
  readonly name: string;
  readonly url: string;
  readonly version: string | null;
  /** Why it could not be read; null: it was. */
  readonly unreadable: string | null;
  /** Environments and groups there that are not in the inventory. */
  readonly unmanaged: { readonly environments: number; readonly groups: number } | null;
  /** What all environments there use together, undeclared ones too; null: it is not known, or the licence has no quotas. */
  readonly licence: readonly LicenceTotal[] | null;
  /** The hour that `licensed` hosts are of, ISO 8601; null: it is not known, or the licence has none. */
  readonly licenceHour: string | null;
  readonly counts: FleetCounts;
}

export interface FleetCustomer {
  readonly id: string;
  readonly name: string;
  /** What its environments use together; null: of one it is not known, or a licence has no quotas. */
  readonly licence: readonly LicenceTotal[] | null;
  readonly counts: FleetCounts;
}

/** Where the fleet stands, as far as it is in scope. */
export interface Fleet {
  readonly format: "dtsync-status/1";
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly dtsync: string;
  readonly inventory: { readonly digest: string };
  readonly scope: PlanScope;
  /** Milliseconds back from `createdAt` for which closed problems are listed; null: only open ones are. */
  readonly problemsSince: number | null;
  readonly clusters: readonly FleetCluster[];
  readonly customers: readonly FleetCustomer[];
  readonly environments: readonly FleetEnvironment[];
  /** Agents by version. */
  readonly versions: Readonly<Record<string, number>>;
  /** Changes of groups and rights that belong to no one environment. */
  readonly otherDrift: number;
  readonly held: readonly Held[];
  readonly waiting: readonly Waiting[];
  readonly warnings: readonly string[];
  readonly counts: FleetCounts;
}
