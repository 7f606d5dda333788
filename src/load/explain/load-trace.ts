import type { Place } from "../../model/diagnostic.ts";
import type { Environment, Group, Host } from "../../model/inventory.ts";
import type { AccessKey, GroupTemplate } from "../groups/group-template.ts";
import type { Binding } from "../groups/placeholders.ts";
import type { LoadedFile } from "../load-context.ts";
import type { EnvironmentEntry, HostEntry } from "../schema/file-types.ts";
import type { LevelEntries, Levels } from "../settings/levels.ts";

/** How one level of settings was made. */
export interface LevelStep {
  readonly above: Levels;
  /** As the file has them, which is what positions are known of. */
  readonly declared: LevelEntries;
  /** What was merged. */
  readonly merged: LevelEntries;
  readonly file: LoadedFile<unknown>;
}

/**
 * Where resolved items come from, noted while they are resolved. A whole inventory is loaded without one: it would
 * keep every file in the memory.
 */
export interface LoadTrace {
  readonly levels: Map<Levels, LevelStep>;
  readonly environments: Map<
    Environment,
    { readonly levels: Levels; readonly key: string; readonly body: EnvironmentEntry }
  >;
  readonly hosts: Map<Host, { readonly levels: Levels; readonly item: HostEntry | null; readonly place: Place }>;
  readonly groups: Map<
    Group,
    { readonly template: GroupTemplate; readonly binding: Binding; readonly reached: readonly ReachedEnvironment[] }
  >;
  /** What every role names. */
  readonly roles: Map<string, readonly string[]>;
}

/** An access key that reaches an environment. */
export interface ReachedEnvironment {
  readonly key: AccessKey;
  readonly environment: Environment;
}

export function createLoadTrace(): LoadTrace {
  return { levels: new Map(), environments: new Map(), hosts: new Map(), groups: new Map(), roles: new Map() };
}
