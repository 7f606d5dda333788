import { count, printableData } from "../lib/printable.ts";
import type { Fleet, FleetCounts, FleetEnvironment } from "../model/fleet.ts";
import { environmentRemarks } from "./environment-remarks.ts";
import { byVersion, chooseColumns, licenceWords } from "./fleet-facts.ts";
import { groupsOf, notRead, oldestReading, summaryParts, worstFirst } from "./fleet-summary.ts";
import { code, cutList, escapeMarkdown, markdownList } from "./markdown.ts";
import { fitDetail, type MarkdownDetail } from "./markdown-detail.ts";
import { bySeverity, openLines } from "./problem-words.ts";
import { showLabels } from "./show-labels.ts";

/** Customers in the table, unless everything is wanted. */
const mostRows = 20;
/** Remarks on one environment. */
const mostRemarks = 20;
/** Versions in a cell. */
const mostVersions = 3;

/** Where the fleet stands, for a note or an issue: the sums, what needs attention, and tables by cluster and customer. */
export function renderStatusMarkdown(fleet: Fleet, { full }: { readonly full: boolean }): string {
  const told = toldOf(printableData(fleet));
  return fitDetail((detail) => renderWith(told, full, detail), "dtsync status --format json");
}

/** What is told of a fleet, before anything of it is cut: no rendering with less detail has to find it out again. */
function toldOf(fleet: Fleet) {
  const { troubled, suspended } = groupsOf(fleet);
  return {
    fleet,
    unread: notRead(fleet).map(escapeMarkdown),
    troubled: troubled.map(environmentItem),
    suspended: suspended.map(environmentItem),
    customers: worstFirst(fleet).map(({ id, ...rest }) => ({ ...rest, name: id })),
  };
}

function renderWith(
  { fleet, unread, troubled, suspended, customers }: ReturnType<typeof toldOf>,
  full: boolean,
  { listed }: MarkdownDetail,
): string {
  const oldest = oldestReading(fleet);
  const asked = oldest === null ? "" : `, environments at ${oldest.slice(0, 16)}Z or later`;
  const most = Math.min(listed, full ? Number.POSITIVE_INFINITY : mostRows);
  return [
    "### dtsync status",
    "",
    `${summaryParts(fleet.counts, fleet.otherDrift).join(", ")}.`,
    "",
    `As of ${escapeMarkdown(fleet.createdAt)}${asked}.`,
    "",
    ...markdownList("Not everything could be read", cutList(unread, listed)),
    ...markdownList("Needs attention", cutList(troubled, most)),
    ...markdownList("Suspended", cutList(suspended, most)),
    ...table("cluster", fleet.clusters, most),
    ...table("customer", customers, most),
  ].join("\n");
}

function environmentItem(environment: FleetEnvironment): string {
  const labels = showLabels(environment.labels);
  const all = [...openLines(environment), ...environmentRemarks(environment)];
  const remarks = cutList(all.map(escapeMarkdown), mostRemarks);
  return `${code(environment.id)}${labels === "" ? "" : ` (${escapeMarkdown(labels)})`}: ${remarks.join("; ")}`;
}

interface Row {
  readonly name: string;
  readonly licence: Fleet["customers"][number]["licence"];
  readonly counts: FleetCounts;
}

/** With all columns that are not zero everywhere: a table of a forge is as wide as it needs. */
function table(what: string, rows: readonly Row[], most: number): readonly string[] {
  if (rows.length === 0) return [];
  const { columns } = chooseColumns(
    rows.map(({ counts }) => counts),
    Number.POSITIVE_INFINITY,
  );
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const titles = columns.map(({ title }) => title.toLowerCase());
  return [
    line([what, ...titles, "open problems", "agents", "licence"]),
    `| --- |${titles.map(() => " ---: |").join("")} --- | --- | --- |`,
    ...rows
      .slice(0, most)
      .map(({ name, licence, counts }) =>
        line([
          code(name),
          ...columns.map(({ cell }) => cell(counts)),
          ...[bySeverity(counts.problems), byVersion(counts.versions, mostVersions), licenceWords(licence ?? [])].map(
            escapeMarkdown,
          ),
        ]),
      ),
    "",
    ...(rows.length > most ? [`and ${count(rows.length - most, "more", "more")}, left out here`, ""] : []),
  ];
}
