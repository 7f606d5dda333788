import { rulesOf, takesAway } from "../kinds/kinds.ts";
import { count } from "../lib/printable.ts";
import type { DifferenceReport } from "../model/difference.ts";
import { diffEntries, distinctItems, type SettingGroup, settingGroups, undeclaredGroups } from "./diff-entries.ts";
import { type DiffPlaces, renderPlaces } from "./diff-places.ts";
import { diffSummaryLine, inSections, sharedTitle, sideName } from "./diff-text.ts";
import { code, escapeHtml, escapeMarkdown, fitMarkdown, markdownList, signs } from "./markdown.ts";
import { listNames } from "./remarks-text.ts";

/** A difference for a merge request: counts, what reaches many and what is no longer declared on top, the rest folded. */
export function renderDiffMarkdown(report: DifferenceReport, places: DiffPlaces = new Map()): string {
  const placesOf = ({ key }: { readonly key: string }): string => renderPlaces(places.get(key), code);
  const { base, head, changes, unmanaged, settings, warnings } = report;
  const { shared, single } = diffEntries(changes);
  const names = (list: readonly string[]) => listNames(list, undefined, code);
  const top = [
    "### dtsync diff",
    "",
    `${code(sideName(base))} → ${code(sideName(head))}`,
    "",
    diffSummaryLine(report),
    "",
    ...markdownList(
      "Takes away",
      single.filter(({ first }) => takesAway(first)).map(({ first }) => `${first.action} ${code(first.id)}`),
    ),
    ...markdownList(
      "Declared alike for several",
      shared.map((entry) => {
        const items = distinctItems(entry);
        return `${signs[entry.sign]} ${code(sharedTitle(entry))} on ${count(items.names.length, items.noun)}${placesOf(entry)}: ${names(items.names)}`;
      }),
    ),
    ...markdownList(
      "No longer declared",
      undeclaredGroups(unmanaged).map((group) => {
        const items = count(group.names.length, group.kind);
        return `${items} (${names(group.names)}): ${withCode(group.text)}`;
      }),
    ),
    ...markdownList(
      "Settings of dtsync",
      settingGroups(settings).map((group) => settingItem(group, placesOf(group))),
    ),
    ...markdownList("Warnings", warnings.map(escapeMarkdown)),
  ];
  const sections = new Map<string, string[]>();
  for (const { sign, first, details } of inSections(single)) {
    const title = first.customer ?? "all customers";
    const lines = sections.get(title) ?? [];
    const shown = details.map(({ field, text }) => `${field}: ${code(text)}`).join("; ");
    const place = code(`${first.source.file}:${first.source.line}`);
    const notes = first.notes.map((note) => ` (${escapeMarkdown(note)})`).join("");
    lines.push(
      `- ${signs[sign]} ${first.action} ${code(rulesOf(first).describe(first))} (${place})${shown === "" ? "" : `: ${shown}`}${notes}`,
    );
    sections.set(title, lines);
  }
  const folded = [...sections].flatMap(([title, lines]) => [
    "<details>",
    `<summary>${escapeHtml(title)}: ${lines.length}</summary>`,
    "",
    ...lines,
    "",
    "</details>",
    "",
  ]);
  return fitMarkdown([...top, ...folded].join("\n"), "the JSON of this command");
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
