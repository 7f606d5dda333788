import type { Change } from "../model/change.ts";

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
