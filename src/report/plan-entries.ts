import type { Sign } from "../kinds/kind.ts";
import { actionRules, rulesOf } from "../kinds/kinds.ts";
import { groupBy } from "../lib/group-by.ts";
import type { Change } from "../model/change.ts";
import { groupAlike } from "./alike.ts";
import { changeEntries, changeSections, headingOf } from "./change-lines.ts";
import { type FieldText, type FoldedField, foldedFields, summariseFields } from "./folded-fields.ts";

/** One change of a plan, or many that are shown as one. */
export interface PlanEntry {
  readonly sign: Sign;
  readonly title: string;
  readonly changes: readonly [Change, ...Change[]];
  readonly fields: readonly FieldText[];
  readonly notes: readonly string[];
  /** With --base: who caused the changes; null: it is not known. */
  readonly origin: string | null;
}

/** A change with what has to be known of it to fold it. */
interface FoldableChange {
  readonly change: Change;
  readonly key: string;
  readonly least: number;
  readonly apart: boolean;
  readonly fields: readonly FoldedField[];
}

/** Changes that become an entry. */
interface Group {
  readonly members: readonly [FoldableChange, ...FoldableChange[]];
  /** Just the same is done to all of them. */
  readonly exact: boolean;
}

/** Lines of entries that are read at a glance; with more of them changes that are less alike are put together, too. */
const mostLines = 130;

/** Stronger and stronger ways to put together changes of one action; the largest entries that are alike are kept. */
const foldings: readonly { readonly kept: number; readonly by: "shape" | "action" }[] = [
  { kept: 5, by: "shape" },
  { kept: 3, by: "action" },
  { kept: 0, by: "action" },
];

/** Each change by itself, by customer and environment, but hosts of one environment that undergo just the same as one. */
export function fullEntries(changes: readonly Change[]): readonly PlanEntry[] {
  return exactGroups(changes.map(foldableChange)).map(entryOf);
}

/** Each change together with all that are alike. */
export function alikeEntries(changes: readonly Change[]): readonly PlanEntry[] {
  return inOrder(changes, alikeGroups(changes.map((change) => ({ ...foldableChange(change), least: 2 })))).map(entryOf);
}

/** The same, where there are enough that are alike, and in so few entries that they are read. */
export function foldedEntries(changes: readonly Change[]): readonly PlanEntry[] {
  const alike = alikeGroups(changes.map(foldableChange));
  const byAction = groupBy(alike, ({ members: [{ change }] }) => JSON.stringify([change.kind, change.action]));
  return inOrder(changes, fewer([...byAction.values()]).flat()).map(entryOf);
}

/** In the order of the changes that they begin with. */
function inOrder(changes: readonly Change[], groups: readonly Group[]): readonly Group[] {
  const positions = new Map(changes.map((change, index) => [change, index]));
  const position = ({ members: [{ change }] }: Group) => positions.get(change) ?? 0;
  return [...groups].sort((left, right) => position(left) - position(right));
}

/** The groups of an action with what they take of a screen. */
interface ActionList {
  readonly groups: readonly Group[];
  readonly lines: number;
  /** Headings that they stand below, each with its lines. */
  readonly headings: ReadonlyMap<string, number>;
}

/** Groups by action, the longest lists folded more strongly until all of them are short enough. */
function fewer(byAction: readonly (readonly Group[])[]): readonly (readonly Group[])[] {
  let lists = byAction.map(measured);
  for (const folding of foldings) {
    const longest = [...lists].sort((left, right) => right.lines - left.lines);
    for (const list of longest) {
      if (totalLines(lists) <= mostLines) break;
      const folded = measured(foldRare(list.groups, folding));
      lists = lists.map((other) => (other === list ? folded : other));
    }
  }
  return lists.map(({ groups }) => groups);
}

function totalLines(lists: readonly ActionList[]): number {
  const headings = new Map(lists.flatMap((list) => [...list.headings]));
  return [...headings.values(), ...lists.map(({ lines }) => lines)].reduce((sum, lines) => sum + lines, 0);
}

