import { needsAttention } from "../fleet/needs-attention.ts";
import { count, type Paint, printableLine } from "../lib/printable.ts";
import { shortened } from "../lib/text.ts";
import type { Fleet, FleetCluster, FleetCounts, FleetEnvironment } from "../model/fleet.ts";
import { environmentRemarks } from "./environment-remarks.ts";
import { openLines } from "./problem-words.ts";
import { quotaWords, showUsed } from "./quota-words.ts";
import { showLabels } from "./show-labels.ts";

const width = 80;
/** Rows of a table, and environments that are named, unless everything is wanted. */
const mostRows = 20;

interface StatusLayout {
  readonly full: boolean;
}

/** Where the fleet stands, as text of 80 columns: sums by cluster and customer, then what needs attention. */
export function renderStatusText(fleet: Fleet, paint: Paint, { full }: StatusLayout): string {
  const { clusters, customers, environments, versions, counts } = fleet;
  const most = full ? Number.POSITIVE_INFINITY : mostRows;
  const troubled = environments.filter(needsAttention).sort((left, right) => weight(right) - weight(left));
  const worst = [...customers].sort((left, right) => trouble(right.counts) - trouble(left.counts));
  const lines = [
    ...table("CLUSTER", clusters, most, paint),
    ...table(
      "CUSTOMER",
      worst.map(({ id, counts: own }) => ({ name: id, counts: own })),
      most,
      paint,
    ),
    ...versionLines(versions, most),
    ...licenceLines(clusters),
    ...(troubled.length === 0 ? [] : ["Needs attention:"]),
    ...troubled.slice(0, most).flatMap((environment) => attention(environment, paint)),
    ...(troubled.length > most ? [`  and ${count(troubled.length - most, "more", "more")} (--full shows all)`] : []),
    ...(troubled.length === 0 ? [] : [""]),
    ...clusters.flatMap(({ name, unreadable }) =>
      unreadable === null ? [] : [paint("yellow", `not read: cluster/${name}: ${printableLine(unreadable)}`)],
    ),
    summary(counts, fleet.otherDrift),
    ...ageLines(fleet),
  ];
  return `${lines.join("\n")}\n`;
}

interface Row {
  readonly name: string;
  readonly counts: FleetCounts;
}

const heads = ["ENVIRONMENTS", "HOSTS SEEN", "DRIFT", "PROBLEMS", "NOT KNOWN"];

function table(title: string, rows: readonly Row[], most: number, paint: Paint): readonly string[] {
  if (rows.length === 0) return [];
  const cells = rows.slice(0, most).map(({ name, counts }) => [shortened(printableLine(name), 24), ...cellsOf(counts)]);
  const all = [[title, ...heads], ...cells];
  const widths = [title, ...heads].map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ");
  return [
    paint("bold", line([title, ...heads])),
    ...cells.map(line),
    ...(rows.length > most ? [`and ${count(rows.length - most, "more", "more")} (--full shows all)`] : []),
    "",
  ];
}

const cellsOf = (counts: FleetCounts): readonly string[] => [
  String(counts.environments),
  `${asFarAsKnown(counts.hostsSeen, counts)}/${counts.hostsDeclared}`,
  String(counts.drift),
  asFarAsKnown(problemsOf(counts.problems), counts),
  String(counts.unknown),
];

/** A number to which what could not be read would have to be added. */
const asFarAsKnown = (number: number, { unknown, environments }: FleetCounts): string =>
  unknown === 0 ? String(number) : unknown === environments ? "?" : `${number}+?`;

const problemsOf = (problems: Readonly<Record<string, number>>): number =>
  Object.values(problems).reduce((sum, number) => sum + number, 0);

function versionLines(versions: Readonly<Record<string, number>>, most: number): readonly string[] {
  const sorted = Object.entries(versions).sort(([, left], [, right]) => right - left);
  if (sorted.length === 0) return [];
  return [
    "Agents by version:",
    ...sorted.slice(0, most).map(([version, number]) => `  ${printableLine(version)}  ${number}`),
    "",
  ];
}

/** What clusters use of their licences, as far as they tell. */
function licenceLines(clusters: readonly FleetCluster[]): readonly string[] {
  const lines = clusters.flatMap(({ name, licence }) =>
    (licence ?? []).map((total) => `  ${printableLine(name)}: ${quotaWords(total)}  ${showUsed(total.used)}`),
  );
  return lines.length === 0 ? [] : ["Licence in use:", ...lines.map((line) => shortened(line, width)), ""];
}

const trouble = (counts: FleetCounts): number =>
  problemsOf(counts.problems) * 1_000 +
  counts.unknown * 100 +
  counts.hostsMissing +
  counts.hostsElsewhere +
  counts.drift;

const order: readonly string[] = ["drift", "hosts", "held", "unknown", "problems"];
const weight = ({ condition, problems }: FleetEnvironment): number =>
  order.indexOf(condition) * 1_000 + problemsOf(problems.open ?? {});

const attention = (environment: FleetEnvironment, paint: Paint): readonly string[] => [
  `  ${paint("bold", printableLine(environment.id))}${labelsOf(environment)}`,
  ...[...openLines(environment), ...environmentRemarks(environment)].map(
    (remark) => `    ${shortened(remark, width - 4)}`,
  ),
];

function labelsOf({ id, labels }: FleetEnvironment): string {
  const shown = showLabels(labels);
  return shown === "" ? "" : `  ${shortened(shown, Math.max(10, width - 4 - id.length))}`;
}

/** Milliseconds from which on what was read is told to be older. */
const noticedAge = 60_000;

function ageLines(fleet: Fleet): readonly string[] {
  const oldest = oldestReading(fleet);
  if (oldest === null || Date.parse(fleet.createdAt) - Date.parse(oldest) < noticedAge) return [];
  return [`Some environments were asked at ${oldest.slice(0, 16)}Z (--max-age 0 asks again).`];
}

/** When the environment was asked that was asked first; null: none has answered. */
export const oldestReading = ({ environments }: Pick<Fleet, "environments">): string | null =>
  environments.reduce<string | null>(
    (oldest, { readAt }) => (readAt !== null && (oldest === null || readAt < oldest) ? readAt : oldest),
    null,
  );

function summary(counts: FleetCounts, otherDrift: number): string {
  const lines: string[] = [];
  for (const part of summaryParts(counts, otherDrift)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + part.length + 2 > width) lines.push(part);
    else lines[lines.length - 1] = `${last}, ${part}`;
  }
  return lines.join(",\n");
}

/** The sums of a fleet in words. */
export function summaryParts(counts: FleetCounts, otherDrift: number): readonly string[] {
  return [
    count(counts.environments, "environment"),
    ...(counts.disabled > 0 ? [`${counts.disabled} disabled`] : []),
    ...(counts.suspended > 0 ? [`${counts.suspended} suspended`] : []),
    ...(counts.waiting > 0 ? [`${counts.waiting} waiting to be deleted`] : []),
    `${asFarAsKnown(counts.hostsSeen, counts)} of ${count(counts.hostsDeclared, "host")} seen`,
    `${asFarAsKnown(problemsOf(counts.problems), counts)} open ${problemsOf(counts.problems) === 1 ? "problem" : "problems"}`,
    `${count(counts.drift + otherDrift, "change", "changes")} in a plan`,
    ...(counts.held > 0 ? [`${counts.held} held`] : []),
    ...(counts.unknown > 0 ? [`${count(counts.unknown, "environment")} not known`] : []),
  ];
}
