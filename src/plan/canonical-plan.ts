import { sortedSet } from "../lib/text.ts";
import type { Change } from "../model/change.ts";
import type { Guard, Plan } from "../model/plan.ts";

/** A guard that tripped, as another program may have written it: without what it is about. */
type ForeignGuard = Omit<Guard, "items"> & Partial<Pick<Guard, "items">>;

/** A plan as another program may have written it: with sets in an order of its own, too. */
export type ForeignPlan = Omit<Plan, "guards"> & { readonly guards: readonly ForeignGuard[] };

export const canonicalGuards = (guards: readonly ForeignGuard[]): readonly Guard[] =>
  guards.map((guard) => ({ ...guard, items: guard.items ?? [] }));

/** The same as dtsync writes it, so that equal plans have equal texts. */
export const canonicalPlan = (plan: ForeignPlan): Plan => ({
  ...plan,
  changes: plan.changes.map(canonicalChange),
  guards: canonicalGuards(plan.guards),
});

/** Fields whose values are sets. */
const sets: ReadonlySet<string> = new Set(["tags", "hostTags"]);

const canonicalChange = (change: Change): Change =>
  ({ ...change, before: canonicalSide(change.before), after: canonicalSide(change.after) }) as Change;

/** Rights are a set; of other sides, single fields are. */
function canonicalSide(side: unknown): unknown {
  if (isTexts(side)) return sortedSet(side);
  if (typeof side !== "object" || side === null) return side;
  return Object.fromEntries(
    Object.entries(side).map(([field, value]) => [
      field,
      sets.has(field) && isTexts(value) ? sortedSet(value) : (value as unknown),
    ]),
  );
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");
