import { sameValue, type Value } from "../lib/json.ts";
import { showValue } from "../lib/printable.ts";

/** What becomes of a value, in words: `100 → 200`; of a list what comes and goes. `missing` stands for undefined. */
export function valueDelta(before: Value | undefined, after: Value | undefined, missing: string): string {
  if (Array.isArray(before) && Array.isArray(after)) return listDelta(before, after);
  const show = (value: Value | undefined) => (value === undefined ? missing : showValue(value));
  return `${show(before)} → ${show(after)}`;
}

function listDelta(before: readonly Value[], after: readonly Value[]): string {
  const without = (list: readonly Value[], others: readonly Value[]) =>
    list.filter((value) => !others.some((other) => sameValue(value, other)));
  const parts = [
    ...without(after, before).map((value) => `+ ${showValue(value)}`),
    ...without(before, after).map((value) => `- ${showValue(value)}`),
  ];
  return parts.length === 0 ? "another order" : parts.join(", ");
}
