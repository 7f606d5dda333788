import { count, type Paint, printableLine, type Style } from "../lib/printable.ts";
import type { ApplyReport, ChangeResult, ResultStatus } from "../model/result.ts";
import { guardsBlock, heldBlock, waitingBlock, warningsBlock } from "./remarks-text.ts";

const styles: Readonly<Record<ResultStatus, Style>> = {
  done: "green",
  failed: "red",
  uncertain: "red",
  skipped: "yellow",
  stale: "yellow",
};

/** One line for a change that has ended. */
export function resultLine({ id, action, status, durationMs, error }: ChangeResult, paint: Paint): string {
  const duration = durationMs >= 100 ? paint("dim", ` ${(durationMs / 1_000).toFixed(1)} s`) : "";
  const reason = error ? `: ${printableLine(error.message)} ${paint("dim", `[${error.code}]`)}` : "";
  return `${paint(styles[status], status.padEnd(9))} ${action} ${printableLine(id)}${duration}${reason}`;
}

/**
 * How an apply ended: what was not done with its reason, what was never tried, then counts. What was done was shown while
 * it happened.
 */
export function renderApplyText(report: ApplyReport, paint: Paint): string {
  const problems = report.results.filter(({ status }) => status !== "done").map((result) => resultLine(result, paint));
  const remarks = [
    ...heldBlock(report.held, paint),
    ...waitingBlock(report.waiting),
    ...guardsBlock(paint("red", "Refused by guards:"), report.guards ?? []),
    ...warningsBlock(report.warnings, paint),
  ];
  const lines = [
    ...(problems.length === 0 ? [] : ["", paint("bold", "Not done:"), ...problems]),
    ...(remarks.length === 0 ? [] : ["", ...remarks]),
    applySummary(report),
  ];
  return `${lines.join("\n")}\n`;
}

/** Counts in one line. What is held is not "nothing to do". */
export function applySummary({ results, summary, held, guards }: ApplyReport): string {
  const items = held.reduce((sum, entry) => sum + entry.items, 0);
  if (guards !== undefined) return `Nothing was done: refused by a guard${held.length === 0 ? "" : `, ${items} held`}.`;
  if (results.length === 0 && held.length === 0) return "Nothing to do.";
  if (results.length === 0) {
    return `Nothing was done: ${items === 0 ? "not everything could be read" : `${count(items, "item is", "items are")} held`}.`;
  }
  const { done, failed, uncertain, skipped, stale } = summary;
  const counts = [`${done} done`, `${failed} failed`, `${uncertain} uncertain`, `${skipped} skipped`, `${stale} stale`];
  if (held.length > 0) counts.push(`${items} held`);
  return `Applied ${count(results.length, "change")}: ${counts.join(", ")}.`;
}
