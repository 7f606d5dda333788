import type { Revision } from "../git/repository.ts";
import type { SetOverride } from "../load/yaml/set-overrides.ts";
import type { PlanScope } from "../model/plan.ts";

export type Format = "text" | "json" | "markdown";

/** A report that is written to a file besides the result on standard output. */
export interface ReportTarget<Kind extends string> {
  readonly kind: Kind;
  readonly file: string;
}

/** Options of every command that has to do with an inventory. */
export interface CommonOptions {
  /** The folder. */
  readonly inventory: string;
  readonly set: readonly SetOverride[];
  readonly format: Format;
  readonly color: boolean;
  readonly progress: boolean;
}

/** Options of every command that reaches clusters and hosts. */
export interface FleetOptions extends CommonOptions {
  readonly scope: PlanScope;
  /** In place of ~/.ssh/config. */
  readonly sshConfig: string | null;
  /** Whether commands that the inventory names may run here. */
  readonly allowCommands: boolean;
  /** Hosts worked on at once. */
  readonly concurrency: number;
  /** Whether what earlier runs have kept is used, and something is kept for later ones. */
  readonly cache: boolean;
  /** What the folder of the inventory is known to be; left out: Git is asked. */
  readonly revision?: Revision;
}
