import { count, type Paint, printableLine, type Style } from "../lib/printable.ts";
import type { ApplyReport, ChangeResult, ResultStatus, SlowHost } from "../model/result.ts";
import type { Fullness } from "./fullness.ts";
import { guardsBlock, heldBlock, listNames, textBlock, waitingBlock, warningsBlock } from "./remarks-text.ts";
import { type ResultEntry, resultEntries, resultName } from "./result-entries.ts";
import { transfersLine } from "./transfers-text.ts";

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
export function renderApplyText(report: ApplyReport, paint: Paint, { full = false }: Fullness = {}): string {
  const { results, held, waiting, warnings, guards = [] } = report;
  const problems = resultEntries(
    results.filter(({ status }) => status !== "done"),
    full,
  ).flatMap((entry) => entryLines(entry, paint));
  const remarks = [
    ...warningsBlock(warnings, paint, full),
    ...guardsBlock(paint("red", "Refused by guards:"), guards, full),
    ...heldBlock(held, paint),
    ...waitingBlock(waiting),
    ...slowestBlock(report, paint),
  ];
  const transfers = transfersLine(report);
  const lines = [
    ...(problems.length === 0 ? [] : ["", paint("bold", "Not done:"), ...problems]),
    ...(remarks.length === 0 ? [] : ["", ...remarks]),
    ...(transfers === null ? [] : [transfers]),
    applySummary(report),
  ];
  return `${lines.join("\n")}\n`;
}

/** Hosts from which on the slowest of them are named. */
const manyHosts = 10;

/** The slowest hosts, where there are so many that nobody would look for them. */
export const slowestOfMany = ({ results, slowest = [] }: ApplyReport): readonly SlowHost[] =>
  results.filter(({ id }) => id.startsWith("host/")).length > manyHosts ? slowest : [];

/** `12 s`, `3.4 s`, `25 min`. */
export function timeText(milliseconds: number): string {
  const seconds = milliseconds / 1_000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

function slowestBlock(report: ApplyReport, paint: Paint): readonly string[] {
  const slowest = slowestOfMany(report);
  const names = slowest.map(({ id }) => printableLine(id));
  const width = Math.max(0, ...names.map(({ length }) => length));
  return textBlock(
    paint("bold", "Slowest hosts:"),
    slowest.map(({ durationMs, step, stepMs }, index) => {
      const longest = paint("dim", `longest: ${printableLine(step)} ${timeText(stepMs)}`);
      return `${(names[index] ?? "").padEnd(width)}  ${timeText(durationMs).padStart(6)}  ${longest}`;
    }),
  );
}

const shownNames = 8;

/** One result in a line, or what many have in common with some of their names below. */
function entryLines({ results, status, title, message, code }: ResultEntry, paint: Paint): readonly string[] {
  const [first, ...others] = results;
  if (others.length === 0) return [resultLine(first, paint)];
  const reason = message === null ? "" : `: ${printableLine(message)} ${paint("dim", `[${code}]`)}`;
  return [
    `${paint(styles[status], status.padEnd(9))} ${title}${reason}`,
    `          ${listNames(results.map(resultName), shownNames)}`,
  ];
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
