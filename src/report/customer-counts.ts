import type { Count } from "../kinds/kind.ts";
import { actionRules, rulesOf } from "../kinds/kinds.ts";
import { groupBy } from "../lib/group-by.ts";
import { compareText } from "../lib/text.ts";
import type { Change } from "../model/change.ts";

/** How many changes there are, by where they count in the summary of a plan, and how many rights are lost. */
export type ChangeCounts = Readonly<Record<Count, number>> & { readonly lostRights: number };

/** The changes of one customer, of those that belong to none, or of several customers together. */
export interface CustomerCounts extends ChangeCounts {
  /** Null: of no customer. */
  readonly customer: string | null;
}

export interface CustomerTable {
  /** Those with most changes, most first. */
  readonly shown: readonly CustomerCounts[];
  /** All others together; null: there are none. */
  readonly others: (ChangeCounts & { readonly customers: number }) | null;
}

const shownCustomers = 8;

/** Counts for each customer with changes, as far as anybody reads them. */
export function customerTable(changes: readonly Change[]): CustomerTable {
  const rows = [...groupBy(changes, ({ customer }) => customer ?? "").values()]
    .map((group): CustomerCounts & { readonly total: number } => ({
      customer: group[0].customer,
      total: group.length,
      ...countForReaders(group),
    }))
    .sort((left, right) => right.total - left.total || compareText(left.customer ?? "", right.customer ?? ""));
  const counts = rows.map(({ total: _total, ...row }) => row);
  const rest = counts.slice(shownCustomers);
  // One line for one customer is as short as one for all others.
  if (rest.length <= 1) return { shown: counts, others: null };
  return { shown: counts.slice(0, shownCustomers), others: { customers: rest.length, ...sum(rest) } };
}

export function countForReaders(changes: readonly Change[]): ChangeCounts {
  const counts = { create: 0, update: 0, remove: 0, deploy: 0, lostRights: 0 };
  for (const change of changes) {
    counts[actionRules(change).count] += 1;
    counts.lostRights += rulesOf(change).lostRights(change).length;
  }
  return counts;
}

function sum(rows: readonly ChangeCounts[]): ChangeCounts {
  const total = { create: 0, update: 0, remove: 0, deploy: 0, lostRights: 0 };
  for (const row of rows) {
    for (const name of ["create", "update", "remove", "deploy", "lostRights"] as const) total[name] += row[name];
  }
  return total;
}
