import { count, type Paint, printableLine } from "../../lib/printable.ts";
import { shortened } from "../../lib/text.ts";
import type { EnvironmentCounts } from "./rollout-tally.ts";

/** Environments that are shown at once. */
const mostShown = 8;
const longestName = 30;

/** A line for each environment that is being worked on, and one for all others. */
export function environmentLines(environments: readonly EnvironmentCounts[], paint: Paint): readonly string[] {
  // The counts of all hosts say the same.
  if (environments.length === 1 && environments[0]?.total === 1) return [];
  const isOver = ({ done, total }: EnvironmentCounts) => done === total;
  const active = environments.filter((each) => each.wave !== null && !isOver(each));
  const shown = active.slice(0, mostShown);
  const names = shown.map(({ environment }) => shortened(printableLine(environment), longestName));
  const numbers = shown.map(({ done, total }) => `${done}/${total}`);
  const [nameWidth, numberWidth] = [names, numbers].map((texts) => Math.max(0, ...texts.map(({ length }) => length)));
  const lines = shown.map(({ wave, failed, awaited }, index) =>
    [
      `  ${(names[index] ?? "").padEnd(nameWidth ?? 0)}`,
      (numbers[index] ?? "").padEnd(numberWidth ?? 0),
      wave,
      ...(failed > 0 ? [paint("red", `${failed} failed`)] : []),
      ...(awaited > 0 ? [`${awaited} to be seen`] : []),
    ].join("  "),
  );
  const over = environments.filter(isOver).length;
  const toCome = environments.filter((each) => each.wave === null && !isOver(each)).length;
  const others = [
    ...(active.length > shown.length ? [`${active.length - shown.length} under way`] : []),
    ...(over > 0 ? [`${over} done`] : []),
    ...(toCome > 0 ? [`${toCome} to come`] : []),
  ];
  const left = environments.length - shown.length;
  return shown.length === 0 || others.length === 0
    ? lines
    : [...lines, paint("dim", `  ${count(left, "more environment")}: ${others.join(", ")}`)];
}
