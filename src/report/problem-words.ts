import { printableLine } from "../lib/printable.ts";
import { type FleetEnvironment, type FleetProblem, severities } from "../model/fleet.ts";

/** Severity in words. */
export const severityWords = (severity: string): string => printableLine(severity).toLowerCase().replaceAll("_", " ");

/** A time in UTC to the minute. */
export const minuteOf = (time: number): string => new Date(time).toISOString().slice(0, 16).replace("T", " ");

/** Problems that are open, the oldest first. */
export const openProblems = ({ problems }: FleetEnvironment): readonly FleetProblem[] =>
  (problems.list ?? []).filter(({ end }) => end === null).sort((left, right) => left.start - right.start);

/** Problems by their severity, the gravest first: `1 availability, 2 error`. */
export function bySeverity(problems: Readonly<Record<string, number>>): string {
  const known: readonly string[] = severities;
  const rank = (name: string) => (known.includes(name) ? known.indexOf(name) : known.length);
  return Object.entries(problems)
    .sort(([left], [right]) => rank(left) - rank(right))
    .map(([name, number]) => `${number} ${severityWords(name)}`)
    .join(", ");
}

/** How many problems are open by their severity; empty where none is known to be. */
export const openWords = ({ problems }: FleetEnvironment): string => bySeverity(problems.open ?? {});

/** What is open, and since when: with the title of the oldest problem. */
export function openLines(environment: FleetEnvironment): readonly string[] {
  const words = openWords(environment);
  const [oldest] = openProblems(environment);
  return [
    ...(words === "" ? [] : [`open: ${words}`]),
    ...(oldest === undefined ? [] : [`since ${minuteOf(oldest.start)} UTC: ${printableLine(oldest.title)}`]),
  ];
}
