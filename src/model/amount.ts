import type { Amount } from "./inventory.ts";

/** The number that an amount means out of `total`: percentages round up and are never below 1. */
export function resolveAmount(amount: Amount, total: number): number {
  return "count" in amount ? amount.count : Math.max(1, Math.ceil((total * amount.percent) / 100));
}
