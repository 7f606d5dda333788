import { leavesLess, rulesOf } from "../kinds/kinds.ts";
import { groupBy } from "../lib/group-by.ts";
import { compareText } from "../lib/text.ts";
import type { Change } from "../model/change.ts";
import type { Guard, Plan } from "../model/plan.ts";
import {
  type AlikeHeld,
  type AlikeWaiting,
  type AlikeWarnings,
  alikeHeld,
  alikeWaiting,
  alikeWarnings,
} from "./alike-remarks.ts";
import { type Heading, headingOf, sectionRank } from "./change-lines.ts";
import { type ChangeCounts, type CustomerTable, countForReaders, customerTable } from "./customer-counts.ts";
import type { Fullness } from "./fullness.ts";
import { placeholdersOf, withPlaceholders } from "./placeholders.ts";
import { alikeEntries, foldedEntries, fullEntries, type PlanEntry } from "./plan-entries.ts";
import { type RolloutEntry, rolloutEntries } from "./rollout-entries.ts";

/** Entries under one heading. */
export interface PlanSection extends Heading {
  readonly entries: readonly PlanEntry[];
}

/**
 * A plan as every rendering for people has it: what is alike is put together here, once, and renderings only lay it out.
 * Each change is in exactly one entry.
 */
export interface PlanView {
  /** What is created, updated and deployed. */
  readonly sections: readonly PlanSection[];
  /** What leaves somebody or something with less: every item of it is to be named. */
  readonly takesAway: readonly PlanEntry[];
  readonly warnings: readonly AlikeWarnings[];
  readonly guards: readonly Guard[];
  readonly held: readonly AlikeHeld[];
  readonly waiting: readonly AlikeWaiting[];
  readonly rollouts: readonly RolloutEntry[];
  readonly customers: CustomerTable;
  readonly counts: ChangeCounts;
}

/** The view of a plan. `full`: nothing is put together but hosts of one environment that undergo just the same. */
export function planView(plan: Plan, { full = false }: Fullness = {}): PlanView {
  const away = new Set(plan.changes.filter(leavesLess));
  const others = plan.changes.filter((change) => !away.has(change));
  return {
    sections: sectionsOf(full ? fullEntries(others) : foldedEntries(others)),
    takesAway: full ? fullEntries([...away]) : alikeEntries([...away]),
    warnings: alikeWarnings(plan.warnings, full),
    guards: plan.guards,
    held: alikeHeld(plan.held),
    waiting: alikeWaiting(plan.waiting),
    rollouts: rolloutEntries(plan),
    customers: customerTable(plan.changes),
    counts: countForReaders(plan.changes),
  };
}

/**
 * Names of the items of an entry, in order: as short as they are unique. `exact`: each by itself tells what it is, with its
 * group or cluster unless that is the same for all, or follows from a template that is.
 */
export function entryNames({ changes }: PlanEntry, naming: "short" | "exact"): readonly string[] {
  const short = changes.map((change) => rulesOf(change).name(change));
  const unique = new Set(short).size === changes.length;
  return unique && (naming === "short" || haveOneOwner(changes))
    ? short
    : changes.map((change) => rulesOf(change).fullName(change));
}

/** What is done to which item, or to how many, where no heading names customer and environment. */
export function entryTitle({ title, changes }: PlanEntry): string {
  const [first, ...others] = changes;
  return others.length === 0 ? `${first.action} ${rulesOf(first).describe(first)}` : title;
}

/** An environment is on one cluster; what has none is told by group and cluster. */
function haveOneOwner(changes: PlanEntry["changes"]): boolean {
  const owner = (change: Change) =>
    change.environment === null ? change.cluster : withPlaceholders(change.group ?? "", placeholdersOf(change));
  const [first] = changes;
  return changes.every((change) => owner(change) === owner(first));
}

/** Customers that an entry is about, those with most changes first. */
export function entryCustomers({ changes }: PlanEntry): readonly { readonly name: string; readonly changes: number }[] {
  const owned = changes.flatMap(({ customer }) => (customer === null ? [] : [customer]));
  return [...groupBy(owned, (customer) => customer)]
    .map(([name, { length }]) => ({ name, changes: length }))
    .sort((left, right) => right.changes - left.changes || compareText(left.name, right.name));
}

/** `FILE:LINE` of every place that declares what an entry is about. */
export const entryPlaces = ({ changes }: PlanEntry): readonly string[] => [
  ...new Set(changes.map(({ source }) => `${source.file}:${source.line}`)),
];

/** Environments that an entry is about. */
export const entryEnvironments = ({ changes }: PlanEntry): readonly string[] => [
  ...new Set(changes.flatMap(({ environment }) => (environment === null ? [] : [environment]))),
];

/** What reaches several customers comes first, then what belongs to none, then customer by customer. */
function sectionsOf(entries: readonly PlanEntry[]): readonly PlanSection[] {
  const sections = groupBy(entries, ({ changes }) => JSON.stringify(headingOf(changes)));
  return [...sections.values()]
    .map((group) => ({ ...headingOf(group[0].changes), entries: group }))
    .sort(
      (left, right) =>
        Number(right.several) - Number(left.several) || compareText(sectionRank(left), sectionRank(right)),
    );
}

/** What stands above a section, without its environment. */
export function sectionHeading({ several, customer }: PlanSection): string {
  if (several) return "Several customers";
  return customer === null ? "All customers" : `Customer ${customer}`;
}
