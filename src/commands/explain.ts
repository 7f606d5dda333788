import type { Context } from "../application/context.ts";
import { explainSettings } from "../application/explain-settings.ts";
import { loadExplainableOrPrint } from "../application/load-or-print.ts";
import { type ExitCode, exitCodes } from "../errors.ts";
import { painter } from "../lib/printable.ts";
import { renderExplanationText } from "../report/explanation-text.ts";
import { renderJson } from "../report/plan-reports.ts";
import type { ExplainOptions } from "./options/explain-options.ts";

/** Shows the effective settings of one item, each with the place that it comes from. */
export async function explain(options: ExplainOptions, context: Context): Promise<ExitCode> {
  const loaded = await loadExplainableOrPrint(options, context);
  if (loaded === null) return exitCodes.invalid;
  const explanation = explainSettings(options.item, loaded.inventory, loaded.notes);
  const paint = painter(options.color && context.terminal.output);
  context.output.out(options.format === "json" ? renderJson(explanation) : renderExplanationText(explanation, paint));
  return exitCodes.done;
}
