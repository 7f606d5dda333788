import { count } from "../lib/printable.ts";
import { shortened } from "../lib/text.ts";
import { code, codeNames, escapeMarkdown, signs } from "./markdown.ts";
import type { MarkdownDetail } from "./markdown-detail.ts";
import type { PlanEntry } from "./plan-entries.ts";
import { entryCustomers, entryNames, entryPlaces, entryTitle } from "./plan-view.ts";

/** An entry as one item of a list: what is done, its fields, and to which items. */
export function entryMarkdown(entry: PlanEntry, detail: MarkdownDetail): string {
  const [first, ...others] = entry.changes;
  const title = others.length === 0 ? `${first.action} ${code(first.id)}` : escapeMarkdown(entry.title);
  const names =
    others.length === 0 || detail.names === 0 ? "" : `; items: ${codeNames(entryNames(entry, "short"), detail.names)}`;
  return `${signs[entry.sign]} ${title}${aboutEntry(entry, detail)}${fieldsOf(entry, detail)}${notesOf(entry, detail)}${names}`;
}

/** The same for what is taken away, in words that need no knowledge of ids, and where every item has its name. */
export function takenMarkdown(entry: PlanEntry, detail: MarkdownDetail): string {
  const names =
    entry.changes.length === 1 ? "" : `; items: ${codeNames(entryNames(entry, "exact"), detail.listedNames)}`;
  return `${escapeMarkdown(entryTitle(entry))}${aboutEntry(entry, detail)}${fieldsOf(entry, detail)}${notesOf(entry, detail)}${names}`;
}

function aboutEntry(entry: PlanEntry, { places, names }: MarkdownDetail): string {
  const customers = entryCustomers(entry);
  const declared = entryPlaces(entry);
  const parts = [
    ...(places === 0 ? [] : [codeNames(declared, entry.changes.length === 1 ? 1 : places)]),
    ...(entry.origin === null ? [] : [entry.origin]),
    ...(customers.length > 1
      ? [
          `${count(customers.length, "customer")}${
            names === 0
              ? ""
              : `: ${codeNames(
                  customers.map(({ name }) => name),
                  Math.min(names, 10),
                )}`
          }`,
        ]
      : []),
  ];
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

const fieldsOf = ({ fields }: PlanEntry, { value }: MarkdownDetail): string =>
  fields.length === 0
    ? ""
    : `: ${fields.map(({ field, text }) => `${field}: ${code(shortened(text, value))}`).join("; ")}`;

const notesOf = ({ notes }: PlanEntry, { value }: MarkdownDetail): string =>
  notes.map((note) => ` (${escapeMarkdown(shortened(note, value))})`).join("");