function measured(groups: readonly Group[]): ActionList {
  const lines = groups.reduce((sum, { members: [{ fields, change }, ...others] }) => {
    return sum + 1 + fields.length + change.notes.length + (others.length > 0 ? 2 : 0);
  }, 0);
  const headings = new Map<string, number>();
  for (const { members } of groups) {
    const { customer, environment } = headingOf(changesOf(members));
    // The line of the customer comes once; a section ends with an empty line.
    headings.set(JSON.stringify([customer]), 1);
    headings.set(JSON.stringify([customer, environment]), environment === null ? 1 : 2);
  }
  return { groups, lines, headings };
}

function changesOf([first, ...others]: Group["members"]): readonly [Change, ...Change[]] {
  return [first.change, ...others.map(({ change }) => change)];
}

function foldRare(groups: readonly Group[], { kept, by }: (typeof foldings)[number]): readonly Group[] {
  const sorted = [...groups].sort((left, right) => right.members.length - left.members.length);
  const isApart = ({ members: [{ apart }] }: Group) => apart;
  const common = sorted.filter((group) => !isApart(group));
  const largest = common.slice(0, kept).filter(({ members }) => members.length > 1);
  const shape = ({ change, fields }: FoldableChange) =>
    JSON.stringify([change.origin, ...fields.map(({ field }) => field)]);
  const rare = common.slice(largest.length).flatMap(({ members }) => members);
  const folded = groupBy(rare, by === "shape" ? shape : () => "");
  return [...sorted.filter(isApart), ...largest, ...[...folded.values()].map((members) => ({ members, exact: false }))];
}

function alikeGroups(changes: readonly FoldableChange[]): readonly Group[] {
  const { alike, others } = groupAlike(changes);
  return [...alike.map((members) => ({ members, exact: false })), ...exactGroups(others)];
}

function exactGroups(changes: readonly FoldableChange[]): readonly Group[] {
  const known = new Map(changes.map((foldable) => [foldable.change, foldable]));
  const sections = changeSections([...known.keys()]);
  return sections.flatMap((section) =>
    changeEntries(section.changes).map((entry): Group => {
      const members = entry.flatMap((change) => known.get(change) ?? []);
      return { members: members as [FoldableChange, ...FoldableChange[]], exact: true };
    }),
  );
}

function foldableChange(change: Change): FoldableChange {
  const { kind, action, origin, notes } = change;
  const folding = rulesOf(change).folding(change);
  const fields = foldedFields(change, folding);
  const told = notes.length === 0 ? "" : JSON.stringify(notes);
  // No text of a field has a control character.
  const common = fields.map(({ field, isName, general }) => (isName ? field : `${field}\u0001${general}`));
  const key = [kind, action, origin, told, ...common].join("\u0000");
  return { change, key, fields, least: folding.least, apart: folding.apart };
}

function entryOf({ members, exact }: Group): PlanEntry {
  const [first, ...others] = members;
  const changes = changesOf(members);
  return {
    sign: actionRules(first.change).sign,
    title: rulesOf(first.change).title(changes),
    changes,
    fields:
      exact || others.length === 0 ? exactFields(first.change) : summariseFields(members.map(({ fields }) => fields)),
    notes: [...new Set(changes.flatMap(({ notes }) => notes))],
    origin: originOf(changes),
  };
}

/** What is before and after, whole. */
const exactFields = (change: Change): readonly FieldText[] =>
  rulesOf(change)
    .details(change)
    .map(({ field, before, after }) => ({
      field,
      text: before !== null && after !== null ? `${before} → ${after}` : (after ?? before ?? "none"),
    }));

/** The origin of all of them, or how many have which. */
function originOf(changes: readonly [Change, ...Change[]]): string | null {
  const origins = groupBy(changes, ({ origin }) => origin ?? "unknown");
  if (origins.size === 1) return changes[0].origin;
  return [...origins].map(([origin, { length }]) => `${origin} ${length}`).join(", ");
}
