import { actionRules, allKinds, rulesOf } from "../kinds/kinds.ts";
import { sameValue } from "../lib/json.ts";
import type { Change } from "../model/change.ts";
import type { Inventory } from "../model/inventory.ts";

/** An inventory of some revision, and what a plan of it would change, from the same reading of the clusters. */
export interface PlannedRevision {
  readonly inventory: Inventory;
  readonly changes: readonly Change[];
}

type Origin = NonNullable<Change["origin"]>;

/** Who caused each change, as far as it is known. */
interface Origins {
  /** By id of change. */
  readonly settled: ReadonlyMap<string, Origin>;
  /** Wanted by both revisions, of something that exists: only older revisions tell whether it was ever otherwise. */
  readonly open: readonly Change[];
}

/**
 * What the base alone tells. `change`: a plan of the base would not make it, or otherwise. `pending`: the base wants
 * just the same, of something that is not there yet.
 */
export function originsFromBase(changes: readonly Change[], base: PlannedRevision): Origins {
  const byId = new Map(base.changes.map((change) => [change.id, change]));
  const created = new Set(changes.filter((change) => actionRules(change).count === "create").map(({ id }) => id));
  const settled = new Map<string, Origin>();
  const open: Change[] = [];
  for (const change of changes) {
    const same = byId.get(change.id);
    if (!same || !isSame(change, same)) settled.set(change.id, "change");
    else if (isNew(change, created)) settled.set(change.id, "pending");
    else open.push(change);
  }
  return { settled, open };
}

function isSame(left: Change, right: Change): boolean {
  return (
    left.action === right.action && sameValue([...left.fields], [...right.fields]) && sameValue(left.after, right.after)
  );
}

/** Whether it brings into being what it is about, or needs something that comes into being first. */
function isNew(change: Change, created: ReadonlySet<string>): boolean {
  return actionRules(change).startsItem || change.dependsOn.some((id) => created.has(id));
}

/**
 * What one older revision adds. Where it declares the item, and what is there now would satisfy it in some field, that
 * field was declared otherwise since and not applied: `pending`. Before the item was declared there is nothing to
 * learn: `drift`.
 */
export function originsFromOlder({ settled, open }: Origins, older: PlannedRevision): Origins {
  const byId = new Map(older.changes.map((change) => [change.id, change]));
  const declares = declarationsOf(older.inventory);
  const known = new Map(settled);
  const left: Change[] = [];
  for (const change of open) {
    if (!declares(change)) known.set(change.id, "drift");
    else if (satisfiesSome(change, byId.get(change.id))) known.set(change.id, "pending");
    else left.push(change);
  }
  return { settled: known, open: left };
}

function satisfiesSome(change: Change, older: Change | undefined): boolean {
  if (!older) return true;
  // What goes as a whole has no fields.
  if (change.after === null) return older.action !== change.action;
  const fields: readonly string[] = older.fields;
  return change.fields.some((field) => !fields.includes(field));
}

/** Tells of a change whether an inventory declares what it is about. */
function declarationsOf(inventory: Inventory): (change: Change) => boolean {
  const byKind = new Map(allKinds.map((kind) => [kind, rulesOf({ kind }).declaredIn(inventory)]));
  return (change) => byKind.get(change.kind)?.(change) ?? false;
}

/** The changes with their origins; what is still open when nothing older is known is `drift`. */
export function withOrigins(changes: readonly Change[], { settled }: Origins): readonly Change[] {
  return changes.map((change) => ({ ...change, origin: settled.get(change.id) ?? "drift" }));
}
