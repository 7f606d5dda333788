import { count, type Paint, printableLine, type Style } from "../lib/printable.ts";
import type { ApplyReport, ChangeResult, ResultStatus } from "../model/result.ts";

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

/** How an apply ended: what was not done with its reason, then counts. What was done was shown while it happened. */
export function renderApplyText(report: ApplyReport, paint: Paint): string {
  const problems = report.results.filter(({ status }) => status !== "done");
  const { done, failed, uncertain, skipped, stale } = report.summary;
  const lines = problems.map((result) => resultLine(result, paint));
  if (lines.length > 0) lines.unshift("", paint("bold", "Not done:"));
  const counts = [`${done} done`, `${failed} failed`, `${uncertain} uncertain`, `${skipped} skipped`, `${stale} stale`];
  const total = report.results.length;
  lines.push(total === 0 ? "Nothing to do." : `Applied ${count(total, "change")}: ${counts.join(", ")}.`);
  return `${lines.join("\n")}\n`;
}
