import { count } from "../lib/printable.ts";
import type { Diagnostic } from "../model/diagnostic.ts";

/** Warnings of one rule that are shown one by one; more would hide what the run itself has to say. */
const mostOfRule = 3;

/** The warnings of an inventory in few lines, for commands that are about something else. */
export function warningLines(warnings: readonly Diagnostic[]): readonly string[] {
  const seen = new Map<string, number>();
  const lines: string[] = [];
  for (const { rule, file, line, column, message } of warnings) {
    const number = (seen.get(rule) ?? 0) + 1;
    seen.set(rule, number);
    if (number <= mostOfRule) lines.push(`${file}:${line}:${column} ${message} [${rule}]`);
  }
  for (const [rule, number] of seen) {
    const rest = count(number - mostOfRule, "more warning");
    if (number > mostOfRule) lines.push(`and ${rest} of ${rule} (dtsync validate lists all)`);
  }
  return lines;
}
