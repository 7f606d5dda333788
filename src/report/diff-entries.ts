import type { Sign } from "../kinds/kind.ts";
import { actionRules, rulesOf } from "../kinds/kinds.ts";
import { sameValue, type Value } from "../lib/json.ts";
import { showValue } from "../lib/printable.ts";
import { compareText } from "../lib/text.ts";
import type { DeclaredChange } from "../model/change.ts";
import type { SettingChange, Undeclared } from "../model/difference.ts";

/** A field of a change in words: `quotas.hostUnits.maxLimit: 100 → 200`, `tags: + team:web`. */
export interface Detail {
  readonly field: string;
  readonly text: string;
}

/** What one or many items undergo alike. */
export interface DiffEntry {
  /** The same for what is the same. */
  readonly key: string;
  readonly sign: Sign;
  readonly first: DeclaredChange;
  /** Every change that undergoes it, the first one included. */
  readonly changes: readonly DeclaredChange[];
  readonly details: readonly Detail[];
}

export interface DiffEntries {
  /** What reaches several items, the widest first. */
  readonly shared: readonly DiffEntry[];
  /** What is left, a change each. */
  readonly single: readonly DiffEntry[];
}

/**
 * Puts together what many items undergo alike, because it comes from one default, role or template: equal changes of a
 * field, equal rights, equal installations, and items that one place creates in numbers.
 */
export function diffEntries(changes: readonly DeclaredChange[]): DiffEntries {
  const parts = changes.flatMap(partsOf);
  const groups = new Map<string, Part[]>();
  for (const part of parts) {
    const group = groups.get(part.key);
    if (group) group.push(part);
    else groups.set(part.key, [part]);
  }
  const shared: DiffEntry[] = [];
  const alone = new Map<DeclaredChange, Detail[]>();
  for (const [key, group] of groups) {
    const [first] = group;
    if (!first || group.length < first.least) {
      for (const part of group) alone.set(part.change, [...(alone.get(part.change) ?? []), ...part.details]);
      continue;
    }
    shared.push({
      key,
      sign: actionRules(first.change).sign,
      first: first.change,
      changes: group.map(({ change }) => change),
      details: first.shownTogether,
    });
  }
  return {
    shared: shared.sort((left, right) => right.changes.length - left.changes.length || byFirst(left, right)),
    single: changes.flatMap((change) => {
      const details = alone.get(change);
      return details
        ? [{ key: change.id, sign: actionRules(change).sign, first: change, changes: [change], details }]
        : [];
    }),
  };
}

const byFirst = (left: DiffEntry, right: DiffEntry): number => compareText(left.first.id, right.first.id);

/** A part of a change that can be the same for others. */
interface Part {
  readonly change: DeclaredChange;
  readonly key: string;
  readonly least: number;
  readonly details: readonly Detail[];
  /** What is shown for all; empty where the items differ in it. */
  readonly shownTogether: readonly Detail[];
}

function partsOf(change: DeclaredChange): readonly Part[] {
  const { kind, action, notes } = change;
  const details = diffDetails(change);
  const sharing = rulesOf(change).sharing(change);
  const keyOf = (key: readonly unknown[]) => JSON.stringify([kind, action, notes, ...key]);
  if (sharing.by === "field") {
    return details.map((detail) => ({
      change,
      key: keyOf([detail]),
      least: 2,
      details: [detail],
      shownTogether: [detail],
    }));
  }
  const { key, least, showsDetails } = sharing;
  return [{ change, key: keyOf(key), least, details, shownTogether: showsDetails ? details : [] }];
}

/** The fields of a change in words. What one side does not declare is called so. */
export function diffDetails(change: DeclaredChange): readonly Detail[] {
  if (change.after === null) return [];
  return rulesOf(change)
    .fields(change)
    .map(({ field, before, after }) => ({
      field,
      text: change.before === null ? showValue(after) : valueDelta(before, after),
    }));
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
      name: item.kind === "group" ? `${item.group} on ${item.cluster}` : rulesOf(item).name(item),
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

/** What a change, or many alike, are about: `1,312 environments`. */
export function distinctItems({ first, changes }: DiffEntry): {
  readonly noun: string;
  readonly names: readonly string[];
} {
  const names = changes.map((change) => rulesOf(change).name(change));
  return { noun: rulesOf(first).noun, names: [...new Set(names)] };
}
