import type { Count } from "../kinds/kind.ts";
import { actionRules, rulesOf } from "../kinds/kinds.ts";
import type { Change, DeclaredChange } from "../model/change.ts";
import type { Held, PlanSummary } from "../model/plan.ts";

/** How many changes count as what. */
export function countChanges(changes: readonly DeclaredChange[]): Readonly<Record<Count, number>> {
  const counts = { create: 0, update: 0, remove: 0, deploy: 0 };
  for (const change of changes) counts[actionRules(change).count] += 1;
  return counts;
}

/** Counts for the last line of a plan. `compared` are ids of the items in scope. */
export function summarise(changes: readonly Change[], held: readonly Held[], compared: readonly string[]): PlanSummary {
  const changed = new Set(changes.map((change) => rulesOf(change).item(change)));
  return {
    ...countChanges(changes),
    unchanged: compared.filter((id) => !changed.has(id)).length,
    held: held.reduce((sum, { items }) => sum + items, 0),
  };
}
