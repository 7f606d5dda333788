import { rulesOf } from "../kinds/kinds.ts";
import { groupBy } from "../lib/group-by.ts";
import { count } from "../lib/printable.ts";
import { shortened } from "../lib/text.ts";
import type { Plan } from "../model/plan.ts";
import { customerRows } from "./customer-lines.ts";
import { entryMarkdown, takenMarkdown } from "./entry-markdown.ts";
import { code, codeNames, cutList, escapeHtml, escapeMarkdown, foldedMarkdown, markdownList } from "./markdown.ts";
import { fitDetail, type MarkdownDetail } from "./markdown-detail.ts";
import { originCounts } from "./origin-words.ts";
import type { PlanEntry } from "./plan-entries.ts";
import { summaryLine } from "./plan-text.ts";
import { type PlanSection, type PlanView, planView, sectionHeading } from "./plan-view.ts";
import { guardsMarkdown, heldMarkdown, warningsMarkdown } from "./remarks-markdown.ts";
import { scopeParts, scopeTitle } from "./scope-words.ts";

/**
 * A plan for a merge request: counts, what stops an apply, what is taken away and what is held come first, all of it;
 * everything else folded, with as much detail as a comment holds.
 */
export function renderPlanMarkdown(plan: Plan): string {
  const view = planView(plan);
  return fitDetail((detail) => renderWith(plan, view, detail), "the plan's JSON");
}

function renderWith(plan: Plan, view: PlanView, detail: MarkdownDetail): string {
  const sections = largestOf(view.sections, detail.entries);
  return [
    "### dtsync plan",
    "",
    summaryLine(plan),
    "",
    ...scopeLines(plan, detail),
    ...originLines(plan),
    ...markdownList("Takes away", takenItems(view.takesAway, detail)),
    ...guardsMarkdown("Guards that stop an apply", plan, detail),
    ...heldMarkdown(plan, detail),
    ...warningsMarkdown(plan, detail),
    ...markdownList("To know of what follows", notesOf(view, detail)),
    ...sections.flatMap((section) =>
      foldedMarkdown(
        escapeHtml(`${sectionTitle(section)}: ${doneIn(section.entries)}`),
        section.entries.map((entry) => `- ${entryMarkdown(entry, detail)}`),
      ),
    ),
    ...foldedMarkdown("Rollout to the hosts", rolloutItems(view, detail)),
    ...foldedMarkdown("changes by customer", customerMarkdown(view)),
    ...leftOut(view, sections, detail),
  ].join("\n");
}

function scopeLines({ scope }: Plan, { listedNames }: MarkdownDetail): readonly string[] {
  const parts = scopeParts(scope).map(({ words, names }) =>
    names.length === 0 ? words : `${words} ${codeNames(names, listedNames)}`,
  );
  return parts.length === 0 ? [] : [`${scopeTitle}: ${parts.join("; ")}.`, ""];
}

/** What the words behind changes mean that say where they come from. */
function originLines({ changes }: Plan): readonly string[] {
  const parts = originCounts(changes).map(
    ({ origin, changes: number, words }) => `${number} ${code(origin)} (${escapeMarkdown(words)})`,
  );
  return parts.length === 0 ? [] : [`Origin of the changes: ${parts.join(", ")}.`, ""];
}

/** In their order while all fit, else those of most changes. */
function takenItems(entries: readonly PlanEntry[], detail: MarkdownDetail): readonly string[] {
  const items = (shown: readonly PlanEntry[]) => shown.map((entry) => takenMarkdown(entry, detail));
  if (entries.length <= detail.listed) return items(entries);
  const largest = [...entries].sort((left, right) => right.changes.length - left.changes.length);
  const missing = changesIn(largest.slice(detail.listed));
  return [...items(largest.slice(0, detail.listed)), `${count(missing, "more change")} of this sort, left out here`];
}

function sectionTitle(section: PlanSection): string {
  const { environment } = section;
  return environment === null ? sectionHeading(section) : `${sectionHeading(section)} / ${environment}`;
}

/** Actions that the line of a folded section names. */
const mostActions = 4;

