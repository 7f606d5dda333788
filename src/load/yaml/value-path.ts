import type { Container } from "./positions.ts";

/** Keys and list indexes that lead to a value. */
export type ValuePath = readonly (string | number)[];

export function isContainer(value: unknown): value is Container {
  return typeof value === "object" && value !== null;
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return isContainer(value) && !Array.isArray(value);
}

/** The value of one entry, undefined where there is none. Inherited properties of objects are no entries. */
export function entryOf(container: unknown, key: string | number): unknown {
  if (Array.isArray(container)) return container[Number(key)];
  return isMap(container) && Object.hasOwn(container, key) ? container[key] : undefined;
}

/** The map or list at the path, or null when there is none. */
export function containerAt(root: unknown, path: ValuePath): Container | null {
  let value = root;
  for (const key of path) value = entryOf(value, key);
  return isContainer(value) ? value : null;
}

/** Path of a JSON pointer; a step into a list becomes a number. */
export function pathOfPointer(root: unknown, pointer: string): ValuePath {
  const path: (string | number)[] = [];
  let value = root;
  for (const step of pointer.split("/").slice(1)) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    const key = Array.isArray(value) ? Number(name) : name;
    path.push(key);
    value = entryOf(value, key);
  }
  return path;
}
