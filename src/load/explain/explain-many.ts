import type { Inventory } from "../../model/inventory.ts";
import { createExplainer, type ExplainedSettings } from "./explain-item.ts";
import { allItems } from "./find-item.ts";
import type { LoadNotes } from "./load-notes.ts";

/** An item whose settings are explained when they are asked for. */
interface ExplainableItem {
  readonly id: string;
  explain(): ExplainedSettings;
}

/** Those items of an inventory, loaded with these notes, that `wants` takes, by their ids as in changes. */
export function explainMany(
  notes: LoadNotes,
  inventory: Inventory,
  wants: (id: string) => boolean,
): readonly ExplainableItem[] {
  const explain = createExplainer(notes, inventory);
  return allItems(inventory)
    .filter(({ id }) => wants(id))
    .map((item) => ({ id: item.id, explain: () => explain(item) }));
}
