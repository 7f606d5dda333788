import type { DeclaredEnvironmentChange, EnvironmentChange, EnvironmentColumns } from "../kinds/environment/change.ts";
import type {
  DeclaredGroupChange,
  GroupChange,
  GroupColumns,
  PermissionChange,
  PermissionColumns,
} from "../kinds/group/change.ts";
import type { DeclaredHostChange, HostChange, HostColumns } from "../kinds/host/change.ts";
import type {
  DeclaredZonePermissionChange,
  ZonePermissionChange,
  ZonePermissionColumns,
} from "../kinds/zone-permission/change.ts";

/**
 * The kinds of changes. A new kind is a line here; the compiler then names every place that has to know of it. A family is
 * what is declared, read, chosen with --only and made together: a group with its permissions, for example.
 */
interface Kinds {
  readonly environment: Kind<"environment", EnvironmentColumns, EnvironmentChange, DeclaredEnvironmentChange>;
  readonly group: Kind<"group", GroupColumns, GroupChange, DeclaredGroupChange>;
  readonly permission: Kind<"group", PermissionColumns, PermissionChange, PermissionChange>;
  readonly "zone-permission": Kind<"group", ZonePermissionColumns, ZonePermissionChange, DeclaredZonePermissionChange>;
  readonly host: Kind<"host", HostColumns, HostChange, DeclaredHostChange>;
}

interface Kind<Family, Columns, Change, DeclaredChange> {
  readonly family: Family;
  /** Who or what a change is about. */
  readonly columns: Columns;
  /** In a plan. */
  readonly change: Change;
  /** In what two revisions declare differently. */
  readonly declared: DeclaredChange;
}

export type ChangeKind = keyof Kinds;
export type Family = Kinds[ChangeKind]["family"];
export type Columns = { readonly [K in ChangeKind]: Kinds[K]["columns"] };
export type Changes = { readonly [K in ChangeKind]: Kinds[K]["change"] };
export type DeclaredChanges = { readonly [K in ChangeKind]: Kinds[K]["declared"] };

/**
 * One change of a plan, as data: it can be printed, saved, compared and loaded again. `before` and `after` hold what the
 * change is about and nothing else, so that apply can tell whether the world is still as the plan saw it.
 */
export type Change = Changes[ChangeKind];
export type Action = Change["action"];

/** One difference between what two revisions declare. Every change of a plan is one, too. */
export type DeclaredChange = DeclaredChanges[ChangeKind];

export const familyOf: { readonly [K in ChangeKind]: Kinds[K]["family"] } = {
  environment: "environment",
  group: "group",
  permission: "group",
  "zone-permission": "group",
  host: "host",
};

type KindsOf<F extends Family> = { [K in ChangeKind]: Kinds[K]["family"] extends F ? K : never }[ChangeKind];

/** The changes of a family. */
export type FamilyChange<F extends Family> = Changes[KindsOf<F>];

/** Those of the changes that are of a family. */
export function ofFamily<F extends Family>(changes: readonly Change[], family: F): readonly FamilyChange<F>[] {
  return changes.filter(({ kind }) => familyOf[kind] === family) as readonly Change[] as readonly FamilyChange<F>[];
}
