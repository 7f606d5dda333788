import { inventoryStart, type Place } from "../../model/diagnostic.ts";
import type { ValuePlace } from "../diagnostics/diagnostics.ts";

export type Container = Readonly<Record<string, unknown>> | readonly unknown[];

/**
 * Offsets of one map or list and of what it holds: its own start, then two numbers for each entry in the order of
 * `Object.keys`, that of the key (in a list: of the item) and that of the value. Numbers instead of nodes, because
 * an inventory has a hundred thousand of them.
 */
export type Offsets = readonly number[];

/** Positions of everything in one YAML file, and what `--set` put in its place. */
export interface Positions {
  readonly file: string;
  readonly text: string;
  readonly offsets: Map<object, Offsets>;
  /** For containers that `--set` touched: the path of the override by key; null stands for the whole container. */
  readonly overrides: Map<object, Map<string | null, string>>;
  /** The data without `--set`, where there is any. */
  withoutSet: unknown;
  lineStarts: readonly number[] | null;
  /** Index by key of large maps, made when first asked for. */
  readonly keyIndexes: Map<object, ReadonlyMap<string, number>>;
}

const smallMap = 32;

export function createPositions(file: string, text: string): Positions {
  return {
    file,
    text,
    offsets: new Map(),
    overrides: new Map(),
    withoutSet: null,
    lineStarts: null,
    keyIndexes: new Map(),
  };
}

/** Line and column, both from 1, of an offset into the text. */
export function placeAt(positions: Positions, offset: number): Place {
  positions.lineStarts ??= findLineStarts(positions.text);
  const starts = positions.lineStarts;
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { file: positions.file, line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}

function findLineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** The place of the key (in a list: of the item). */
export function keyPlace(positions: Positions, container: Container, key: string | number): ValuePlace {
  return entryPlace(positions, container, key, 0);
}

/** The place of the value; a value without text (`key:`) has that of its key. */
export function valuePlace(positions: Positions, container: Container, key: string | number): ValuePlace {
  return entryPlace(positions, container, key, 1);
}

/** Where a map or list begins. */
export function startPlace(positions: Positions, container: Container): ValuePlace {
  const setPath = positions.overrides.get(container)?.get(null) ?? null;
  const start = positions.offsets.get(container)?.[0];
  return { place: start === undefined ? fileStart(positions) : placeAt(positions, start), setPath };
}

/** Whether the file writes a map or list in brackets. */
export function isInBrackets({ text, offsets }: Positions, container: Container): boolean {
  return /^[[{]/.test(text.charAt(offsets.get(container)?.[0] ?? text.length));
}

function entryPlace(positions: Positions, container: Container, key: string | number, part: 0 | 1): ValuePlace {
  const overrides = positions.overrides.get(container);
  const setPath = overrides?.get(String(key)) ?? overrides?.get(null) ?? null;
  const offset = offsetOf(positions, container, key, part);
  return { place: offset === undefined ? fileStart(positions) : placeAt(positions, offset), setPath };
}

/** The offset of the key, or undefined where `--set` gave it. */
export function keyOffset(positions: Positions, container: Container, key: string | number): number | undefined {
  return offsetOf(positions, container, key, 0);
}

/** The offset of the value, or undefined where `--set` gave it. */
export function valueOffset(positions: Positions, container: Container, key: string | number): number | undefined {
  return offsetOf(positions, container, key, 1);
}

function offsetOf(positions: Positions, container: Container, key: string | number, part: 0 | 1): number | undefined {
  const index = indexOf(positions, container, key);
  return index < 0 ? undefined : positions.offsets.get(container)?.[1 + 2 * index + part];
}

/** The keys of a map in the order of the file; in the data they are sorted. */
export function keysInFile(positions: Positions, map: Readonly<Record<string, unknown>>): readonly string[] {
  const offsets = positions.offsets.get(map) ?? [];
  const offset = (index: number): number => offsets[1 + 2 * index] ?? Number.MAX_SAFE_INTEGER;
  return Object.keys(map)
    .map((key, index) => ({ key, offset: offset(index) }))
    .sort((left, right) => left.offset - right.offset)
    .map(({ key }) => key);
}

function indexOf(positions: Positions, container: Container, key: string | number): number {
  if (typeof key === "number") return key;
  const known = positions.keyIndexes.get(container);
  if (known) return known.get(key) ?? -1;
  const keys = Object.keys(container);
  if (keys.length <= smallMap) return keys.indexOf(key);
  positions.keyIndexes.set(container, new Map(keys.map((name, index) => [name, index])));
  return indexOf(positions, container, key);
}

const fileStart = (positions: Positions): Place => ({ ...inventoryStart, file: positions.file });
