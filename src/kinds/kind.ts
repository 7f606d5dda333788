/**
 * What the common half of dtsync (planner, executor, reports) knows of the kinds: a change belongs to a kind, a kind to a
 * family. A family is what is declared, read, chosen with --only and made together (a group with its permissions); a kind
 * is what a change is about. The tables in `kinds.ts` have one entry for each, and everything else asks them.
 */
import type { Value } from "../lib/json.ts";
import type {
  Change,
  ChangeKind,
  Changes,
  Columns,
  DeclaredChange,
  DeclaredChanges,
  Family,
  FamilyChange,
} from "../model/change.ts";
import type { Undeclared } from "../model/difference.ts";
import type { Environment, Group, Host, Inventory } from "../model/inventory.ts";
import type { Observed, ObservedCluster, ObservedEnvironment } from "../model/observed.ts";
import type { Held, Waiting } from "../model/plan.ts";

/** Where an action counts in the summary of a plan. What is removed needs a limit of removals. */
export type Count = "create" | "update" | "remove" | "deploy";

/** What stands before a change, for people who scan a list: it adds, changes, takes away, or brings an agent to an environment. */
export type Sign = "+" | "~" | "-" | "»";

/** An order in which changes can be made: what appears, then groups, then hosts; what is taken away goes last. */
export const phases = ["appear", "groups", "group-removals", "hosts", "disable", "delete"] as const;
type Phase = (typeof phases)[number];

/** What an action of a kind means for everything that is common to all kinds. */
export interface ActionRules {
  readonly count: Count;
  readonly sign: Sign;
  readonly phase: Phase;
  /** It brings into being what it is about, so that the item cannot have drifted. */
  readonly startsItem: boolean;
}

/** A field of a change on both sides; undefined: that side does not have it. */
export interface FieldValues {
  readonly field: string;
  readonly before: Value | undefined;
  readonly after: Value | undefined;
}

/** One line of a change's details: a field with what it is and what it becomes. Null: there is nothing on that side. */
export interface DetailLine {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}

/**
 * What many changes can undergo alike: each field by itself, or the change as a whole. Whole ones are alike where `key`
 * is the same; from `least` on they are shown once, with their details unless items of one place differ in them.
 */
type Sharing =
  | { readonly by: "field" }
  | {
      readonly by: "change";
      readonly key: readonly unknown[];
      readonly least: number;
      readonly showsDetails: boolean;
    };

/** What changes of a plan that are of one action have to have in common to be shown as one. */
export interface Folding {
  readonly fields: readonly FieldValues[];
  /** Fields that only name the item: they may differ. */
  readonly naming: readonly string[];
  /** Fields that the title tells where they are the same. */
  readonly titled: readonly string[];
  /** From how many on they are one. */
  readonly least: number;
  /** It is too important to be put together with what is not just alike. */
  readonly apart: boolean;
}

/** Where `explain` has the setting behind a field of a change. */
interface ExplainedField {
  /** Id of the item. */
  readonly item: string;
  readonly path: string;
  /** The value is a list of rights, which roles lead to. */
  readonly rights: boolean;
}

/** What a change of a plan file says otherwise than the inventory. */
export interface Contradiction {
  /** In the change. */
  readonly path: readonly string[];
  readonly message: string;
}

/** What a reviewed change is compared with. */
export interface ReviewWorld {
  readonly inventory: Inventory;
  /** The inventory's hosts and those of the host commands that ran. */
  readonly hosts: readonly Host[];
  readonly observed: Observed;
  /** Ids of the groups that a fresh plan creates. */
  readonly newGroups: ReadonlySet<string>;
}

/**
 * How what is there compares with a reviewed change: as it was when the plan was made, as the change would make it, or
 * neither.
 */
export type ReviewMatch =
  | { readonly match: "as-planned" | "as-wanted" }
  | { readonly match: "other"; readonly reason: string };

/** The part of a fresh change that a reviewed one asks for, or the first field in which they differ. */
export type Narrowed<C> = { readonly change: C } | { readonly differs: string };

/**
 * What a plan file may do with changes of a kind: choose among those of a fresh plan. Nothing of a reviewed change is ever
 * carried out itself.
 */
export interface ReviewRules<K extends ChangeKind> {
  /** What the inventory never asks for, whatever clusters and hosts are like. */
  contradictions(inventory: Inventory): (change: Changes[K]) => readonly Contradiction[];
  compare(world: ReviewWorld): (change: Changes[K]) => ReviewMatch;
  narrow(fresh: Changes[K], reviewed: Changes[K]): Narrowed<Changes[K]>;
}

