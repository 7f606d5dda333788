import type { Sign } from "../kinds/kind.ts";
import { actionRules, rulesOf } from "../kinds/kinds.ts";
import { groupBy } from "../lib/group-by.ts";
import type { Value } from "../lib/json.ts";
import { showValue } from "../lib/printable.ts";
import { compareText } from "../lib/text.ts";
import type { DeclaredChange } from "../model/change.ts";
import type { SettingChange, Undeclared } from "../model/difference.ts";
import { groupAlike } from "./alike.ts";
import { valueDelta } from "./value-delta.ts";

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

/** Each change by itself. */
export const singleEntries = (changes: readonly DeclaredChange[]): DiffEntries => ({
  shared: [],
  single: changes.map((change) => {
    const { sign } = actionRules(change);
    return { key: change.id, sign, first: change, changes: [change], details: diffDetails(change) };
  }),
});

/**
 * Puts together what many items undergo alike, because it comes from one default, role or template: equal changes of a
 * field, equal rights, equal installations, and items that one place creates in numbers.
 */
export function diffEntries(changes: readonly DeclaredChange[]): DiffEntries {
  const { alike, others } = groupAlike(changes.flatMap(partsOf));
  const shared = alike.map((group): DiffEntry => {
    const [{ key, change, shownTogether }] = group;
    const { sign } = actionRules(change);
    return { key, sign, first: change, changes: group.map((part) => part.change), details: shownTogether };
  });
  const alone = groupBy(others, ({ change }) => change.id);
  return {
    shared: shared.sort((left, right) => right.changes.length - left.changes.length || byFirst(left, right)),
    single: [...alone.values()].map(([part, ...parts]) => {
      const details = [part, ...parts].flatMap((each) => each.details);
      const { change } = part;
      return { key: change.id, sign: actionRules(change).sign, first: change, changes: [change], details };
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
      text: change.before === null ? showValue(after) : valueDelta(before, after, "not declared"),
    }));
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
  return [...groupBy(items, ({ kind, text }) => JSON.stringify([kind, text])).values()].map((group) => {
    const [{ kind, text }] = group;
    return { kind, text, names: group.map(({ name }) => name), items: group };
  });
}

/** What a change, or many alike, are about: `1,312 environments`. */
export function distinctItems({ first, changes }: DiffEntry): {
  readonly noun: string;
  readonly names: readonly string[];
} {
  const names = changes.map((change) => rulesOf(change).name(change));
  return { noun: rulesOf(first).noun, names: [...new Set(names)] };
}