/** What is done to how many, for whoever decides whether to look: `move 3 hosts, update 1 environment`. */
function doneIn(entries: readonly PlanEntry[]): string {
  const byAction = [
    ...groupBy(
      entries.flatMap(({ changes }) => changes),
      ({ kind, action }) => `${action} ${kind}`,
    ).values(),
  ].sort((left, right) => right.length - left.length);
  const parts = byAction.slice(0, mostActions).map(([first, ...others]) => {
    const isOfRights = first.kind === "permission" || first.kind === "zone-permission";
    return `${first.action} ${isOfRights ? "rights on " : ""}${count(others.length + 1, rulesOf(first).noun)}`;
  });
  const rest = byAction.slice(mostActions).reduce((sum, { length }) => sum + length, 0);
  return [...parts, ...(rest > 0 ? [count(rest, "other change")] : [])].join(", ");
}

/** Notes that stand above what is folded. */
const mostNotes = 5;

/** What has to be known of changes that are folded, of most changes first; of many notes those of several changes. */
function notesOf({ sections }: PlanView, { value }: MarkdownDetail): readonly string[] {
  const notes = new Map<string, number>();
  for (const { changes } of sections.flatMap(({ entries }) => entries))
    for (const note of changes.flatMap((change) => change.notes)) notes.set(note, (notes.get(note) ?? 0) + 1);
  const sorted = [...notes].sort(([, left], [, right]) => right - left);
  const shown = sorted.length <= mostNotes ? sorted : sorted.filter(([, number]) => number > 1);
  return cutList(
    shown.map(([note, number]) => `${escapeMarkdown(shortened(note, value))} (${count(number, "change")})`),
    mostNotes,
  );
}

const changesIn = (entries: readonly PlanEntry[]): number =>
  entries.reduce((sum, { changes }) => sum + changes.length, 0);

/** The sections with only so many entries, those with most changes. */
function largestOf(sections: readonly PlanSection[], most: number): readonly PlanSection[] {
  const all = sections.flatMap(({ entries }) => entries);
  if (all.length <= most) return sections;
  const largest = new Set([...all].sort((left, right) => right.changes.length - left.changes.length).slice(0, most));
  return sections.map((section) => ({ ...section, entries: section.entries.filter((entry) => largest.has(entry)) }));
}

function rolloutItems({ rollouts }: PlanView, { listed, listedNames, entries }: MarkdownDetail): readonly string[] {
  const items = rollouts.map(({ environments, text }) => `${codeNames(environments, listedNames)}: ${text}`);
  return cutList(items, Math.min(listed, entries)).map((item) => `- ${item}`);
}

function customerMarkdown({ customers }: PlanView): readonly string[] {
  const [heading, ...rows] = customerRows(customers);
  if (heading === undefined) return [];
  const line = (cells: readonly string[]) => `| ${cells.map(escapeMarkdown).join(" | ")} |`;
  return [
    line(heading),
    `|${heading.map((_, index) => (index === 0 ? " --- |" : " ---: |")).join("")}`,
    ...rows.map(line),
  ];
}

/** What of the folded part is not there, and where it is. */
function leftOut(view: PlanView, shown: readonly PlanSection[], { names }: MarkdownDetail): readonly string[] {
  const entries = shown.flatMap((section) => section.entries);
  const present = new Set(entries);
  const missing = view.sections.flatMap((section) => section.entries).filter((entry) => !present.has(entry));
  const hidden = entries
    .filter(({ changes }) => changes.length > 1)
    .reduce((sum, { changes }) => sum + Math.max(0, changes.length - names), 0);
  const parts = [
    ...(hidden > 0 ? [count(hidden, "name")] : []),
    ...(missing.length > 0
      ? [`${count(missing.length, "entry", "entries")} with ${count(changesIn(missing), "change")}`]
      : []),
  ];
  if (parts.length === 0) return [];
  return [
    `Left out here: ${parts.join(", ")}. All of it is in the plan's JSON, and \`dtsync plan --full\` shows it.`,
    "",
  ];
}
