import { compareText } from "../../lib/text.ts";
import type { Inventory } from "../../model/inventory.ts";
import type { LoadOptions } from "../load-inventory.ts";
import { openExplainer } from "./explain-item.ts";
import type { Settings } from "./explain-levels.ts";
import { allItems, type InventoryItem } from "./find-item.ts";

/** An item whose settings are explained when they are asked for. */
export interface ExplainableItem {
  readonly id: string;
  /** Null: the files are not any more what was loaded. */
  explain(): Settings | null;
}

/**
 * Those items of an inventory that `wants` takes, by their ids as in changes, in the order in which the file of each
 * customer is read once. Explaining one before going on to the next keeps the memory small.
 */
export function* explainMany(
  options: LoadOptions,
  inventory: Inventory,
  wants: (id: string) => boolean,
): Generator<ExplainableItem> {
  const wanted = allItems(inventory).filter(({ id }) => wants(id));
  const explain = wanted.length === 0 ? null : openExplainer(options, inventory);
  if (explain === null) return;
  const placed = wanted.map((item) => ({ item, file: fileOf(item) }));
  for (const { item } of placed.sort((left, right) => compareText(left.file, right.file))) {
    yield { id: item.id, explain: () => explain(item) };
  }
}

/** Items with the same text are explained from the same declarations. */
function fileOf(item: InventoryItem): string {
  if (item.kind === "group") return `group ${item.group.place.file}:${item.group.place.line}`;
  return `customer ${item.kind === "host" ? item.host.customer : item.environment.customer}`;
}
