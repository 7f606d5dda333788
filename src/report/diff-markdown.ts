import { rulesOf, takesAway } from "../kinds/kinds.ts";
import { groupBy } from "../lib/group-by.ts";
import { count } from "../lib/printable.ts";
import { shortened } from "../lib/text.ts";
import type { DifferenceReport } from "../model/difference.ts";
import {
  type DiffEntries,
  type DiffEntry,
  diffEntries,
  distinctItems,
  type SettingGroup,
  settingGroups,
  undeclaredGroups,
} from "./diff-entries.ts";
import { type DiffPlaces, renderPlaces } from "./diff-places.ts";
import { diffSummaryLine, inSections, sharedTitle, sideName } from "./diff-text.ts";
import {
  code,
  codeNames,
  cutList,
  escapeHtml,
  escapeMarkdown,
  foldedMarkdown,
  markdownList,
  signs,
} from "./markdown.ts";
import { fitDetail, type MarkdownDetail } from "./markdown-detail.ts";
import { listNames } from "./remarks-text.ts";
import { renamingLines, withoutFollowingNames } from "./renamed-customers.ts";

/** A difference for a merge request: counts, what reaches many and what is no longer declared on top, the rest folded. */
export function renderDiffMarkdown(report: DifferenceReport, places: DiffPlaces = new Map()): string {
  const entries = diffEntries(report.changes);
  return fitDetail((detail) => renderWith(report, entries, places, detail), "the JSON of this command");
}

function renderWith(
  report: DifferenceReport,
  { shared, single }: DiffEntries,
  places: DiffPlaces,
  detail: MarkdownDetail,
): string {
  const placesOf = ({ key }: { readonly key: string }): string => renderPlaces(places.get(key), code);
  const { base, head, unmanaged, settings, renamedCustomers, warnings } = report;
  const isTaken = ({ first }: DiffEntry) => takesAway(first);
  const list = (title: string, items: readonly string[]) => markdownList(title, cutList(items, detail.listed));
  const sections = groupBy(inSections(single), ({ first }) => first.customer ?? "all customers");
  return [
    "### dtsync diff",
    "",
    `${code(sideName(base))} → ${code(sideName(head))}`,
    "",
    diffSummaryLine(report),
    "",
    ...list(
      "Renamed customers",
      renamedCustomers.map((renamed) => {
        const { title, details } = renamingLines(renamed);
        return `${escapeMarkdown(title)}: ${details.map(escapeMarkdown).join("; ")}`;
      }),
    ),
    ...list("Takes away", [
      ...single.filter(isTaken).map(({ first }) => `${first.action} ${code(first.id)}`),
      ...shared.filter(isTaken).map((entry) => sharedItem(entry, placesOf(entry), detail.listedNames)),
    ]),
    ...list(
      "Declared alike for several",
      shared.filter((entry) => !isTaken(entry)).map((entry) => sharedItem(entry, placesOf(entry))),
    ),
    ...list(
      "No longer declared",
      undeclaredGroups(unmanaged).map(({ names, kind, text }) => {
        const items = count(names.length, kind);
        return `${items} (${listNames(names, undefined, code)}): ${withCode(text)}`;
      }),
    ),
    ...list(
      "Settings of dtsync",
      settingGroups(withoutFollowingNames(settings)).map((group) => settingItem(group, placesOf(group))),
    ),
    ...list("Warnings", warnings.map(escapeMarkdown)),
    ...[...sections].flatMap(([title, entries]) => (detail.entries === 0 ? [] : sectionLines(title, entries, detail))),
    ...(detail.entries === 0
      ? [`Left out here: ${count(single.length, "change")} that only one item undergoes.`, ""]
      : []),
  ].join("\n");
}

/** What several items undergo, with some of their names, or up to so many. */
function sharedItem(entry: DiffEntry, places: string, most?: number): string {
  const { noun, names } = distinctItems(entry);
  const shown = most === undefined ? listNames(names, undefined, code) : codeNames(names, most);
  return `${signs[entry.sign]} ${code(sharedTitle(entry))} on ${count(names.length, noun)}${places}: ${shown}`;
}

/** Every customer gives up as much where there is no room for all. */
function sectionLines(title: string, entries: readonly DiffEntry[], { entries: most, value }: MarkdownDetail) {
  const lines = entries.map(({ sign, first, details }) => {
    const shown = details.map(({ field, text }) => `${field}: ${code(shortened(text, value))}`).join("; ");
    const place = code(`${first.source.file}:${first.source.line}`);
    const notes = first.notes.map((note) => ` (${escapeMarkdown(note)})`).join("");
    return `${signs[sign]} ${first.action} ${code(rulesOf(first).describe(first))} (${place})${shown === "" ? "" : `: ${shown}`}${notes}`;
  });
  return foldedMarkdown(
    `${escapeHtml(title)}: ${lines.length}`,
    cutList(lines, most).map((line) => `- ${line}`),
  );
}

function settingItem({ kind, text, names }: SettingGroup, places: string): string {
  if (kind === "safety") return code(`safety.${text}`);
  return names.length === 1
    ? `${kind} ${code(names[0] ?? "")}: ${code(text)}${places}`
    : `${code(text)} on ${count(names.length, kind)}${places}: ${listNames(names, undefined, code)}`;
}

/** What is to be declared reads as it is written. */
const withCode = (text: string): string =>
  text
    .split(/(state: absent)/)
    .map((part) => (part === "state: absent" ? code(part) : escapeMarkdown(part)))
    .join("");
