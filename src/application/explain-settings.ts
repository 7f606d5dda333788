import { usageError } from "../errors.ts";
import { explainItem } from "../load/explain/explain-item.ts";
import { findItem } from "../load/explain/find-item.ts";
import type { LoadNotes } from "../load/explain/load-notes.ts";
import type { Explanation } from "../model/explanation.ts";
import type { Inventory } from "../model/inventory.ts";

/** The effective settings of the item with this id or name. Throws a usage error where there is none, or several. */
export function explainSettings(item: string, inventory: Inventory, notes: LoadNotes): Explanation {
  const found = findItem(inventory, item);
  if ("message" in found) throw usageError(found.message, found.hint);
  return explainItem(notes, inventory, found.item);
}
