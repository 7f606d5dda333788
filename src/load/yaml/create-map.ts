import { compareText } from "../../lib/text.ts";
import type { Positions } from "./positions.ts";

/** One pair of a map with the offsets of its sides. */
export interface Entry {
  readonly key: string;
  readonly value: unknown;
  readonly keyOffset: number;
  readonly valueOffset: number;
}

/** A map with its keys in order, so that nothing that is made of it depends on their order in the file. */
export function createMap(positions: Positions, start: number, entries: Entry[]): Readonly<Record<string, unknown>> {
  const map: Record<string, unknown> = {};
  const offsets: number[] = [start];
  entries.sort((left, right) => compareKeys(left.key, right.key));
  for (const { key, value, keyOffset, valueOffset } of entries) {
    map[key] = value;
    offsets.push(keyOffset, valueOffset);
  }
  positions.offsets.set(map, offsets);
  return map;
}

/** JavaScript lists keys that look like indexes of a list first and by number, whatever the order they are set in. */
function compareKeys(left: string, right: string): number {
  const leftIndex = indexOfKey(left);
  const rightIndex = indexOfKey(right);
  if (leftIndex < 0 && rightIndex < 0) return compareText(left, right);
  if (leftIndex < 0) return 1;
  return rightIndex < 0 ? -1 : leftIndex - rightIndex;
}

function indexOfKey(key: string): number {
  const first = key.charCodeAt(0);
  if (!(first >= 48 && first <= 57)) return -1;
  const index = Number(key);
  return Number.isInteger(index) && index < 2 ** 32 - 1 && String(index) === key ? index : -1;
}
