import type { Environment, Group } from "../../model/inventory.ts";
import type { ValuePlace } from "../diagnostics/diagnostics.ts";
import type { Reporting } from "../diagnostics/reporting.ts";
import type { AccessKey, GroupTemplate } from "./group-template.ts";

/** What resolving groups needs from outside. */
export interface GroupsContext extends Reporting {
  /** Left out where it is not asked where values come from. */
  readonly notes?: GroupNotes;
}

/** What groups and roles were made of. */
export interface GroupNotes {
  readonly groups: Map<Group, GroupNote>;
  readonly roles: Map<string, RoleNote>;
}

export interface GroupNote {
  readonly template: GroupTemplate;
  readonly reached: readonly ReachedEnvironment[];
}

/** An access key that reaches an environment. */
export interface ReachedEnvironment {
  readonly key: AccessKey;
  readonly environment: Environment;
}

interface RoleNote {
  /** Permissions and roles that the role names. */
  readonly names: readonly string[];
  readonly where: ValuePlace;
}
