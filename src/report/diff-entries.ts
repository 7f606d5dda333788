import { fieldAt } from "../kinds/environment/fields.ts";
import type { Fields, Value } from "../lib/json.ts";
import { sameValue } from "../lib/json.ts";
import { compareText } from "../lib/text.ts";
import type { SettingChange, Undeclared } from "../model/difference.ts";
import type { Change } from "../model/plan.ts";
import { changeSign } from "./change-lines.ts";
import { showValue } from "./printable.ts";

/** A field of a change in words: `quotas.hostUnits.maxLimit: 100 → 200`, `tags: + team:web`. */
export interface Detail {
  readonly field: string;
  readonly text: string;
}

/** What one or many items undergo alike. */
export interface DiffEntry {
  /** The same for what is the same. */
  readonly key: string;
  readonly sign: ReturnType<typeof changeSign>;
  readonly first: Change;
  /** Every change that undergoes it, the first one included. */
  readonly changes: readonly Change[];
  readonly details: readonly Detail[];
}

export interface DiffEntries {
  /** What reaches several items, the widest first. */
  readonly shared: readonly DiffEntry[];
  /** What is left, a change each. */
  readonly single: readonly DiffEntry[];
}

/** From this many on, items that one place makes are counted instead of listed one by one. */
const manyFromOnePlace = 6;

/**
 * Puts together what many items undergo alike, because it comes from one default, role or template: equal changes of a
 * field, equal rights, equal installations, and items that one place creates in numbers.
 */
export function diffEntries(changes: readonly Change[]): DiffEntries {
  const parts = changes.flatMap(partsOf);
  const groups = new Map<string, Part[]>();
  for (const part of parts) {
    const group = groups.get(part.key);
    if (group) group.push(part);
    else groups.set(part.key, [part]);
  }
  const shared: DiffEntry[] = [];
  const alone = new Map<Change, Detail[]>();
  for (const [key, group] of groups) {
    const [first] = group;
    if (!first || group.length < first.least) {
      for (const part of group) alone.set(part.change, [...(alone.get(part.change) ?? []), ...part.details]);
      continue;
    }
    shared.push({
      key,
      sign: changeSign(first.change),
      first: first.change,
      changes: group.map(({ change }) => change),
      details: first.shownTogether,
    });
  }
  return {
    shared: shared.sort((left, right) => right.changes.length - left.changes.length || byFirst(left, right)),
    single: changes.flatMap((change) => {
      const details = alone.get(change);
      return details ? [{ key: change.id, sign: changeSign(change), first: change, changes: [change], details }] : [];
    }),
  };
}

const byFirst = (left: DiffEntry, right: DiffEntry): number => compareText(left.first.id, right.first.id);

/** A part of a change that can be the same for others. */
interface Part {
  readonly change: Change;
  readonly key: string;
  readonly least: number;
  readonly details: readonly Detail[];
  /** What is shown for all; empty where the items differ in it. */
  readonly shownTogether: readonly Detail[];
}

function partsOf(change: Change): readonly Part[] {
  const { kind, action, cluster, group, source, notes } = change;
  const details = diffDetails(change);
  const part = (least: number, key: readonly unknown[], shown: readonly Detail[]): Part => ({
    change,
    key: JSON.stringify([kind, action, notes, ...key]),
    least,
    details: shown,
    shownTogether: shown,
  });
  if (kind === "permission") return [part(2, [details], details)];
  if (action === "install" || action === "uninstall") return [part(2, [details, change.environment, cluster], details)];
  if (change.before === null || change.after === null) {
    const many = part(manyFromOnePlace, [kind === "group" ? [source, cluster] : [source], group === null], details);
    return [{ ...many, shownTogether: [] }];
  }
  return details.map((detail) => part(2, [detail], [detail]));
}

