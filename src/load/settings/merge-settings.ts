import { isMap } from "../yaml/value-path.ts";

/** What a merge decides about the value at a path, so that provenance comes from the merge itself. */
export type MergeDecision = { readonly path: readonly string[] } & (
  | { readonly kind: "replaced"; readonly value: unknown }
  /** The items join those that are there. */
  | { readonly kind: "added"; readonly items: readonly unknown[] }
  /** Everything at and below the path goes. */
  | { readonly kind: "removed" }
);

/** Gets every decision, in the order in which they are made. */
export type MergeObserver = (decision: MergeDecision) => void;

type Settings = Readonly<Record<string, unknown>>;

/** Lists that grow from level to level; every other list is replaced as a whole. */
const addedUp: ReadonlySet<string> = new Set(["tags", "hostTags"]);

/** Maps that ask for something when they are written empty: that there be nothing. */
const asksWhenEmpty: ReadonlySet<string> = new Set(["hostProperties"]);

/**
 * Lays the settings of a nearer level over those of the levels above: maps merge key by key, scalars and lists are
 * replaced, tags and hostTags add up, null takes an inherited value away. The result holds no null.
 */
export function mergeSettings<Shape extends object>(
  above: Shape,
  nearer: Shape | null | undefined,
  observe?: MergeObserver,
): Shape {
  if (nearer === undefined) return above;
  if (nearer === null) {
    observe?.({ kind: "removed", path: [] });
    return {} as Shape;
  }
  return mergeMaps(above as Settings, nearer as Settings, observe && { observe, path: [] }) as Shape;
}

interface Observed {
  readonly observe: MergeObserver;
  readonly path: readonly string[];
}

function mergeMaps(above: Settings, nearer: Settings, observed: Observed | undefined): Settings {
  const merged: Record<string, unknown> = { ...above };
  for (const [key, value] of Object.entries(nearer)) {
    if (value === undefined) continue;
    const inherited = merged[key];
    const here = observed && { observe: observed.observe, path: [...observed.path, key] };
    if (value === null) {
      delete merged[key];
      here?.observe({ kind: "removed", path: here.path });
    } else if (isMap(value)) {
      const above = isMap(inherited) ? inherited : {};
      merged[key] = mergeMaps(above, value, here);
      if (!asksWhenEmpty.has(key) || !isEmpty(merged[key])) continue;
      if (isEmpty(value)) here?.observe({ kind: "replaced", path: here.path, value });
      // What null takes away is undeclared; that is another thing than to ask for nothing.
      else if (inherited === undefined || !isEmpty(inherited)) delete merged[key];
    } else if (!Array.isArray(value)) {
      merged[key] = value;
      here?.observe({ kind: "replaced", path: here.path, value });
    } else {
      const items = value.filter((item) => item !== undefined);
      const adds = addedUp.has(key);
      merged[key] = adds ? [...new Set([...(Array.isArray(inherited) ? inherited : []), ...items])] : items;
      here?.observe(
        adds ? { kind: "added", path: here.path, items } : { kind: "replaced", path: here.path, value: items },
      );
    }
  }
  return merged;
}

const isEmpty = (value: unknown): boolean => isMap(value) && Object.keys(value).length === 0;
