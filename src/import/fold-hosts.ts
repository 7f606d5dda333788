import { groupBy } from "../lib/group-by.ts";
import { compareText } from "../lib/text.ts";
import { mostHostsOfRange } from "../load/hosts/host-names.ts";

/** A name around a number of its first part. */
interface Numbered {
  readonly name: string;
  readonly start: string;
  readonly digits: string;
  readonly end: string;
}

/** Characters of an item with several ranges: what a person reads in a line, and far below what an inventory takes. */
const longestItem = 80;

const mostDigits = 9;

/** Numbers of a name, from its end, that may be the one by which it differs from others. */
const mostPlaces = 3;

/**
 * Host names as an inventory lists them: names that differ by a number alone, of equal width or without leading zeros, become
 * one item with ranges, `web[01-04,7]`, or several where that would be long. Names are in small letters and unique.
 */
export function foldHosts(names: readonly string[]): readonly string[] {
  const items: string[] = [];
  let left = names;
  // Behind the number that counts there may be others, such as that of the stage in `web01-p1`.
  for (let place = 0; place < mostPlaces; place += 1) {
    const families = familiesAt(left, place);
    items.push(...families.flatMap((family) => foldFamily(family)));
    const folded = new Set(families.flat().map(({ name }) => name));
    left = left.filter((name) => !folded.has(name));
  }
  return [...left, ...items].sort(compareText);
}

/** Several names each that differ by the number at a place, counted from the end, alone. */
function familiesAt(names: readonly string[], place: number): readonly (readonly Numbered[])[] {
  const numbers = names.flatMap((name) => takeApart(name, place) ?? []);
  const keyOf = ({ start, end }: Numbered, width: number): string => JSON.stringify([start, end, width]);
  const padded = new Set(numbers.flatMap((one) => (/^0\d/.test(one.digits) ? [keyOf(one, one.digits.length)] : [])));
  // Numbers with leading zeros are of one width, as are those of that width beside them; others may grow.
  const families = groupBy(numbers, (one) => {
    const key = keyOf(one, one.digits.length);
    return padded.has(key) ? key : keyOf(one, 0);
  });
  return [...families.values()].filter(({ length }) => length > 1);
}

function takeApart(name: string, place: number): Numbered | null {
  if (/^[\d.]+$/.test(name) || name.includes(":")) return null;
  const first = name.split(".", 1)[0] ?? name;
  const found = [...first.matchAll(/\d+/g)].at(-1 - place);
  if (found === undefined) return null;
  // The last digits of a number that is too large to be counted.
  const digits = found[0].slice(-mostDigits);
  const from = found.index + found[0].length - digits.length;
  return { name, start: name.slice(0, from), digits, end: name.slice(from + digits.length) };
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
