import { sumOf } from "../fleet/sum-of.ts";
import { count, printableLine, separated } from "../lib/printable.ts";
import type { FleetCounts, FleetEnvironment, LicenceUse } from "../model/fleet.ts";
import { quotaWords, showUsed } from "./quota-words.ts";

/** A number of a row, by which rows are told apart at a glance. */
export interface FleetColumn {
  readonly title: string;
  /** Null: none of it, or it says nothing that is not to be expected. */
  readonly words: (counts: FleetCounts) => string | null;
  readonly cell: (counts: FleetCounts) => string;
}

/** A number to which what could not be read would have to be added. */
export const asFarAsKnown = (number: number, { unknown, environments }: FleetCounts): string =>
  unknown === 0 ? separated(number) : unknown === environments ? "?" : `${separated(number)}+?`;

export const problemsOf = (problems: Readonly<Record<string, number>>): number =>
  Object.values(problems).reduce((sum, number) => sum + number, 0);

/** What every table has. */
const usual: readonly FleetColumn[] = [
  { title: "ENVIRONMENTS", words: () => null, cell: ({ environments }) => separated(environments) },
  {
    title: "HOSTS SEEN",
    words: () => null,
    cell: (counts) => `${asFarAsKnown(counts.hostsSeen, counts)}/${separated(counts.hostsDeclared)}`,
  },
  { title: "DRIFT", words: () => null, cell: ({ drift }) => separated(drift) },
  { title: "PROBLEMS", words: () => null, cell: (counts) => asFarAsKnown(problemsOf(counts.problems), counts) },
];

const further = (title: string, words: string, of: (counts: FleetCounts) => number): FleetColumn => ({
  title,
  words: (counts) => (of(counts) === 0 ? null : `${separated(of(counts))} ${words}`),
  cell: (counts) => separated(of(counts)),
});

/** What a table has as far as there is room for it, the most urgent first. */
const ifAny: readonly FleetColumn[] = [
  further("NOT KNOWN", "not known", ({ unknown }) => unknown),
  further("NOT SEEN", "not seen", ({ hostsMissing }) => hostsMissing),
  further("ELSEWHERE", "elsewhere", ({ hostsElsewhere }) => hostsElsewhere),
  further("HELD", "held", ({ held }) => held),
  further("SUSPENDED", "suspended", ({ suspended }) => suspended),
  further("DISABLED", "disabled", ({ disabled }) => disabled),
  further("WAITING", "waiting to be deleted", ({ waiting }) => waiting),
  further("NOT THERE", "not there yet", ({ missing }) => missing),
];

/** The columns of tables that are `room` wide beside the names, and what of the numbers is left for words. */
export function chooseColumns(
  rows: readonly FleetCounts[],
  room: number,
): { readonly columns: readonly FleetColumn[]; readonly left: readonly FleetColumn[] } {
  const columns = [...usual];
  const left: FleetColumn[] = [];
  const widthOf = (column: FleetColumn) =>
    2 + Math.max(column.title.length, ...rows.map((counts) => column.cell(counts).length));
  let width = columns.reduce((sum, column) => sum + widthOf(column), 0);
  for (const column of ifAny) {
    if (rows.every((counts) => column.words(counts) === null)) continue;
    const isRoom = width + widthOf(column) <= room;
    if (isRoom) width += widthOf(column);
    (isRoom ? columns : left).push(column);
  }
  return { columns, left };
}

/** Agents by version without its build, those of most hosts first, at most so many of them: `1.313.52 (12), others (3)`. */
export function byVersion(versions: Readonly<Record<string, number>>, most: number): string {
  const short = sumOf(
    Object.entries(versions).map(([version, number]) => ({ [/^\d+\.\d+\.\d+/.exec(version)?.[0] ?? version]: number })),
  );
  const sorted = Object.entries(short).sort(([, left], [, right]) => right - left);
  const shown = sorted.slice(0, most).map(([version, number]) => `${printableLine(version)} (${number})`);
  const others = sorted.slice(most).reduce((sum, [, number]) => sum + number, 0);
  return [...shown, ...(others === 0 ? [] : [`others (${others})`])].join(", ");
}

/** What is used of a licence, with the limit where there is one. */
export const licenceWords = (uses: readonly (Omit<LicenceUse, "limit"> & Partial<LicenceUse>)[]): string =>
  uses
    .filter(({ used }) => used > 0)
    .map((use) => `${quotaWords(use)} ${showUsed(use.used)}${use.limit == null ? "" : ` of ${showUsed(use.limit)}`}`)
    .join(", ");

/** What an environment has, whether or not somebody has to look at it. */
export function environmentFacts({ hosts, licence, state }: FleetEnvironment, mostVersions: number): string {
  const { declared, seen, undeclared, versions } = hosts;
  const parts = [
    ...(state === "disabled" ? ["disabled"] : []),
    declared === 0 ? "no hosts declared" : `${seen ?? "?"} of ${count(declared, "host")} seen`,
    ...(undeclared === null || undeclared === 0 ? [] : [`${undeclared} seen that nobody declares`]),
    ...labelled("agents", byVersion(versions ?? {}, mostVersions)),
    ...labelled("licence", licenceWords(licence ?? [])),
  ];
  return parts.join("; ");
}

/** A part of a line of facts; nothing where there is nothing to tell. */
export const labelled = (label: string, text: string): readonly string[] => (text === "" ? [] : [`${label}: ${text}`]);
