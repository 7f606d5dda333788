import type { Context } from "../application/context.ts";
import { checkUp } from "../application/doctor/check-up.ts";
import { loadDeclared } from "../application/load-declared.ts";
import type { FleetOptions } from "../application/options.ts";
import { printValidation } from "../application/print-validation.ts";
import { type ExitCode, exitCodes } from "../errors.ts";
import { painter } from "../lib/printable.ts";
import { checkup } from "../model/checkup.ts";
import { renderCheckupText } from "../report/checkup-text.ts";
import { renderJson } from "../report/plan-reports.ts";

/** Checks what a run would need, and changes nothing. */
export async function doctor(options: FleetOptions, context: Context): Promise<ExitCode> {
  const { output, terminal } = context;
  const loaded = await loadDeclared(options, context);
  if (loaded.inventory === null) {
    printValidation(loaded, options, context);
    return exitCodes.invalid;
  }
  const result = checkup(await checkUp(loaded.inventory, loaded.diagnostics.length, options, context));
  const paint = painter(options.color && terminal.output);
  output.out(options.format === "json" ? renderJson(result) : renderCheckupText(result, paint));
  return result.summary.failure > 0 ? exitCodes.partial : exitCodes.done;
}
