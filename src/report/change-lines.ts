import { fieldAt } from "../kinds/environment/fields.ts";
import type { Fields, Value } from "../lib/json.ts";
import type { Change } from "../model/plan.ts";
import { showValue } from "./printable.ts";

/** One line of a change's details: a field with what it is and what it becomes. Null: there is nothing on that side. */
export interface DetailLine {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}

const notList = (side: Change["before"]): Fields | null => (Array.isArray(side) ? null : (side as Fields | null));

/** The details of a change, in the order of its fields. */
export function detailLines(change: Change): readonly DetailLine[] {
  if (change.kind === "permission") return permissionLines(change);
  const before = notList(change.before);
  const after = notList(change.after);
  return change.fields
    .filter((field) => !(change.action === "install" && field === "environment"))
    .map((field) => ({
      field,
      before: before === null || change.action === "install" ? null : showSide(fieldAt(before, field)),
      after: after === null ? null : showSide(fieldAt(after, field)),
    }));
}

const showSide = (value: Value | undefined): string => showValue(value);

function permissionLines(change: Change): readonly DetailLine[] {
  const before = change.before as readonly string[];
  const after = change.after as readonly string[];
  const added = after.filter((name) => !before.includes(name));
  const removed = before.filter((name) => !after.includes(name));
  return [
    ...(added.length > 0 ? [{ field: "grant", before: null, after: added.join(", ") }] : []),
    ...(removed.length > 0 ? [{ field: "revoke", before: removed.join(", "), after: null }] : []),
  ];
}

/** What stands before a change: a sign for people who scan the list. */
export function changeSign(change: Change): "+" | "~" | "-" | "»" {
  switch (change.action) {
    case "create":
    case "grant":
      return "+";
    case "disable":
    case "delete":
    case "revoke":
    case "uninstall":
      return "-";
    case "install":
    case "move":
      return "»";
    default:
      return "~";
  }
}

/** Changes under the headings of a report: customer, then environment; null stands for what belongs to none. */
export interface ChangeSection {
  readonly customer: string | null;
  readonly environment: string | null;
  readonly changes: readonly Change[];
}

export function changeSections(changes: readonly Change[]): readonly ChangeSection[] {
  const sections = new Map<string, { customer: string | null; environment: string | null; changes: Change[] }>();
  for (const change of changes) {
    const { customer, environment } = change;
    const key = JSON.stringify([customer, environment]);
    const section = sections.get(key) ?? { customer, environment, changes: [] };
    section.changes.push(change);
    sections.set(key, section);
  }
  // What belongs to no customer or environment comes first under its heading.
  const rank = (value: string | null) => (value === null ? "" : `/${value}`);
  return [...sections.values()].sort((left, right) => {
    const leftKey = [rank(left.customer), rank(left.environment)].join("\u0000");
    const rightKey = [rank(right.customer), rank(right.environment)].join("\u0000");
    return leftKey < rightKey ? -1 : leftKey > rightKey ? 1 : 0;
  });
}

/** Hosts of a section that undergo the same, as one entry: a list of 300 equal installations is read once. */
export interface ChangeEntry {
  readonly first: Change;
  readonly hosts: readonly Change[];
}

export function changeEntries(changes: readonly Change[]): readonly ChangeEntry[] {
  const entries: { first: Change; hosts: Change[] }[] = [];
  const byContent = new Map<string, { first: Change; hosts: Change[] }>();
  for (const change of changes) {
    if (change.kind !== "host") {
      entries.push({ first: change, hosts: [] });
      continue;
    }
    const key = JSON.stringify([change.action, change.before, change.after, change.notes, change.origin]);
    const found = byContent.get(key);
    if (found) found.hosts.push(change);
    else {
      const entry = { first: change, hosts: [change] };
      byContent.set(key, entry);
      entries.push(entry);
    }
  }
  return entries;
}
