import { count, type Paint, printableLine } from "../lib/printable.ts";
import { shortened } from "../lib/text.ts";
import type { Fleet, FleetCounts, FleetEnvironment, LicenceTotal } from "../model/fleet.ts";
import { environmentRemarks } from "./environment-remarks.ts";
import { byVersion, chooseColumns, environmentFacts, labelled, licenceWords } from "./fleet-facts.ts";
import { groupsOf, notRead, oldestReading, summaryParts, worstFirst } from "./fleet-summary.ts";
import { bySeverity, openLines } from "./problem-words.ts";
import { showLabels } from "./show-labels.ts";
import { wrapWords } from "./wrap-words.ts";

const width = 80;
/** Columns for the name of a row. */
const longestName = 31;
/** Rows of a table, and environments that are named, unless everything is wanted. */
const mostRows = 20;
/** Versions in a line of facts, unless everything is wanted. */
const mostVersions = 3;

interface StatusLayout {
  readonly full: boolean;
}

/** Where the fleet stands, as text of 80 columns: sums by cluster and customer, then what needs attention. */
export function renderStatusText(fleet: Fleet, paint: Paint, { full }: StatusLayout): string {
  const { versions, counts } = fleet;
  const { troubled, suspended, others } = groupsOf(fleet);
  const detail: Detail = { paint, rows: full ? everything : mostRows, versions: full ? everything : mostVersions };
  const lines = [
    ...tables(fleet, detail),
    ...versionLines(versions, detail.rows),
    ...block("Needs attention:", troubled, detail),
    ...block("Suspended:", suspended, detail),
    ...(full ? block("As declared:", others, detail) : []),
    ...notRead(fleet).flatMap((text) => wrapWords(text, width, 4).map((line) => paint("yellow", line))),
    ...wrapWords(summaryParts(counts, fleet.otherDrift).join(", "), width, 0),
    ...ageLines(fleet),
  ];
  return `${lines.join("\n")}\n`;
}

const everything = Number.POSITIVE_INFINITY;

/** How much is shown, and how. */
interface Detail {
  readonly paint: Paint;
  readonly rows: number;
  readonly versions: number;
}

interface Row {
  readonly name: string;
  readonly licence: readonly LicenceTotal[] | null;
  readonly counts: FleetCounts;
}

/** By cluster and by customer, with the same columns: one cluster has them all. */
function tables(fleet: Fleet, detail: Detail): readonly string[] {
  const customers = worstFirst(fleet).map(({ id, licence, counts }) => ({ name: id, licence, counts }));
  const rows = [...fleet.clusters, ...customers];
  const nameWidth = Math.max(8, ...rows.map(({ name }) => shownName(name).length));
  const { columns, left } = chooseColumns(
    rows.map(({ counts }) => counts),
    width - nameWidth,
  );
  const titles = columns.map(({ title }) => title);
  const cells = rows.map(({ counts }) => columns.map(({ cell }) => cell(counts)));
  const widths = titles.map((title, index) => Math.max(title.length, ...cells.map((row) => row[index]?.length ?? 0)));
  const line = (name: string, numbers: readonly string[]) =>
    `${name.padEnd(nameWidth)}${numbers.map((cell, index) => `  ${cell.padStart(widths[index] ?? 0)}`).join("")}`;
  const table = (heading: string, shown: readonly Row[]) =>
    shown.length === 0
      ? []
      : [
          detail.paint("bold", line(heading, titles)),
          ...shown.slice(0, detail.rows).flatMap(({ name, licence, counts }) => {
            const facts = [
              ...left.flatMap(({ words }) => words(counts) ?? []),
              ...labelled("open", bySeverity(counts.problems)),
              ...labelled("agents", byVersion(counts.versions, detail.versions)),
              ...labelled("licence", licenceWords(licence ?? [])),
            ];
            const numbers = columns.map(({ cell }) => cell(counts));
            return [line(shownName(name), numbers), ...factLines(facts.join("; "), 2, detail)];
          }),
          ...(shown.length > detail.rows ? [leftOut(shown.length - detail.rows)] : []),
          "",
        ];
  return [...table("CLUSTER", fleet.clusters), ...table("CUSTOMER", customers)];
}

const shownName = (name: string): string => shortened(printableLine(name), longestName);

const leftOut = (number: number): string => `and ${count(number, "more", "more")} (--full shows all)`;

const factLines = (facts: string, indentation: number, { paint }: Detail): readonly string[] =>
  facts === ""
    ? []
    : wrapWords(`${" ".repeat(indentation)}${facts}`, width, indentation + 2).map((line) => paint("dim", line));

function versionLines(versions: Readonly<Record<string, number>>, most: number): readonly string[] {
  const sorted = Object.entries(versions).sort(([, left], [, right]) => right - left);
  if (sorted.length === 0) return [];
  return [
    "Agents by version:",
    ...sorted.slice(0, most).map(([version, number]) => `  ${printableLine(version)}  ${number}`),
    "",
  ];
}

/** Environments below a heading; nothing where there are none. */
function block(heading: string, environments: readonly FleetEnvironment[], detail: Detail): readonly string[] {
  if (environments.length === 0) return [];
  return [
    heading,
    ...environments
      .slice(0, detail.rows)
      .flatMap((environment) => [
        ...named(environment, detail.paint),
        ...remarkLines([...openLines(environment), ...environmentRemarks(environment)], detail.rows),
        ...factLines(environmentFacts(environment, detail.versions), 4, detail),
      ]),
    ...(environments.length > detail.rows ? [`  ${leftOut(environments.length - detail.rows)}`] : []),
    "",
  ];
}

const remarkLines = (remarks: readonly string[], most: number): readonly string[] => [
  ...remarks.slice(0, most).flatMap((remark) => wrapWords(`    ${remark}`, width, 6)),
  ...(remarks.length > most ? [`    ${leftOut(remarks.length - most)}`] : []),
];

/** The labels stand beside the id, or below it where there is no room for them. */
function named({ id, labels }: FleetEnvironment, paint: Paint): readonly string[] {
  const [name, shown] = [`  ${paint("bold", printableLine(id))}`, showLabels(labels)];
  if (shown === "") return [name];
  if (4 + id.length + shown.length <= width) return [`${name}  ${shown}`];
  return [name, ...wrapWords(`    ${shown}`, width, 6)];
}

/** Milliseconds from which on what was read is told to be older. */
const noticedAge = 60_000;

function ageLines(fleet: Fleet): readonly string[] {
  const oldest = oldestReading(fleet);
  if (oldest === null || Date.parse(fleet.createdAt) - Date.parse(oldest) < noticedAge) return [];
  return [`Some environments were asked at ${oldest.slice(0, 16)}Z (--max-age 0 asks again).`];
}
