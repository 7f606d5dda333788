import { groupBy } from "../lib/group-by.ts";
import { compareText } from "../lib/text.ts";
import type { Change } from "../model/change.ts";

/** Changes under the headings of a report: customer, then environment; null stands for what belongs to none. */
export interface ChangeSection {
  readonly customer: string | null;
  readonly environment: string | null;
  readonly changes: readonly Change[];
}

export function changeSections(changes: readonly Change[]): readonly ChangeSection[] {
  const sections = groupBy(changes, sectionRank);
  return [...sections.values()]
    .map((group) => ({ customer: group[0].customer, environment: group[0].environment, changes: group }))
    .sort((left, right) => compareText(sectionRank(left), sectionRank(right)));
}

/** What belongs to no customer or environment comes first under its heading. */
export function sectionRank({ customer, environment }: Pick<ChangeSection, "customer" | "environment">): string {
  const rank = (value: string | null) => (value === null ? "" : `/${value}`);
  return [rank(customer), rank(environment)].join("\u0000");
}

/** Hosts of a section that undergo the same, as one entry: a list of 300 equal installations is read once. */
export function changeEntries(changes: readonly Change[]): readonly (readonly [Change, ...Change[]])[] {
  const key = ({ id, kind, action, before, after, notes, origin }: Change) =>
    kind === "host" ? JSON.stringify([action, before, after, notes, origin]) : id;
  return [...groupBy(changes, key).values()];
}

/** Where changes that are shown as one stand. */
export interface Heading {
  /** They are about several customers. */
  readonly several: boolean;
  /** Null: several, or none, as of what belongs to all of them. */
  readonly customer: string | null;
  /** Null: several environments of the customer, or none. */
  readonly environment: string | null;
}

export function headingOf(changes: readonly [Change, ...Change[]]): Heading {
  const [{ customer, environment }] = changes;
  if (changes.some((change) => change.customer !== customer))
    return { several: true, customer: null, environment: null };
  const here = changes.every((change) => change.environment === environment);
  return { several: false, customer, environment: here ? environment : null };
}
