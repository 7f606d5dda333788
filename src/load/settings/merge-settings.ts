import { isMap } from "../yaml/value-path.ts";

/** Is told what a merge decides about the value at a path, so that provenance comes from the merge itself. */
export interface MergeObserver {
  /** The value takes the place of what was there. */
  replaced(path: readonly string[], value: unknown): void;
  /** The items join those that are there. */
  added(path: readonly string[], items: readonly unknown[]): void;
  /** Everything at and below the path goes. */
  takenAway(path: readonly string[]): void;
}

type Settings = Readonly<Record<string, unknown>>;

/** Lists that grow from level to level; every other list is replaced as a whole. */
const addedUp: ReadonlySet<string> = new Set(["tags", "hostTags"]);

/**
 * Lays the settings of a nearer level over those of the levels above: maps merge key by key, scalars and lists are
 * replaced, tags and hostTags add up, null takes an inherited value away. The result holds no null.
 */
export function mergeSettings<Shape extends object>(
  above: Shape,
  nearer: Shape | null | undefined,
  observer?: MergeObserver,
): Shape {
  if (nearer === undefined) return above;
  if (nearer === null) {
    observer?.takenAway([]);
    return {} as Shape;
  }
  return mergeMaps(above as Settings, nearer as Settings, observer && { observer, path: [] }) as Shape;
}

interface Observed {
  readonly observer: MergeObserver;
  readonly path: readonly string[];
}

function mergeMaps(above: Settings, nearer: Settings, observed: Observed | undefined): Settings {
  const merged: Record<string, unknown> = { ...above };
  for (const [key, value] of Object.entries(nearer)) {
    if (value === undefined) continue;
    const inherited = merged[key];
    const here = observed && { observer: observed.observer, path: [...observed.path, key] };
    if (value === null) {
      delete merged[key];
      here?.observer.takenAway(here.path);
    } else if (isMap(value)) {
      merged[key] = mergeMaps(isMap(inherited) ? inherited : {}, value, here);
    } else if (!Array.isArray(value)) {
      merged[key] = value;
      here?.observer.replaced(here.path, value);
    } else {
      const items = value.filter((item) => item !== undefined);
      const adds = addedUp.has(key);
      merged[key] = adds ? [...new Set([...(Array.isArray(inherited) ? inherited : []), ...items])] : items;
      if (adds) here?.observer.added(here.path, items);
      else here?.observer.replaced(here.path, items);
    }
  }
  return merged;
}
