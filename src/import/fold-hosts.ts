import { compareText } from "../lib/text.ts";
import { mostHostsOfRange } from "../load/hosts/host-names.ts";

/** A name around the last number of its first part. */
interface Numbered {
  readonly start: string;
  readonly digits: string;
  readonly end: string;
}

/** Characters of an item with several ranges: what a person reads in a line, and far below what an inventory takes. */
const longestItem = 80;

/**
 * Host names as an inventory lists them: names that differ by a number alone, of equal width or without leading zeros, become
 * one item with ranges, `web[01-04,7]`, or several where that would be long. Names are in small letters and unique.
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
      const family = families.get(key) ?? [];
      families.set(key, family);
      family.push(numbered);
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
    if (run && Number(one.digits) === Number(run.last.digits) + 1 && run.count < mostHostsOfRange) {
      run.last = one;
      run.count += 1;
    } else runs.push({ first: one, last: one, count: 1 });
  }
  const [{ start, end }] = sorted as [Numbered, ...Numbered[]];
  const items: { parts: string[]; count: number }[] = [];
  for (const { first, last, count } of runs) {
    const part = count === 1 ? first.digits : `${first.digits}-${last.digits}`;
    const item = items.at(-1);
    const isRoom =
      item !== undefined &&
      item.count + count <= mostHostsOfRange &&
      `${start}[${item.parts.join(",")},${part}]${end}`.length <= longestItem;
    if (isRoom) {
      item.parts.push(part);
      item.count += count;
    } else items.push({ parts: [part], count });
  }
  return items.map(({ parts, count }) => start + (count === 1 ? parts.join("") : `[${parts.join(",")}]`) + end);
}
