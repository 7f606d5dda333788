import type { Environment } from "../../model/inventory.ts";
import type { HostNotes, HostsContext } from "../hosts/hosts-context.ts";
import type { EnvironmentEntry } from "../schema/file-types.ts";
import type { IdTemplate } from "../settings/id-template.ts";
import type { Levels } from "../settings/levels.ts";

/** What resolving customers needs from outside. */
export interface CustomersContext extends HostsContext {
  readonly notes?: CustomerNotes;
}

/** What environments were made of. */
export interface CustomerNotes extends HostNotes {
  readonly environments: Map<Environment, EnvironmentNote>;
}

export interface EnvironmentNote {
  readonly levels: Levels;
  readonly body: EnvironmentEntry;
  /** What the id was made by; null: the environment has one of its own, or no template is declared. */
  readonly idTemplate: IdTemplate | null;
}
