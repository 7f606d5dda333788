import { DtsyncError, type ExitCode, exitCodes } from "../errors.ts";
import { explainItem } from "../inventory/explain-item.ts";
import { findItem } from "../inventory/find-item.ts";
import { renderExplanationText } from "../report/explanation-text.ts";
import { renderJson } from "../report/plan-reports.ts";
import { painter } from "../report/printable.ts";
import type { Context } from "./context.ts";
import { type ExplainOptions, usageError } from "./options.ts";
import { loadDeclared, loadOptions } from "./session.ts";
import { printValidation } from "./validate.ts";

/** Shows the effective settings of one item, each with the place that it comes from. */
export async function explain(options: ExplainOptions, context: Context): Promise<ExitCode> {
  const loaded = await loadDeclared(options, context);
  if (loaded.inventory === null) {
    printValidation(loaded, options, context);
    return exitCodes.invalid;
  }
  const found = findItem(loaded.inventory, options.item);
  if ("message" in found) throw usageError(found.message, found.hint);
  const explanation = explainItem(loadOptions(options, context), loaded.inventory, found.item);
  if (explanation === null) {
    throw new DtsyncError("the inventory changed while it was read", {
      exitCode: exitCodes.failed,
      hint: "Run the command again.",
    });
  }
  const paint = painter(options.color && context.terminal.output);
  context.output.out(options.format === "json" ? renderJson(explanation) : renderExplanationText(explanation, paint));
  return exitCodes.done;
}
