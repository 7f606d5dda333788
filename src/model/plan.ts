import type { Change, Family } from "./change.ts";

/** Wanted, but not planned, because something could not be read or is not to be changed now. */
export interface Held {
  /** `environment/ID`, `cluster/NAME`, `cluster/NAME/groups`, `host/NAME`, `group/CLUSTER/NAME`, `source/FILE:LINE`. */
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

/** How the host changes of one environment are made: wave after wave. */
export interface PlannedRollout {
  readonly environment: string;
  readonly cluster: string;
  /** `canary`, `batch 1`, `batch 2` and so on, each with its hosts by name. */
  readonly waves: readonly { readonly wave: string; readonly hosts: readonly string[] }[];
  /** With more failures than that the hosts that are left are skipped. */
  readonly maxFailures: number;
}

export interface PlanScope {
  readonly targets: readonly string[];
  readonly excludes: readonly string[];
  readonly only: readonly `${Family}s`[];
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
  /** Left out in plans of older versions. */
  readonly rollouts?: readonly PlannedRollout[];
  readonly unmanaged: Readonly<
    Record<string, { readonly environments: readonly string[]; readonly groups: readonly string[] }>
  >;
  readonly guards: readonly Guard[];
  readonly warnings: readonly string[];
  readonly summary: PlanSummary;
}
