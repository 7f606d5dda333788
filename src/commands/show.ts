import type { Context } from "../application/context.ts";
import { documentMarkdown } from "../application/document-markdown.ts";
import { printPlanFaults } from "../application/print-plan-faults.ts";
import { readAnyDocument, whatIsShown } from "../application/read-any-document.ts";
import type { SavedDocument } from "../application/saved-document.ts";
import { type ExitCode, exitCodes } from "../errors.ts";
import { type Paint, painter, printableData } from "../lib/printable.ts";
import { renderApplyHtml } from "../report/apply-html.ts";
import { renderApplyText } from "../report/apply-text.ts";
import { renderDiagnosticsHtml } from "../report/diagnostics-html.ts";
import { renderDiagnosticsText, renderValidationSummary } from "../report/diagnostics-text.ts";
import { renderDiffHtml } from "../report/diff-html.ts";
import { renderDiffText } from "../report/diff-text.ts";
import { renderPlanHtml } from "../report/plan-html.ts";
import { renderJson } from "../report/plan-reports.ts";
import { renderPlanText } from "../report/plan-text.ts";
import type { ShowOptions } from "./options/show-options.ts";

/** Shows a document that dtsync wrote, as the command that made it would have. Reads the file alone. */
export async function show(options: ShowOptions, context: Context): Promise<ExitCode> {
  const read = await readAnyDocument(options.file, context);
  if ("faults" in read) {
    const message = `${options.file} is not a document that this version can show`;
    const refused = { message, hint: whatIsShown, exitCode: exitCodes.invalid, faults: read.faults };
    return printPlanFaults(refused, options, context);
  }
  const paint = painter(options.color && context.terminal.output);
  context.output.out(options.format === "json" ? renderJson(read.content) : render(read, options, paint));
  return exitCodes.done;
}

/** What a file says is no more to be trusted than what a host says. */
function render(document: SavedDocument, { format, full }: ShowOptions, paint: Paint): string {
  if (format === "html") return renderHtml(document);
  if (format === "markdown") return documentMarkdown(document);
  const { kind, content } = printableData(document);
  switch (kind) {
    case "plan":
      return renderPlanText(content, paint, { full });
    case "apply":
      return renderApplyText(content, paint, { full });
    case "diff":
      return renderDiffText(content, paint, new Map(), { full });
    case "validate":
      return renderDiagnosticsText(content.diagnostics, paint) + renderValidationSummary(content.summary);
  }
}

function renderHtml({ kind, content }: SavedDocument): string {
  switch (kind) {
    case "plan":
      return renderPlanHtml(content);
    case "apply":
      return renderApplyHtml(content);
    case "diff":
      return renderDiffHtml(content);
    case "validate":
      return renderDiagnosticsHtml(content.diagnostics, content.summary, "");
  }
}
