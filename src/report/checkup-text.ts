import { type Paint, printableLine } from "../lib/printable.ts";
import type { Check, CheckState, Checkup } from "../model/checkup.ts";

const marks: Readonly<Record<CheckState, readonly [mark: string, style: Parameters<Paint>[0]]>> = {
  ok: ["✓", "green"],
  warning: ["!", "yellow"],
  failure: ["✗", "red"],
  unknown: ["?", "yellow"],
};

/** A line for each check below what it is about, and what to do below those that need something. */
export function renderCheckupText({ checks, summary }: Checkup, paint: Paint): string {
  const lines: string[] = [];
  let scope = "";
  for (const check of checks) {
    if (check.scope !== scope) lines.push(...(scope === "" ? [] : [""]), paint("bold", printableLine(check.scope)));
    scope = check.scope;
    lines.push(...linesOf(check, paint));
  }
  const { ok, warning, failure, unknown } = summary;
  const parts = [`${ok} in order`, `${warning} to look at`, `${failure} that would fail`];
  if (unknown > 0) parts.push(`${unknown} not known`);
  return `${[...lines, "", `${parts.join(", ")}.`].join("\n")}\n`;
}

function linesOf({ state, message, advice }: Check, paint: Paint): readonly string[] {
  const [mark, style] = marks[state];
  const first = `  ${paint(style, mark)} ${printableLine(message)}`;
  return advice === null ? [first] : [first, `    ${paint("dim", printableLine(advice))}`];
}
