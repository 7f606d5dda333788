import type { Count } from "../kinds/kind.ts";
import { actionRules, rulesOf } from "../kinds/kinds.ts";
import { groupBy } from "../lib/group-by.ts";
import { compareText } from "../lib/text.ts";
import type { Change } from "../model/change.ts";

/** How many changes there are, by where they count in the summary of a plan, and how many rights are lost. */
export type ChangeCounts = Readonly<Record<Count, number>> & { readonly lostRights: number };

export interface CustomerCounts extends ChangeCounts {
  readonly customer: string;
}

export interface CustomerTable {
  /** Those with most changes, most first. */
  readonly shown: readonly CustomerCounts[];
  /** All other customers together; null: there are none. */
  readonly others: (ChangeCounts & { readonly customers: number }) | null;
  /** What belongs to no customer, but to all; null: nothing does. */
  readonly common: ChangeCounts | null;
}

const shownCustomers = 8;

/** Counts for each customer with changes, as far as anybody reads them. */
export function customerTable(changes: readonly Change[]): CustomerTable {
  const byCustomer = groupBy(changes, ({ customer }) => customer ?? "");
  const rows = [...byCustomer]
    .filter(([customer]) => customer !== "")
    .sort(([left, many], [right, more]) => more.length - many.length || compareText(left, right));
  const counted = rows.map(([customer, own]) => ({ customer, ...countForReaders(own) }));
  const common = byCustomer.get("");
  // One line for one customer is as short as one for all others.
  const many = counted.length > shownCustomers + 1;
  const rest = counted.slice(shownCustomers);
  return {
    shown: many ? counted.slice(0, shownCustomers) : counted,
    others: many ? { customers: rest.length, ...sum(rest) } : null,
    common: common === undefined ? null : countForReaders(common),
  };
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
