import { count, separated } from "../lib/printable.ts";
import type { Guard } from "../model/plan.ts";

type Numbers = Pick<Guard, "guard" | "limit" | "actual">;

/** By guard, what it stands against; for readers who do not know its name. */
const words: Readonly<Record<string, (numbers: Numbers) => string>> = {
  maxRemovals: ({ actual, limit }) =>
    `${count(actual, "item")} would be disabled, deleted or uninstalled, at most ${separated(limit)} allowed`,
  maxUpdates: ({ actual, limit }) =>
    `${count(actual, "item")} of a cluster would be updated, at most ${separated(limit)} allowed`,
  protect: ({ actual }) => `${count(actual, "protected environment")} would be disabled or deleted, or begin to be`,
  breakGlass: ({ actual }) => `${count(actual, "change")} would weaken groups that are kept for emergencies`,
  lastClusterAdminGroup: () => "no group of cluster administrators would be left",
};

/** What a guard stands against, with its numbers. */
export const guardWords = (numbers: Numbers): string =>
  words[numbers.guard]?.(numbers) ?? `${separated(numbers.actual)}, at most ${separated(numbers.limit)} allowed`;

/** What there is to do about a guard that no option overrides. */
export const noOverride = "nothing overrides it but a change of the inventory";
