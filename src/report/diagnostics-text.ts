import { count, type Paint, printableLine } from "../lib/printable.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { InventorySummary } from "../model/inventory.ts";
import { sourceExcerpt } from "./source-excerpt.ts";

/** A line of a file, from 1, or null when it cannot or may not be shown. */
export type LineOf = (file: string, line: number) => string | null;

/**
 * Every fault with its place, what is wrong, and what to write instead; with `lineOf` also the line that it is about
 * and a caret below it, in as many columns as there are.
 */
export function renderDiagnosticsText(
  diagnostics: readonly Diagnostic[],
  paint: Paint,
  lineOf: LineOf = () => null,
  columns: number | null = null,
): string {
  const withSecrets = new Set(diagnostics.filter(({ rule }) => rule === secretRule).map(({ file }) => file));
  return diagnostics
    .map((diagnostic) => {
      const { file, line, column, severity, rule, message, hint } = diagnostic;
      const style = severity === "error" ? "red" : "yellow";
      const text = withSecrets.has(file) || !pointsAtText(diagnostic) ? null : lineOf(file, line);
      const excerpt =
        text === null
          ? ""
          : sourceExcerpt(text, line, column, columns)
              .map((shown, index) => `${index === 0 ? shown : paint(style, shown)}\n`)
              .join("");
      return `${paint("bold", `${printableLine(file)}:${line}:${column}`)} ${paint(style, severity)} ${printableLine(message)} ${paint("dim", `[${rule}]`)}\n${excerpt}    ${printableLine(hint)}\n`;
    })
    .join("");
}

const secretRule = "secret-in-file";

const aboutFiles = new Set([
  "missing-file",
  "not-a-folder",
  "not-read",
  "unreadable-file",
  "file-too-large",
  "outside-folder",
  "invalid-set",
]);

/** Whether the place is one in the text, and not merely the start of a file for want of a better one. */
function pointsAtText({ rule, message, line, column }: Diagnostic): boolean {
  const atStart = line === 1 && column === 1;
  return !(atStart && aboutFiles.has(rule)) && !/\((?:given by|in) --set [^)]*\)$/.test(message);
}

export function renderValidationSummary(summary: InventorySummary): string {
  const { files, customers, environments, groups, hosts, errors, warnings } = summary;
  const found = [
    count(customers, "customer"),
    count(environments, "environment"),
    count(groups, "group"),
    count(hosts, "host"),
  ].join(", ");
  const verdict = errors > 0 ? `Invalid: ${count(errors, "fault")}` : "Valid";
  return `${verdict}${warnings > 0 ? `, ${count(warnings, "warning")}` : ""}. ${count(files, "file")}: ${found}.\n`;
}
