import type { Amount } from "../../model/inventory.ts";
import type { AmountText } from "../schema/file-types.ts";

const unitMilliseconds: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a text such as `30s`, `5m`, `12h` or `7d`; 0 needs no unit. */
export function parseDuration(value: string | number): number {
  const text = String(value);
  return Number.parseInt(text, 10) * (unitMilliseconds[text.slice(-1)] ?? 1);
}

/** Milliseconds as such a text, in the largest unit of which they are a whole number. */
export function showDuration(milliseconds: number): string {
  const units = Object.entries(unitMilliseconds).reverse();
  const [unit, size] = units.find(([, length]) => milliseconds % length === 0) ?? ["s", 1000];
  return `${milliseconds / size}${unit}`;
}

const unitBytes: Readonly<Record<string, number>> = { kB: 1e3, MB: 1e6, GB: 1e9 };

/** Bytes a second of a text such as `500kB/s` or `10MB/s`. */
export function parseRate(text: string): number {
  return Number.parseInt(text, 10) * (unitBytes[text.slice(-4, -2)] ?? 1);
}

/** A whole number, or a percentage such as `25%`. */
export function parseAmount(value: AmountText): Amount {
  return typeof value === "number" ? { count: value } : { percent: Number.parseInt(value, 10) };
}
