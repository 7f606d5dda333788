import { compareText } from "../lib/text.ts";

/** Numbers under the same name added up, in the order of names. */
export function sumOf(counts: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const sums = new Map<string, number>();
  for (const one of counts)
    for (const [name, number] of Object.entries(one)) sums.set(name, (sums.get(name) ?? 0) + number);
  return Object.fromEntries([...sums].sort(([left], [right]) => compareText(left, right)));
}
