import { askReviews } from "../kinds/kinds.ts";
import { jsonPointer } from "../lib/json.ts";
import type { Change } from "../model/change.ts";
import type { Inventory } from "../model/inventory.ts";
import type { PlanFault } from "../model/plan-fault.ts";

/** What the changes of a plan file ask for and the inventory does not, whatever clusters and hosts are like. */
export function planContradictions(changes: readonly Change[], inventory: Inventory): readonly PlanFault[] {
  const contradictionsOf = askReviews((rules) => rules.contradictions(inventory));
  return changes.flatMap((change, index) =>
    contradictionsOf(change).map(({ path, message }) => ({
      pointer: jsonPointer(["changes", index, ...path]),
      message: `${change.id}: ${path.join(".")} ${message}`,
    })),
  );
}
