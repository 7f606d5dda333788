import { compareText } from "../lib/text.ts";
import type { ObservedGroup } from "../model/observed.ts";
import type { MatchFields } from "./find-match.ts";
import type { PlacedEnvironment } from "./place-environments.ts";
import type { Granted } from "./rights.ts";

/** A group as a file declares it, keys in the order of the format. */
export interface GroupEntry {
  readonly name: string;
  readonly clusters?: readonly string[];
  readonly ldapGroupNames?: readonly string[];
  readonly ssoGroupNames?: readonly string[];
  readonly isClusterAdminGroup?: true;
  readonly match?: MatchFields;
  readonly access?: Readonly<Record<string, AccessEntry>>;
}

/** A role, a permission, or several permissions. */
export type RightsEntry = string | readonly string[];
export type AccessEntry =
  | RightsEntry
  | { readonly permissions?: RightsEntry; readonly managementZones: Readonly<Record<string, RightsEntry>> };

/** A group on a cluster with what can be declared of it. */
export interface Member {
  readonly observed: ObservedGroup;
  readonly cluster: string;
  /** By environment; null: its rights are not declared. */
  readonly access: ReadonlyMap<PlacedEnvironment, Granted> | null;
}

/** A group whose rights have no roles yet. */
export type RawGroup = Omit<GroupEntry, "access"> & { readonly access?: Readonly<Record<string, Granted>> };

/** The groups of a directory that are mapped to it, as far as there are some. */
export const mappings = ({
  ldapGroupNames,
  ssoGroupNames,
}: Pick<ObservedGroup, "ldapGroupNames" | "ssoGroupNames">) => ({
  ...(ldapGroupNames.length === 0 ? {} : { ldapGroupNames: [...ldapGroupNames].sort(compareText) }),
  ...(ssoGroupNames.length === 0 ? {} : { ssoGroupNames: [...ssoGroupNames].sort(compareText) }),
});
