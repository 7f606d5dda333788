import type { Inventory } from "../model/inventory.ts";
import type { Guard, Plan } from "../model/plan.ts";
import { type RaisedLimits, trippedLimits } from "../plan/guards.ts";

/** Guards that need nothing but the changes and the inventory. */
const countable = new Set(["maxRemovals", "maxUpdates", "protect"]);

/**
 * The guards that refuse a plan although limits were raised. What can be counted is counted from the changes, whatever
 * the plan says of it, so that an edited plan file hides nothing.
 */
export function remainingGuards(
  { changes, guards }: Pick<Plan, "changes" | "guards">,
  inventory: Inventory,
  raised: RaisedLimits,
): readonly Guard[] {
  return [...trippedLimits(changes, inventory, raised), ...guards.filter(({ guard }) => !countable.has(guard))];
}
