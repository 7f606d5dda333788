import { printableData } from "../lib/printable.ts";
import { renderApplyMarkdown } from "../report/apply-markdown.ts";
import { renderDiagnosticsMarkdown } from "../report/diagnostics-markdown.ts";
import { renderDiffMarkdown } from "../report/diff-markdown.ts";
import { renderPlanMarkdown } from "../report/plan-markdown.ts";
import type { SavedDocument } from "./saved-document.ts";

/** A saved document as the command that made it would have given it with `--format markdown`. */
export function documentMarkdown(document: SavedDocument): string {
  const { kind, content } = printableData(document);
  switch (kind) {
    case "plan":
      return renderPlanMarkdown(content);
    case "apply":
      return renderApplyMarkdown(content);
    case "diff":
      return renderDiffMarkdown(content);
    case "validate":
      return renderDiagnosticsMarkdown(content.diagnostics, content.summary, "");
  }
}
