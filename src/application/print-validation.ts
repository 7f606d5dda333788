import { painter } from "../lib/printable.ts";
import { openSourceLines } from "../load/files/source-lines.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { renderDiagnosticsMarkdown } from "../report/diagnostics-markdown.ts";
import { renderDiagnosticsText, renderValidationSummary } from "../report/diagnostics-text.ts";
import { renderJson } from "../report/plan-reports.ts";
import { type Validation, validationDocument } from "../report/validation-reports.ts";
import type { Context } from "./context.ts";
import type { CommonOptions } from "./options.ts";

/** What loading said, on standard output, in the format that was asked for. */
export function printValidation(validation: Validation, options: CommonOptions, context: Context): void {
  context.output.out(render(validation, options, context));
}

function render(validation: Validation, options: CommonOptions, context: Context): string {
  const { diagnostics, summary } = validation;
  if (options.format === "json") return renderJson(validationDocument(validation));
  if (options.format === "markdown") return renderDiagnosticsMarkdown(diagnostics, summary, "");
  return renderFaults(diagnostics, options, context) + renderValidationSummary(summary);
}

/** Faults as text, on a terminal with the lines that they are about. */
export function renderFaults(
  diagnostics: readonly Diagnostic[],
  { inventory, color }: Pick<CommonOptions, "inventory" | "color">,
  { terminal }: Pick<Context, "terminal">,
): string {
  const lineOf = terminal.output ? openSourceLines(inventory) : undefined;
  return renderDiagnosticsText(diagnostics, painter(color && terminal.output), lineOf, terminal.columns);
}
