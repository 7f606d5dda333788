import type { Context } from "../application/context.ts";
import type { ExplainOptions } from "../application/options.ts";
import { loadDeclared, loadOptions } from "../application/session.ts";
import { DtsyncError, type ExitCode, exitCodes, usageError } from "../errors.ts";
import { painter } from "../lib/printable.ts";
import { explainItem } from "../load/explain-item.ts";
import { findItem } from "../load/find-item.ts";
import { renderExplanationText } from "../report/explanation-text.ts";
import { renderJson } from "../report/plan-reports.ts";
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
