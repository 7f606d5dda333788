import { severityLevel } from "../fleet/severity-level.ts";
import { printableLine } from "../lib/printable.ts";
import { type FleetEnvironment, type FleetProblem, severities } from "../model/fleet.ts";

/** Severity in words. */
export const severityWords = (severity: string): string => printableLine(severity).toLowerCase().replaceAll("_", " ");

/** A time in UTC to the minute. */
export const minuteOf = (time: number): string => new Date(time).toISOString().slice(0, 16).replace("T", " ");

/** The same without the year, for what is of a month at most. */
export const shortMinuteOf = (time: number): string => minuteOf(time).slice(5);

/** Problems that are open, the gravest first, of which the oldest: an old one of little weight hides no outage. */
export const openProblems = (environments: readonly FleetEnvironment[]): readonly FleetProblem[] =>
  environments
    .flatMap(({ problems }) => (problems.list ?? []).filter(({ end }) => end === null))
    .sort((left, right) => severityLevel(left.severity) - severityLevel(right.severity) || left.start - right.start);

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

/** What is open, and since when: with the title of the oldest of the gravest problems. */
export function openLines(environment: FleetEnvironment): readonly string[] {
  const words = openWords(environment);
  const [first] = openProblems([environment]);
  return [
    ...(words === "" ? [] : [`open: ${words}`]),
    ...(first === undefined ? [] : [`since ${minuteOf(first.start)} UTC: ${printableLine(first.title)}`]),
  ];
}
