import { type ExitCode, exitCodes } from "../errors.ts";
import { painter } from "../lib/printable.ts";
import { editDocument, renderEditSummary, renderEditText } from "../report/edit-report.ts";
import { renderJson } from "../report/plan-reports.ts";
import { warningLines } from "../report/warning-lines.ts";
import type { ChangeOptions, InventoryChange } from "./change-inventory.ts";
import type { Context } from "./context.ts";

/** Says what was changed in the inventory. Null: nothing, and why has been said. */
export function printChange(change: InventoryChange | null, options: ChangeOptions, context: Context): ExitCode {
  if (change === null) return exitCodes.invalid;
  const report = { dryRun: options.dryRun, ...change };
  if (options.format === "json") context.output.out(renderJson(editDocument(report)));
  else context.output.out(renderEditText(report, painter(options.color && context.terminal.output)));
  for (const line of warningLines(change.warnings)) context.log.warn(line);
  context.output.err(renderEditSummary(report));
  return exitCodes.done;
}
