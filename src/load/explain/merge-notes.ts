import type { Value } from "../../lib/json.ts";
import type { ExplainedElement, ExplainedSetting, OverriddenValue, ValueSource } from "../../model/explanation.ts";
import type { MergeObserver } from "../settings/merge-settings.ts";

/** What is known of one path: `source` says who declared the value, or took it away. */
interface Note {
  readonly value: Value;
  readonly source: ValueSource;
  readonly overrides: readonly OverriddenValue[];
  readonly elements?: readonly ExplainedElement[];
}

/** Finds places in the file that a merge takes its values from. */
export interface Locator {
  /** The key at the path, or the item of the list that is there. */
  sourceOf(path: readonly string[], index?: number): ValueSource;
  /** What the file has where `--set` put something else. */
  beforeSet(path: readonly string[]): OverriddenValue | null;
}

/** Where the values of one section come from, written down while its levels are merged one after the other. */
export interface MergeNotes {
  /** For the merge of the next level. */
  observer(locator: Locator): MergeObserver;
  /** By path with dots. */
  settings(): ReadonlyMap<string, ExplainedSetting>;
}

export function createMergeNotes(): MergeNotes {
  const notes = new Map<string, Note>();
  const keyOf = (path: readonly string[]): string => path.join("\n");
  const observer = (locator: Locator): MergeObserver => {
    const earlier = (path: readonly string[], note: Note | undefined): readonly OverriddenValue[] => [
      ...asList(locator.beforeSet(path)),
      ...(note ? [{ value: note.value, source: note.source }, ...note.overrides] : []),
    ];
    return {
      replaced(path, value) {
        const overrides = earlier(path, notes.get(keyOf(path)));
        notes.set(keyOf(path), { value: value as Value, source: locator.sourceOf(path), overrides });
      },
      added(path, items) {
        const note = notes.get(keyOf(path));
        const inherited = note?.value === null ? undefined : note;
        const elements = [...(inherited?.elements ?? [])];
        for (const [index, item] of items.entries()) {
          if (elements.some(({ value }) => value === item)) continue;
          elements.push({ value: item as Value, source: locator.sourceOf(path, index) });
        }
        const overrides = inherited
          ? [...asList(locator.beforeSet(path)), ...inherited.overrides]
          : earlier(path, note);
        const value = elements.map((element) => element.value);
        notes.set(keyOf(path), { value, source: locator.sourceOf(path), overrides, elements });
      },
      takenAway(path) {
        const source = locator.sourceOf(path);
        const start = path.length === 0 ? "" : `${keyOf(path)}\n`;
        for (const [key, note] of notes) {
          if (note.value === null || (key !== keyOf(path) && !key.startsWith(start))) continue;
          const overrides = earlier(key.split("\n"), note);
          notes.set(key, { value: null, source, overrides });
        }
        const before = locator.beforeSet(path);
        if (before && !notes.has(keyOf(path))) notes.set(keyOf(path), { value: null, source, overrides: [before] });
      },
    };
  };
  return {
    observer,
    settings: () => new Map([...notes].map(([key, note]) => [key.replaceAll("\n", "."), note])),
  };
}

const asList = <Item>(item: Item | null): readonly Item[] => (item === null ? [] : [item]);
