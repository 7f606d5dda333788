import type { Value } from "../../lib/json.ts";
import type { ExplainedElement, ExplainedSetting, OverriddenValue, ValueSource } from "../../model/explanation.ts";
import type { MergeDecision } from "../settings/merge-settings.ts";

/** What is known of one path: `source` says who declared the value, or took it away. */
interface Known {
  readonly value: Value;
  readonly source: ValueSource;
  readonly overrides: readonly OverriddenValue[];
  readonly elements?: readonly ExplainedElement[];
}

/** Finds places in the file that a merge took its values from. */
export interface Locator {
  /** The key at the path, or the item of the list that is there. */
  sourceOf(path: readonly string[], index?: number): ValueSource;
  /** What the file has where `--set` put something else. */
  beforeSet(path: readonly string[]): OverriddenValue | null;
}

/** Where the values of one section come from, put together from what the merges of its levels decided. */
interface SettingSources {
  /** Follows one decision; those of the levels come in order, from the top. */
  follow(decision: MergeDecision, locator: Locator): void;
  /** By path with dots. */
  settings(): ReadonlyMap<string, ExplainedSetting>;
}

export function createSettingSources(): SettingSources {
  const known = new Map<string, Known>();
  return {
    follow(decision, locator) {
      if (decision.kind === "replaced") replace(known, decision.path, decision.value as Value, locator);
      else if (decision.kind === "added") add(known, decision.path, decision.items as readonly Value[], locator);
      else remove(known, decision.path, locator);
    },
    settings: () => new Map([...known].map(([key, setting]) => [key.replaceAll("\n", "."), setting])),
  };
}

const keyOf = (path: readonly string[]): string => path.join("\n");

function replace(known: Map<string, Known>, path: readonly string[], value: Value, locator: Locator): void {
  const overrides = earlier(path, known.get(keyOf(path)), locator);
  known.set(keyOf(path), { value, source: locator.sourceOf(path), overrides });
  // A map that was written empty holds something now.
  known.delete(keyOf(path.slice(0, -1)));
}

function add(known: Map<string, Known>, path: readonly string[], items: readonly Value[], locator: Locator): void {
  const before = known.get(keyOf(path));
  const inherited = before?.value === null ? undefined : before;
  const elements = [...(inherited?.elements ?? [])];
  for (const [index, item] of items.entries()) {
    if (elements.some(({ value }) => value === item)) continue;
    elements.push({ value: item, source: locator.sourceOf(path, index) });
  }
  const overrides = inherited
    ? [...asList(locator.beforeSet(path)), ...inherited.overrides]
    : earlier(path, before, locator);
  const value = elements.map((element) => element.value);
  known.set(keyOf(path), { value, source: locator.sourceOf(path), overrides, elements });
}

function remove(known: Map<string, Known>, path: readonly string[], locator: Locator): void {
  const source = locator.sourceOf(path);
  const start = path.length === 0 ? "" : `${keyOf(path)}\n`;
  for (const [key, setting] of known) {
    if (setting.value === null || (key !== keyOf(path) && !key.startsWith(start))) continue;
    known.set(key, { value: null, source, overrides: earlier(key.split("\n"), setting, locator) });
  }
  const before = locator.beforeSet(path);
  if (before && !known.has(keyOf(path))) known.set(keyOf(path), { value: null, source, overrides: [before] });
}

/** What a value takes the place of, the nearest first. */
const earlier = (path: readonly string[], setting: Known | undefined, locator: Locator): readonly OverriddenValue[] => [
  ...asList(locator.beforeSet(path)),
  ...(setting ? [{ value: setting.value, source: setting.source }, ...setting.overrides] : []),
];

const asList = <Item>(item: Item | null): readonly Item[] => (item === null ? [] : [item]);
