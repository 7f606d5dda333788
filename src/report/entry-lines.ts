import type { Sign } from "../kinds/kind.ts";
import { rulesOf } from "../kinds/kinds.ts";
import { count, type Paint, printableLine, type Style } from "../lib/printable.ts";
import type { PlanEntry } from "./plan-entries.ts";
import { entryCustomers, entryEnvironments, entryNames, entryPlaces, entryTitle } from "./plan-view.ts";
import { listNames } from "./remarks-text.ts";

export const signStyles: Readonly<Record<Sign, Style>> = { "+": "green", "~": "yellow", "-": "red", "»": "cyan" };

/** How an entry of a plan is laid out. */
export interface EntryLayout {
  /** Of the items of an entry about several: a few, all of them, or all of them with their places. */
  readonly names: "some" | "all" | "places";
  /** What stands for a single change: its title below the heading of its environment, or a description of its own. */
  readonly self: "title" | "description";
}

const someNames = 6;
const someCustomers = 4;
const someNotes = 3;

/** An entry in lines: what is done, its fields, and to which items. */
export function entryLines(entry: PlanEntry, layout: EntryLayout, paint: Paint): readonly string[] {
  const { sign, changes, fields, notes, origin } = entry;
  const others = changes.slice(1);
  const title = layout.self === "description" ? entryTitle(entry) : entry.title;
  const cause = origin === null ? "" : `  [${origin}]`;
  const placed = layout.names === "places" && others.length > 0 ? "" : `  ${paint("dim", shownPlaces(entry))}`;
  const width = Math.max(0, ...fields.map(({ field }) => field.length));
  return [
    `${paint(signStyles[sign], `${sign} ${title}`)}${cause}${placed}`,
    ...fields.map(({ field, text }) => `    ${field.padEnd(width)}  ${text}`),
    ...noteLines(notes, layout, paint),
    ...(others.length === 0 ? [] : itemLines(entry, layout, paint)),
  ];
}

function noteLines(notes: readonly string[], { names }: EntryLayout, paint: Paint): readonly string[] {
  const shown = names === "some" ? notes.slice(0, someNotes) : notes;
  const more = notes.length - shown.length;
  return [
    ...shown.map((note) => `    ${paint("yellow", `note: ${printableLine(note)}`)}`),
    ...(more > 0 ? [`    ${paint("yellow", `and ${count(more, "more note")}`)}`] : []),
  ];
}

function itemLines(entry: PlanEntry, { names }: EntryLayout, paint: Paint): readonly string[] {
  if (names === "places") {
    return entry.changes.map(
      (change) =>
        `    ${printableLine(rulesOf(change).name(change))}  ${paint("dim", `${printableLine(change.source.file)}:${change.source.line}`)}`,
    );
  }
  const all = entryNames(entry, names === "all" ? "exact" : "short");
  const customers = entryCustomers(entry);
  const environments = entryEnvironments(entry);
  const reach = [
    ...(customers.length > 1
      ? [
          `${count(customers.length, "customer")} (${listNames(
            customers.map(({ name }) => name),
            someCustomers,
          )})`,
        ]
      : []),
    ...(environments.length > 1 &&
    environments.length < entry.changes.length &&
    rulesOf(entry.changes[0]).noun !== "environment"
      ? [`${count(environments.length, "environment")}`]
      : []),
  ];
  return [
    `    ${listNames(all, names === "all" ? all.length : someNames)}`,
    ...(reach.length > 0 ? [`    ${paint("dim", `of ${reach.join(", ")}`)}`] : []),
  ];
}

/** The place, or the first one with how many others there are. */
export function shownPlaces(entry: PlanEntry): string {
  const [first = "", ...others] = entryPlaces(entry).map(printableLine);
  return others.length === 0 ? first : `${first} and ${count(others.length, "more place")}`;
}
