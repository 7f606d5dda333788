import type { Container, Positions } from "./positions.ts";
import { isContainer, type ValuePath } from "./value-path.ts";

/**
 * A copy of the data in which the values at the paths are undefined, so that the rest of an invalid file can still be
 * checked. Keys and list items keep their places, and with them their positions.
 */
export function withoutValues(root: unknown, paths: readonly ValuePath[], positions: Positions): unknown {
  let result = root;
  const copied = new Set<object>();
  const copyOf = (value: Container): Container => {
    if (copied.has(value)) return value;
    const copy = Array.isArray(value) ? [...value] : { ...value };
    copied.add(copy);
    movePositions(positions, value, copy);
    return copy;
  };
  for (const path of paths) {
    const last = path.at(-1);
    if (last === undefined) return undefined;
    if (!isContainer(result)) return result;
    let container = copyOf(result);
    result = container;
    let reached = true;
    for (const key of path.slice(0, -1)) {
      const inner = (container as Record<string | number, unknown>)[key];
      if (!isContainer(inner)) {
        reached = false;
        break;
      }
      const copy = copyOf(inner);
      (container as Record<string | number, unknown>)[key] = copy;
      container = copy;
    }
    if (reached && Object.hasOwn(container, last)) (container as Record<string | number, unknown>)[last] = undefined;
  }
  return result;
}

/** Gives a copy the positions of its original. */
export function movePositions(positions: Positions, original: object, copy: object): void {
  const offsets = positions.offsets.get(original);
  if (offsets) positions.offsets.set(copy, offsets);
  const overrides = positions.overrides.get(original);
  if (overrides) positions.overrides.set(copy, overrides);
}
