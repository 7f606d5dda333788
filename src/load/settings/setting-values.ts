import type { Amount } from "../../model/inventory.ts";
import type { AmountText } from "../schema/file-types.ts";

const unitMilliseconds: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a text such as `30s`, `5m`, `12h` or `7d`. */
export function parseDuration(text: string): number {
  return Number.parseInt(text, 10) * (unitMilliseconds[text.slice(-1)] ?? 1);
}

/** A whole number, or a percentage such as `25%`. */
export function parseAmount(value: AmountText): Amount {
  return typeof value === "number" ? { count: value } : { percent: Number.parseInt(value, 10) };
}