/** The fields of a change in words. What one side does not declare is called so. */
export function diffDetails(change: Change): readonly Detail[] {
  if (change.kind === "permission") {
    const [before, after] = [change.before as readonly string[], change.after as readonly string[]];
    return [{ field: "rights", text: listDelta(before, after) }];
  }
  const [before, after] = [change.before as Fields | null, change.after as Fields | null];
  if (after === null) return [];
  return change.fields
    .filter((field) => !(change.action === "install" && field === "environment"))
    .map((field) => {
      const [left, right] = [fieldAt(before, field), fieldAt(after, field)];
      return { field, text: before === null ? showValue(right) : valueDelta(left, right) };
    });
}

function valueDelta(left: Value | undefined, right: Value | undefined): string {
  if (Array.isArray(left) && Array.isArray(right)) return listDelta(left as string[], right as string[]);
  const show = (value: Value | undefined) => (value === undefined ? "not declared" : showValue(value));
  return `${show(left)} → ${show(right)}`;
}

function listDelta(before: readonly Value[], after: readonly Value[]): string {
  const without = (list: readonly Value[], others: readonly Value[]) =>
    list.filter((value) => !others.some((other) => sameValue(value, other)));
  const parts = [
    ...without(after, before).map((value) => `+ ${showValue(value)}`),
    ...without(before, after).map((value) => `- ${showValue(value)}`),
  ];
  return parts.length === 0 ? "another order" : parts.join(", ");
}

/** Items that mean the same thing, with their names. */
export interface NamedGroup {
  readonly kind: string;
  readonly text: string;
  readonly names: readonly string[];
}

/** What is no longer declared, by kind and meaning. */
export function undeclaredGroups(unmanaged: readonly Undeclared[]): readonly NamedGroup[] {
  return grouped(
    unmanaged.map((item) => ({
      kind: item.kind,
      text: item.note,
      name: item.host ?? (item.group === null ? (item.environment ?? "") : `${item.group} on ${item.cluster}`),
    })),
  );
}

/** Settings of dtsync that many items have changed alike. */
export interface SettingGroup extends NamedGroup {
  /** The same for what is the same. */
  readonly key: string;
  readonly members: readonly SettingChange[];
}

/** Changed settings, those that many items share once. */
export function settingGroups(settings: readonly SettingChange[]): readonly SettingGroup[] {
  const named = settings.map((member) => {
    const { subject, field, before, after } = member;
    const slash = subject.indexOf("/");
    const kind = slash < 0 ? subject : subject.slice(0, slash);
    const show = (value: Value) => (value === null ? "not declared" : showValue(value));
    return { kind, text: `${field}: ${show(before)} → ${show(after)}`, name: subject.slice(slash + 1), member };
  });
  return grouped(named).map((group) => ({
    key: JSON.stringify([group.kind, group.text]),
    kind: group.kind,
    text: group.text,
    names: group.names,
    members: group.items.map(({ member }) => member),
  }));
}

interface NamedItem {
  readonly kind: string;
  readonly text: string;
  readonly name: string;
}

function grouped<Item extends NamedItem>(
  items: readonly Item[],
): readonly (NamedGroup & { readonly items: readonly Item[] })[] {
  const groups = new Map<string, { kind: string; text: string; names: string[]; items: Item[] }>();
  for (const item of items) {
    const { kind, text, name } = item;
    const key = JSON.stringify([kind, text]);
    const group = groups.get(key);
    if (group) {
      group.names.push(name);
      group.items.push(item);
    } else groups.set(key, { kind, text, names: [name], items: [item] });
  }
  return [...groups.values()];
}

/** What a change, or many alike, are about: `1,312 environments`, `rights of group noc on abc-p1`. */
export function distinctItems(entry: DiffEntry): { readonly noun: string; readonly names: readonly string[] } {
  const nouns = { environment: "environment", group: "group", permission: "environment", host: "host" } as const;
  const names = entry.changes.map(
    ({ kind, environment, group, host }) => (kind === "group" ? group : (host ?? environment)) ?? "",
  );
  return { noun: nouns[entry.first.kind], names: [...new Set(names)] };
}

/** The groups whose rights an entry is about. */
export const groupsOf = ({ changes }: DiffEntry): readonly string[] => [
  ...new Set(changes.map(({ group }) => group ?? "")),
];
