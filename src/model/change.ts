import type { DeclaredEnvironmentChange, EnvironmentChange, EnvironmentColumns } from "../kinds/environment/change.ts";
import type {
  DeclaredGroupChange,
  GroupChange,
  GroupColumns,
  PermissionChange,
  PermissionColumns,
} from "../kinds/group/change.ts";
import type { DeclaredHostChange, HostChange, HostColumns } from "../kinds/host/change.ts";

/**
 * One change of a plan, as data: it can be printed, saved, compared and loaded again. `before` and `after` hold what the
 * change is about and nothing else, so that apply can tell whether the world is still as the plan saw it.
 */
export type Change = Changes[ChangeKind];

/** The kinds of changes. A new kind is a line here; the compiler then names every place that has to know of it. */
export interface Changes {
  readonly environment: EnvironmentChange;
  readonly group: GroupChange;
  readonly permission: PermissionChange;
  readonly host: HostChange;
}

export type ChangeKind = keyof Changes;
export type Action = Change["action"];

/** What two revisions declare differently. Every change of a plan is one, too. */
export type DeclaredChange = { readonly [K in ChangeKind]: DeclaredChanges[K] }[ChangeKind];

export interface DeclaredChanges {
  readonly environment: DeclaredEnvironmentChange;
  readonly group: DeclaredGroupChange;
  readonly permission: PermissionChange;
  readonly host: DeclaredHostChange;
}

/** Who or what a change of each kind is about. */
export interface Columns {
  readonly environment: EnvironmentColumns;
  readonly group: GroupColumns;
  readonly permission: PermissionColumns;
  readonly host: HostColumns;
}

/** The family of each kind: what is declared, read, chosen with --only, and made together. */
export const familyOf = {
  environment: "environment",
  group: "group",
  permission: "group",
  host: "host",
} as const satisfies Record<ChangeKind, string>;

export type Family = (typeof familyOf)[ChangeKind];

type KindsOf<F extends Family> = { [K in ChangeKind]: (typeof familyOf)[K] extends F ? K : never }[ChangeKind];

/** The changes of a family. */
export type FamilyChange<F extends Family> = Changes[KindsOf<F>];

/** Those of the changes that are of a family. */
export function ofFamily<F extends Family>(changes: readonly Change[], family: F): readonly FamilyChange<F>[] {
  return changes.filter(({ kind }) => familyOf[kind] === family) as readonly Change[] as readonly FamilyChange<F>[];
}
