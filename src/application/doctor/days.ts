import { count } from "../../lib/printable.ts";

/** Milliseconds. */
export const day = 86_400_000;

/** What ends before this many days should be renewed now. */
export const leastDays = 21;

export const inDays = (days: number): string => (days === 0 ? "within a day" : `in ${count(days, "day")}`);
