import { severities } from "../model/fleet.ts";

/** How grave problems are, the gravest first: something is down or fails, is slow or scarce, or is anything else. */
export const severityLevels = [0, 1, 2] as const;
export type SeverityLevel = (typeof severityLevels)[number];

export function severityLevel(severity: string): SeverityLevel {
  const known: readonly string[] = severities;
  const rank = known.indexOf(severity);
  return rank < 0 || rank > 3 ? 2 : rank < 2 ? 0 : 1;
}
