import { DtsyncError, exitCodes, usageError } from "../errors.ts";
import { explainItem } from "../load/explain/explain-item.ts";
import { findItem } from "../load/explain/find-item.ts";
import type { Explanation } from "../model/explanation.ts";
import type { Inventory } from "../model/inventory.ts";
import type { Context } from "./context.ts";
import { loadOptions } from "./load-declared.ts";
import type { CommonOptions } from "./options.ts";

/** The effective settings of the item with this id or name. Throws a usage error where there is none, or several. */
export function explainSettings(
  item: string,
  inventory: Inventory,
  options: CommonOptions,
  context: Context,
): Explanation {
  const found = findItem(inventory, item);
  if ("message" in found) throw usageError(found.message, found.hint);
  const explanation = explainItem(loadOptions(options, context), inventory, found.item);
  if (explanation === null) {
    throw new DtsyncError("the inventory changed while it was read", {
      exitCode: exitCodes.failed,
      hint: "Run the command again.",
    });
  }
  return explanation;
}
