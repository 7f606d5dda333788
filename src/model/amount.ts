import type { Amount } from "./inventory.ts";

/** As an inventory writes it: a number, or a percentage such as `25%`. */
export function showAmount(amount: Amount): number | string {
  return "count" in amount ? amount.count : `${amount.percent}%`;
}

/** The number that an amount means out of `total`: percentages round up and are never below 1. */
export function resolveAmount(amount: Amount, total: number): number {
  return "count" in amount ? amount.count : Math.max(1, Math.ceil((total * amount.percent) / 100));
}
