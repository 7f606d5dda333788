import { compareRevisions } from "../application/compare-revisions.ts";
import type { Context } from "../application/context.ts";
import { printValidation } from "../application/print-validation.ts";
import { type ExitCode, exitCodes } from "../errors.ts";
import { painter } from "../lib/printable.ts";
import { renderDiffMarkdown } from "../report/diff-markdown.ts";
import { renderDiffText, sideName } from "../report/diff-text.ts";
import { renderJson } from "../report/plan-reports.ts";
import type { DiffOptions } from "./options/diff-options.ts";

/** What a change of the inventory declares differently. */
export async function diff(options: DiffOptions, context: Context): Promise<ExitCode> {
  const { output, log, terminal } = context;
  const comparison = await compareRevisions(options.revisions, options, context);
  if (comparison.status === "invalid") {
    const { side, loaded } = comparison;
    const isWorkTree = side.revision === null;
    log.say(`the inventory of the ${isWorkTree ? "work tree" : `revision ${sideName(side)}`} is invalid`);
    // Lines of the work tree would stand beside faults of another revision.
    printValidation(loaded, options, isWorkTree ? context : { ...context, terminal: { ...terminal, output: false } });
    return exitCodes.invalid;
  }
  const { report, places } = comparison;
  if (options.format === "json") output.out(renderJson(report));
  else if (options.format === "markdown") output.out(renderDiffMarkdown(report, places));
  else output.out(renderDiffText(report, painter(options.color && terminal.output), places, options));
  return exitCodes.done;
}
