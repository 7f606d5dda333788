import type { FleetCounts } from "../model/fleet.ts";
import { severityLevel, severityLevels } from "./severity-level.ts";

/** How many problems there are of each level, from the gravest on. */
export const problemsByLevel = (problems: Readonly<Record<string, number>>): readonly number[] =>
  severityLevels.map((level) =>
    Object.entries(problems)
      .filter(([severity]) => severityLevel(severity) === level)
      .reduce((sum, [, number]) => sum + number, 0),
  );

/** What there is of trouble, from the gravest on: open problems, then what is not known, held, not seen, elsewhere and to be changed. */
export const troubleOf = (counts: FleetCounts): readonly number[] => [
  ...problemsByLevel(counts.problems),
  counts.unknown,
  counts.held,
  counts.hostsMissing + counts.hostsElsewhere,
  counts.drift,
];

/** What has more of the first thing in which both differ comes first. */
export function moreFirst(left: readonly number[], right: readonly number[]): number {
  const first = left.findIndex((number, index) => number !== right[index]);
  return first < 0 ? 0 : (right[first] ?? 0) - (left[first] ?? 0);
}
