import type { Fields } from "../lib/json.ts";

export type ChangeKind = "environment" | "group" | "permission" | "host";

export type EnvironmentAction = "create" | "update" | "disable" | "enable" | "delete";
export type PermissionAction = "grant" | "update" | "revoke";
export type HostAction = "install" | "update" | "configure" | "move" | "uninstall";
export type Action = EnvironmentAction | PermissionAction | HostAction;

/**
 * One change, as data: it can be printed, saved, compared and loaded again. `before` and `after` hold what the change
 * is about and nothing else, so that apply can tell whether the world is still as the plan saw it.
 */
export interface Change {
  /** `environment/ID`, `group/CLUSTER/NAME`, `permission/CLUSTER/GROUP/ENVIRONMENT`, `host/NAME`. */
  readonly id: string;
  readonly kind: ChangeKind;
  readonly action: Action;
  readonly cluster: string;
  readonly customer: string | null;
  readonly environment: string | null;
  readonly group: string | null;
  readonly host: string | null;
  /** Null: there is nothing. For permissions a sorted list. */
  readonly before: Fields | readonly string[] | null;
  readonly after: Fields | readonly string[] | null;
  /** What differs; a dot leads into nested values, for example `quotas.hostUnits.maxLimit`. */
  readonly fields: readonly string[];
  readonly source: { readonly file: string; readonly line: number };
  /** Ids of changes of the same plan that must be done first. */
  readonly dependsOn: readonly string[];
  /** With --base: who caused it. */
  readonly origin: "change" | "pending" | "drift" | null;
  readonly notes: readonly string[];
}

/** Wanted, but not planned, because something could not be read. */
export interface Held {
  /** `cluster/NAME`, `cluster/NAME/groups`, `host/NAME`, `group/CLUSTER/NAME`, `source/FILE:LINE`. */
  readonly scope: string;
  readonly reason: string;
  readonly items: number;
}

/** An absent environment that stays disabled until it may be deleted. */
export interface Waiting {
  readonly id: string;
  /** ISO 8601 date (UTC day). */
  readonly until: string;
}

/** A guard that this plan trips. Apply refuses it unless the override is given; null: nothing overrides it. */
export interface Guard {
  readonly guard: string;
  readonly limit: number;
  readonly actual: number;
  readonly override: string | null;
  /** What tripped it: ids of environments or groups. */
  readonly items: readonly string[];
}

export interface PlanScope {
  readonly targets: readonly string[];
  readonly excludes: readonly string[];
  readonly only: readonly ("environments" | "groups" | "hosts")[];
  readonly changedSince: string | null;
  readonly hosts: "probe" | "skip";
}

export interface PlanSummary {
  readonly create: number;
  readonly update: number;
  readonly remove: number;
  readonly deploy: number;
  readonly unchanged: number;
  readonly held: number;
}

export interface ClusterFacts {
  readonly url: string;
  /** As the cluster gives it; null when it did not say. */
  readonly version: string | null;
  /** Requests sent to it while planning. */
  readonly requests: number;
}

export interface Plan {
  readonly format: "dtsync-plan/1";
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly dtsync: string;
  readonly inventory: { readonly digest: string; readonly commit: string | null; readonly dirty: boolean };
  readonly scope: PlanScope;
  readonly clusters: Readonly<Record<string, ClusterFacts>>;
  readonly changes: readonly Change[];
  readonly held: readonly Held[];
  readonly waiting: readonly Waiting[];
  readonly unmanaged: Readonly<
    Record<string, { readonly environments: readonly string[]; readonly groups: readonly string[] }>
  >;
  readonly guards: readonly Guard[];
  readonly warnings: readonly string[];
  readonly summary: PlanSummary;
}

/** A name as a part of a change id: `%` and `/` would make it ambiguous. */
export function encodeIdPart(name: string): string {
  return name.replaceAll("%", "%25").replaceAll("/", "%2F");
}

export const environmentChangeId = (id: string): string => `environment/${id}`;
export const groupChangeId = (cluster: string, name: string): string => `group/${cluster}/${encodeIdPart(name)}`;
export const permissionChangeId = (cluster: string, group: string, environment: string): string =>
  `permission/${cluster}/${encodeIdPart(group)}/${environment}`;
export const hostChangeId = (name: string): string => `host/${name}`;
