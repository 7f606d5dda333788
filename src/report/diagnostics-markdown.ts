import type { Diagnostic } from "../model/diagnostic.ts";
import type { InventorySummary } from "../model/inventory.ts";
import { renderValidationSummary } from "./diagnostics-text.ts";
import { code, escapeMarkdown, fitMarkdown, markdownList } from "./markdown.ts";

/** The faults of an inventory for a merge request. `folder`: of the inventory in its repository, empty or with a slash at its end. */
export function renderDiagnosticsMarkdown(
  diagnostics: readonly Diagnostic[],
  summary: InventorySummary,
  folder: string,
): string {
  const items = (wanted: Diagnostic["severity"]) =>
    diagnostics
      .filter(({ severity }) => severity === wanted)
      .map(({ file, line, column, message, hint, rule }) => {
        const place = code(`${folder}${file}:${line}:${column}`);
        return `${place} ${escapeMarkdown(message)} (${code(rule)}). ${escapeMarkdown(hint)}`;
      });
  const lines = [
    "### dtsync validate",
    "",
    escapeMarkdown(renderValidationSummary(summary).trim()),
    "",
    ...markdownList("Faults", items("error")),
    ...markdownList("Warnings", items("warning")),
  ];
  return fitMarkdown(lines.join("\n"), "the output of dtsync validate");
}
