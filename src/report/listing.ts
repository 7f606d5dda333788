import { type Paint, printableLine } from "../lib/printable.ts";
import type { ListedItems, ListedKind, Listing } from "../model/listing.ts";
import { escapeMarkdown, fitMarkdown } from "./markdown.ts";

type Column<Item> = keyof Item & string;

/** What may hold blanks comes last, so that a program which splits lines at blanks finds the other columns. */
const columns: { readonly [K in ListedKind]: readonly Column<ListedItems[K]>[] } = {
  environments: ["id", "customer", "stage", "cluster", "state", "suspended", "hosts", "labels", "source", "name"],
  groups: ["cluster", "customer", "state", "environments", "source", "name"],
  hosts: ["name", "address", "environment", "customer", "cluster", "state", "source"],
  customers: ["id", "environments", "hosts", "source", "name"],
};

export type { ListedKind } from "../model/listing.ts";
export const listedKinds = Object.keys(columns) as readonly ListedKind[];

interface Table {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function tableOf({ kind, items }: Listing): Table {
  // Most inventories have neither.
  const heads: readonly string[] = columns[kind].filter(
    (head) => (head !== "labels" || hasLabels(items)) && (head !== "suspended" || hasSuspended(items)),
  );
  return {
    heads,
    rows: items.map((item) => {
      const cells = new Map<string, unknown>(
        Object.entries({ ...item, source: `${item.source.file}:${item.source.line}` }),
      );
      if ("suspended" in item) cells.set("suspended", item.suspended?.until);
      return heads.map((head) => printableLine(cellText(cells.get(head))));
    }),
  };
}

const hasLabels = (items: Listing["items"]): boolean =>
  items.some((item) => "labels" in item && Object.keys(item.labels).length > 0);

const hasSuspended = (items: Listing["items"]): boolean =>
  items.some((item) => "suspended" in item && item.suspended !== null);

/** Labels as `--target` takes their parts, without blanks between them. */
function cellText(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value ?? "-");
  const labels = Object.entries(value).map(([key, text]) => `${key}=${text}`);
  return labels.length === 0 ? "-" : labels.sort().join(",").replaceAll(" ", "_");
}

/** A line for each item below a line of headings, in columns; the same on a terminal and in a pipe. */
export function renderListingText(listing: Listing, paint: Paint): string {
  const { heads, rows } = tableOf(listing);
  const widths = heads.map((head, index) =>
    rows.reduce((most, row) => Math.max(most, row[index]?.length ?? 0), head.length),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd();
  return `${[paint("bold", line(heads.map((head) => head.toUpperCase()))), ...rows.map(line)].join("\n")}\n`;
}

export function renderListingMarkdown(listing: Listing): string {
  const { heads, rows } = tableOf(listing);
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const lines = [line(heads), line(heads.map(() => "---")), ...rows.map((row) => line(row.map(escapeMarkdown)))];
  return fitMarkdown(lines.join("\n"), "the JSON of this command");
}
