import { compareText } from "../lib/text.ts";
import type { LicenceTotal, LicenceUse } from "../model/fleet.ts";
import type { ObservedEnvironment } from "../model/observed.ts";

/** By period, the limits of it under the names that quotas have for them. */
const limits = {
  now: ["maxLimit"],
  month: ["monthlyLimit", "totalMonthlyLimit"],
  year: ["annualLimit", "totalAnnualLimit"],
} as const;
const periods = Object.keys(limits) as readonly (keyof typeof limits)[];

/** What an environment uses of its quotas, without those that it neither uses nor has a limit of; null: nobody knows. */
export function licenceUse({
  quotas = {},
  consumption,
}: Pick<ObservedEnvironment, "quotas" | "consumption">): readonly LicenceUse[] | null {
  if (consumption === undefined) return null;
  return Object.entries(consumption)
    .flatMap(([quota, use]) =>
      periods.flatMap((period): readonly LicenceUse[] => {
        const used = use[period];
        const limit = limits[period].map((name) => quotas[quota]?.[name]).find((value) => typeof value === "number");
        if (used === null || (used === 0 && limit === undefined)) return [];
        return [{ quota, period, used, limit: limit ?? null }];
      }),
    )
    .sort((left, right) => compareText(left.quota, right.quota));
}

/** What environments use together; null: of one it is not known. */
export function licenceTotal(environments: readonly (readonly LicenceUse[] | null)[]): readonly LicenceTotal[] | null {
  const totals = new Map<string, LicenceTotal>();
  for (const uses of environments) {
    if (uses === null) return null;
    for (const { quota, period, used } of uses) {
      const key = `${quota}/${period}`;
      totals.set(key, { quota, period, used: used + (totals.get(key)?.used ?? 0) });
    }
  }
  return [...totals.values()]
    .filter(({ used }) => used > 0)
    .sort((left, right) => compareText(left.quota, right.quota) || compareText(left.period, right.period));
}

/** Part of a limit from which on an environment is about to reach it. */
const nearly = 0.9;

/** Quotas of which hardly anything, or nothing, is left. */
export const nearLimit = (uses: readonly LicenceUse[] | null): readonly LicenceUse[] =>
  (uses ?? []).filter(({ used, limit }) => limit !== null && used > 0 && used >= limit * nearly);
