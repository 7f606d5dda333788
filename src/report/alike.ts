import { groupBy } from "../lib/group-by.ts";

/** Something that is shown once together with all that has the same key, where there are enough of it. */
export interface Alike {
  readonly key: string;
  /** From how many on it is shown once. */
  readonly least: number;
}

export interface AlikeGroups<T> {
  /** What is alike, in the order in which it begins. */
  readonly alike: readonly (readonly [T, ...T[]])[];
  /** What is left, each by itself, in its order. */
  readonly others: readonly T[];
}

/** Puts together what is alike. */
export function groupAlike<T extends Alike>(items: readonly T[]): AlikeGroups<T> {
  const groups = groupBy(items, ({ key }) => key);
  const many = ([first, ...more]: readonly [T, ...T[]]) => more.length + 1 >= first.least;
  const small = new Set([...groups].filter(([, group]) => !many(group)).map(([key]) => key));
  return { alike: [...groups.values()].filter(many), others: items.filter(({ key }) => small.has(key)) };
}
