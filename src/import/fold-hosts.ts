import { compareText } from "../lib/text.ts";

/** A name around the last number of its first part. */
interface Numbered {
  readonly start: string;
  readonly digits: string;
  readonly end: string;
}

/** Most hosts in one item of an inventory. */
const mostInRange = 10_000;

/**
 * Host names as an inventory lists them: names that differ by a number alone, of equal width or without leading zeros, become
 * one item with ranges, `web[01-04,7]`. Names are in small letters and unique.
 */
export function foldHosts(names: readonly string[]): readonly string[] {
  const families = new Map<string, Numbered[]>();
  const plain: string[] = [];
  for (const name of names) {
    const numbered = takeApart(name);
    if (numbered === null) plain.push(name);
    else {
      const { start, end, digits } = numbered;
      // Numbers with leading zeros are of one width; others may grow.
      const key = JSON.stringify([start, end, digits.startsWith("0") ? digits.length : 0]);
      families.set(key, [...(families.get(key) ?? []), numbered]);
    }
  }
  const folded = [...families.values()].flatMap((family) => foldFamily(family));
  return [...plain, ...folded].sort(compareText);
}

function takeApart(name: string): Numbered | null {
  if (/^[\d.]+$/.test(name) || name.includes(":")) return null;
  const [, start = "", digits = "", end = ""] = /^([^.]*?)(\d{1,9})([^.\d]*(?:\..*)?)$/.exec(name) ?? [];
  return digits === "" ? null : { start, digits, end };
}

function foldFamily(family: readonly Numbered[]): readonly string[] {
  const sorted = [...family].sort((left, right) => Number(left.digits) - Number(right.digits));
  const runs: { first: Numbered; last: Numbered; count: number }[] = [];
  for (const one of sorted) {
    const run = runs.at(-1);
    if (run && Number(one.digits) === Number(run.last.digits) + 1 && run.count < mostInRange) {
      run.last = one;
      run.count += 1;
    } else runs.push({ first: one, last: one, count: 1 });
  }
  const [{ start, end }] = sorted as [Numbered, ...Numbered[]];
  if (sorted.length === 1) return [start + (sorted[0]?.digits ?? "") + end];
  const parts = runs.map(({ first, last, count }) => (count === 1 ? first.digits : `${first.digits}-${last.digits}`));
  return [`${start}[${parts.join(",")}]${end}`];
}