/** What is common to all changes of a kind. */
export interface KindRules<K extends ChangeKind> {
  /** What changes of it are called together, for example `Environments`. */
  readonly heading: string;
  /** What one item is called in a count. */
  readonly noun: string;
  action(change: DeclaredChanges[K]): ActionRules;
  /** The id of a change that is about this. */
  idOf(change: Columns[K] & { readonly cluster: string }): string;
  /** The fields that each side of a change holds as far as it holds any; `fields` names the same ones. */
  heldFields(change: Changes[K]): readonly (readonly string[])[];
  /** Id of the item that the change is counted for; permissions count for their group. */
  item(change: Changes[K]): string;
  /** Whether the dependent change must not be made without this one; other dependencies are mere order. */
  isFoundationOf(change: Changes[K], dependent: Change): boolean;
  /** Tells of a change whether the inventory declares what it is about. */
  declaredIn(inventory: Inventory): (change: Changes[K]) => boolean;
  /** Whether it takes something away from a group that is kept for emergencies; `names` are exact. */
  weakens(change: Changes[K], names: ReadonlySet<string>): boolean;
  /** What a change does, in words, or what several of one action do alike; there is at least one. */
  title(changes: readonly [Changes[K], ...Changes[K][]]): string;
  details(change: Changes[K]): readonly DetailLine[];
  /** What the change is about, in words. */
  describe(change: DeclaredChanges[K]): string;
  /** The item by its name alone. */
  name(item: Columns[K]): string;
  /** The same where items of several groups or clusters stand side by side. */
  fullName(item: Columns[K] & { readonly cluster: string }): string;
  fields(change: DeclaredChanges[K]): readonly FieldValues[];
  sharing(change: DeclaredChanges[K]): Sharing;
  folding(change: Changes[K]): Folding;
  /** Permissions that a group had before and does not have afterwards. */
  lostRights(change: Changes[K]): readonly string[];
  /** What many changes undergo alike, in words; null: as their details say. */
  sharedTitle(changes: readonly DeclaredChanges[K][], details: readonly string[]): string | null;
  explained(change: DeclaredChanges[K], field: string): ExplainedField;
}

/**
 * Who an item belongs to: what --target and --exclude are matched against, and where it stands. Null where a coordinate
 * does not apply.
 */
export interface Coordinates {
  readonly cluster: string;
  readonly customer: string | null;
  readonly environment: string | null;
  readonly group: string | null;
  readonly host: string | null;
  /** Of rights on a management zone; left out: it does not apply. */
  readonly managementZone?: string;
}

/** What of everything that is declared a run is about. */
export interface Selection {
  includes(family: Family): boolean;
  /** True when targets, excludes and --changed-since let the item through; families are checked apart. */
  matches(item: Coordinates): boolean;
  /** True when an exclude is about the item: then it is not made for the sake of another one either. */
  excludes(item: Coordinates): boolean;
  /** The same for a group, which is looked at too when only some of its rights are affected. */
  matchesGroup(group: Group): boolean;
}

/** What one cluster is planned from. Its environments could be read; the rest may be missing. */
export interface ClusterInput {
  readonly cluster: string;
  readonly inventory: Inventory;
  /** Those of the inventory on this cluster. */
  readonly environments: readonly Environment[];
  readonly groups: readonly Group[];
  readonly hosts: readonly Host[];
  /** Where hosts of the whole inventory are reached, unless they are absent. */
  readonly occupied: ReadonlySet<string>;
  readonly observed: Observed;
  readonly reading: ObservedCluster;
  /** By id in lower case. */
  readonly observedEnvironments: ReadonlyMap<string, ObservedEnvironment>;
  /** Environments with a source of hosts that could not be read. */
  readonly incompleteHostLists: ReadonlySet<string>;
  readonly selection: Selection;
  readonly createdAt: Date;
}

/** What a family adds to the plan of a cluster. */
export interface FamilyPlan<F extends Family> {
  readonly changes: readonly FamilyChange<F>[];
  readonly held: readonly Held[];
  readonly waiting: readonly Waiting[];
  readonly warnings: readonly string[];
  /** Ids of items that were compared, in scope. */
  readonly compared: readonly string[];
  /** What is on the cluster and not in the inventory, by name. */
  readonly unmanaged: readonly string[];
}

/** What a family adds to the difference of two inventories. */
export interface FamilyDifference {
  readonly changes: readonly DeclaredChange[];
  readonly unmanaged: readonly Undeclared[];
}

/** What is common to the items of a family. */
export interface FamilyRules<F extends Family> {
  /** Plans the items of one cluster; `earlier` are changes of families that were planned before. */
  plan(input: ClusterInput, earlier: readonly Change[]): FamilyPlan<F>;
  /** How many items of the cluster are in scope. */
  inScope(input: Pick<ClusterInput, "environments" | "groups" | "hosts" | "selection">): number;
  /** What `safety.maxUpdates` is a share of on a cluster; null: it does not limit this family. */
  limitedBy(inventory: Inventory, cluster: string): number | null;
  /** What the later inventory declares differently; null: nothing was declared before. */
  difference(before: Inventory | null, after: Inventory): FamilyDifference;
}
