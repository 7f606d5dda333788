import { rulesOf } from "../kinds/kinds.ts";
import { count, type Paint, printableLine } from "../lib/printable.ts";
import type { DifferenceReport, RenamedCustomer, Side } from "../model/difference.ts";
import {
  type DiffEntry,
  diffEntries,
  distinctItems,
  type SettingGroup,
  settingGroups,
  singleEntries,
  undeclaredGroups,
} from "./diff-entries.ts";
import { type DiffPlaces, renderPlaces } from "./diff-places.ts";
import { signStyles } from "./entry-lines.ts";
import type { Fullness } from "./fullness.ts";
import { listNames } from "./remarks-text.ts";
import { renamingLines, withoutFollowingNames } from "./renamed-customers.ts";

/** `abc (3f2a1b4c)`, or the work tree. */
export function sideName({ revision, commit }: Side): string {
  if (revision === null) return "work tree";
  const short = commit?.slice(0, 8) ?? "";
  return short === "" || commit?.startsWith(revision)
    ? printableLine(revision)
    : `${printableLine(revision)} (${short})`;
}

/** A difference as a person reads it: what reaches many first, then item by item, then what is no longer declared. */
export function renderDiffText(
  report: DifferenceReport,
  paint: Paint,
  places: DiffPlaces = new Map(),
  { full = false }: Fullness = {},
): string {
  const most = full ? Number.POSITIVE_INFINITY : undefined;
  const placesOf = ({ key }: { readonly key: string }): string =>
    renderPlaces(places.get(key), (place) => paint("dim", place));
  const { base, head, changes, unmanaged, settings, renamedCustomers, warnings } = report;
  const { shared, single } = full ? singleEntries(changes) : diffEntries(changes);
  const lines = [paint("dim", `${sideName(base)} → ${sideName(head)}`), ""];
  const block = (heading: string, items: readonly string[]) => {
    if (items.length > 0) lines.push(heading, ...items.map((item) => `  ${item}`), "");
  };
  block(
    paint("bold", "Renamed customers"),
    renamedCustomers.map((renamed) => renamingBlock(renamed, paint)),
  );
  block(
    paint("bold", "Declared alike for several"),
    shared.map((entry) => sharedLine(entry, placesOf(entry), paint)),
  );
  let customer: string | null | undefined;
  for (const entry of inSections(single)) {
    if (entry.first.customer !== customer) {
      if (customer !== undefined) lines.push("");
      customer = entry.first.customer;
      lines.push(paint("bold", customer === null ? "All customers" : `Customer ${customer}`));
    }
    lines.push(...singleLines(entry, paint));
  }
  if (single.length > 0) lines.push("");
  block(
    paint("yellow", "No longer declared:"),
    undeclaredGroups(unmanaged).map(({ kind, text, names }) => `${namedCount(kind, names, most)}: ${text}`),
  );
  block(
    "Settings of dtsync:",
    settingGroups(withoutFollowingNames(settings)).map((group) => settingLine(group, placesOf(group), most)),
  );
  block(paint("yellow", "Warnings:"), warnings.map(printableLine));
  lines.push(diffSummaryLine(report));
  return `${lines.join("\n")}\n`;
}

function renamingBlock(renamed: RenamedCustomer, paint: Paint): string {
  const { title, details } = renamingLines(renamed);
  const place = paint("dim", `${printableLine(renamed.source.file)}:${renamed.source.line}`);
  return [`${paint("yellow", `~ ${title}`)}  ${place}`, ...details.map((detail) => `    ${detail}`)].join("\n  ");
}

/** By customer, what belongs to none first; otherwise the order of the changes. */
export function inSections(entries: readonly DiffEntry[]): readonly DiffEntry[] {
  const rank = ({ first }: DiffEntry) => (first.customer === null ? "" : `/${first.customer}`);
  return [...entries].sort((left, right) => (rank(left) < rank(right) ? -1 : rank(left) > rank(right) ? 1 : 0));
}

function sharedLine(entry: DiffEntry, places: string, paint: Paint): string {
  const { noun, names } = distinctItems(entry);
  const sign = paint(signStyles[entry.sign], `${entry.sign} ${sharedTitle(entry)}`);
  const notes = entry.first.notes.map((note) => ` (${printableLine(note)})`).join("");
  return `${sign} on ${count(names.length, noun)}${places}${notes}: ${listNames(names)}`;
}

/** What several items undergo, without the items. */
export function sharedTitle({ first, changes, details }: DiffEntry): string {
  const rules = rulesOf(first);
  const own = rules.sharedTitle(
    changes,
    details.map(({ text }) => text),
  );
  if (own !== null) return own;
  const words = details.map(({ field, text }) => `${field}: ${text}`).join("; ");
  if (rules.sharing(first).by === "field") return words;
  return words === "" ? first.action : `${first.action} (${words})`;
}

function singleLines({ sign, first, details }: DiffEntry, paint: Paint): readonly string[] {
  const place = paint("dim", `${printableLine(first.source.file)}:${first.source.line}`);
  const width = Math.max(0, ...details.map(({ field }) => field.length));
  return [
    `  ${paint(signStyles[sign], `${sign} ${first.action} ${rulesOf(first).describe(first)}`)}  ${place}`,
    ...details.map(({ field, text }) => `      ${field.padEnd(width)}  ${text}`),
    ...first.notes.map((note) => `      ${paint("yellow", `note: ${printableLine(note)}`)}`),
  ];
}

/** `3 hosts (a, b, c)`, or `host a`. */
function namedCount(kind: string, names: readonly string[], most?: number): string {
  if (names.length === 1) return `${kind} ${printableLine(names[0] ?? "")}`;
  return `${count(names.length, kind)} (${listNames(names, most)})`;
}

function settingLine({ kind, text, names }: SettingGroup, places: string, most?: number): string {
  if (kind === "safety") return `safety.${text}`;
  return names.length === 1
    ? `${kind} ${printableLine(names[0] ?? "")}: ${text}${places}`
    : `${text} on ${count(names.length, kind)}${places}: ${listNames(names, most)}`;
}

export function diffSummaryLine({ summary, changes, unmanaged, settings }: DifferenceReport): string {
  const { create, update, remove, deploy } = summary;
  if (changes.length + unmanaged.length + settings.length === 0) return "Nothing is declared differently.";
  const parts = [
    `${create} to create`,
    `${update} to update`,
    `${remove} to remove`,
    `${deploy} to deploy`,
    `${summary.unmanaged} no longer declared`,
    ...(settings.length > 0 ? [count(withoutFollowingNames(settings).length, "setting")] : []),
  ];
  return `Declared differently: ${parts.join(", ")}.`;
}
