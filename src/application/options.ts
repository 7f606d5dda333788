import type { PlanScope } from "../model/plan.ts";

export type Format = "text" | "json" | "markdown";
export type LogLevel = "error" | "warn" | "info" | "debug";

/** A setting of dtsync.yaml for one run, from `--set PATH=VALUE`. */
export interface SetOverride {
  readonly path: string;
  readonly value: unknown;
  readonly text: string;
}

export interface ReportTarget {
  readonly kind: string;
  readonly file: string;
}

/** Every option and every variable of the environment that commands look at, typed; below this nobody reads them. */
export interface CommonOptions {
  readonly inventory: string;
  readonly set: readonly SetOverride[];
  readonly format: Format;
  readonly logLevel: LogLevel;
  readonly color: boolean;
  readonly progress: boolean;
  readonly report: readonly ReportTarget[];
}

export interface ExplainOptions extends CommonOptions {
  /** An id as in a plan, or a name. */
  readonly item: string;
}

export interface FmtOptions extends CommonOptions {
  readonly check: boolean;
}

export interface ValidateOptions extends CommonOptions {
  /** A Git revision; null: not narrowed. */
  readonly changedSince: string | null;
}

export interface DiffOptions extends CommonOptions {
  /** `BASE`, `BASE..HEAD` or `BASE...HEAD`; null: from the default base. */
  readonly revisions: string | null;
}

export interface FleetOptions extends CommonOptions {
  readonly scope: PlanScope;
  readonly sshConfig: string | null;
  readonly allowCommands: boolean;
  readonly concurrency: number | null;
}

export interface PlanOptions extends FleetOptions {
  readonly out: string | null;
  readonly detailedExitcode: boolean;
  /** A Git revision that origins of changes are told from. */
  readonly base: string | null;
}

export interface ApplyOptions extends FleetOptions {
  readonly planFile: string | null;
  /** Options of a plan were given, which do not go with a plan file. */
  readonly narrowed: boolean;
  readonly autoApprove: boolean;
  readonly allowRemovals: number | null;
  readonly allowUpdates: number | null;
  readonly skipStale: boolean;
  readonly shard: { readonly index: number; readonly total: number } | null;
}

export interface SandboxOptions extends CommonOptions {
  readonly state: string | null;
  readonly seed: string | null;
  readonly command: readonly string[];
}
