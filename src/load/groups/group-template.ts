import type { Group } from "../../model/inventory.ts";
import type { ValuePlace } from "../diagnostics/diagnostics.ts";
import type { GroupEntry } from "../schema/file-types.ts";
import type { EnvironmentMatcher } from "../settings/environment-match.ts";
import type { Positions } from "../yaml/positions.ts";
import type { Placeholder } from "./placeholders.ts";

/** A group as a file declares it. */
export interface GroupDeclaration {
  readonly entry: GroupEntry;
  readonly positions: Positions;
  /** The customer whose file it is in, or null. */
  readonly owner: string | null;
  /** The item of the list. */
  readonly where: ValuePlace;
}

/** One key of `access` with the permissions that it gives. */
export interface AccessKey {
  /** As the file has it. */
  readonly declared: string;
  readonly text: string;
  /** On the whole environment. */
  readonly permissions: readonly string[];
  /** Roles and permissions that these come from, as the file has them. */
  readonly rights: readonly string[];
  readonly managementZones: readonly ZoneKey[];
  readonly where: ValuePlace;
}

/** A name of management zones, or a glob over their names, with the permissions that it gives there. */
export interface ZoneKey {
  /** As the file has it; placeholders stand for the environment that the zone is in. */
  readonly declared: string;
  readonly permissions: readonly string[];
  readonly rights: readonly string[];
  readonly where: ValuePlace;
}

/** A declaration that was checked by itself, ready to be filled in. Texts may hold placeholders. */
export interface GroupTemplate {
  readonly declaration: GroupDeclaration;
  readonly name: string;
  readonly placeholders: ReadonlySet<Placeholder>;
  readonly state: Group["state"];
  readonly previously: readonly string[];
  readonly isClusterAdminGroup: boolean | null;
  readonly ldapGroupNames: readonly string[] | null;
  readonly ssoGroupNames: readonly string[] | null;
  readonly access: readonly AccessKey[] | null;
  readonly clusters: readonly string[] | null;
  /** Null: nothing but access says which environments are meant. */
  readonly match: GroupMatch | null;
}

/** The environments that a group is about at all. */
export interface GroupMatch {
  readonly matches: EnvironmentMatcher;
  /** Names and globs that it compares an environment with. */
  readonly patterns: number;
  readonly where: ValuePlace;
}
