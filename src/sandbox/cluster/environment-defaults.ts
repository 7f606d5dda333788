import type { LimitGroups } from "./snapshot.ts";
import { compareVersions } from "./versions.ts";

/** Writable members of each quota group. */
export const quotaLimits: Readonly<Record<string, readonly string[]>> = {
  hostUnits: ["maxLimit"],
  customMetrics: ["maxLimit"],
  demUnits: ["monthlyLimit", "annualLimit"],
  davisDataUnits: ["monthlyLimit", "annualLimit"],
  syntheticMonitors: ["monthlyLimit", "annualLimit"],
  logMonitoring: ["monthlyLimit", "annualLimit"],
  userSessions: ["totalMonthlyLimit", "totalAnnualLimit"],
};

export interface StorageLimit {
  readonly member: "maxLimit" | "maxLimitInDays";
  readonly least: number;
  readonly most: number;
  /** Whether null and leaving the limit out mean "none". */
  readonly unlimited: boolean;
  /** What a new environment starts with. */
  readonly initial: number | null;
  /** First version that has the group, and first that has it no more. */
  readonly from?: string;
  readonly until?: string;
}

const bytes = {
  member: "maxLimit",
  least: 0,
  most: Number.MAX_SAFE_INTEGER,
  unlimited: true,
  initial: null,
} as const satisfies StorageLimit;

function days(least: number, most: number, initial: number): StorageLimit {
  return { member: "maxLimitInDays", least, most, unlimited: false, initial };
}

const storageLimits: Readonly<Record<string, StorageLimit>> = {
  transactionStorage: bytes,
  sessionReplayStorage: bytes,
  symbolFilesFromMobileApps: bytes,
  serviceRequestLevelRetention: days(1, 365, 35),
  serviceCodeLevelRetention: days(1, 365, 10),
  rumNonAggregatedDataRetention: days(1, 365, 35),
  realUserMonitoringRetention: days(1, 35, 35),
  syntheticMonitoringRetention: days(1, 35, 35),
  sessionReplayRetention: days(1, 35, 35),
  userActionsPerMinute: { member: "maxLimit", least: 1, most: 2_147_483_646, unlimited: true, initial: null },
  transactionTrafficQuota: { member: "maxLimit", least: 100, most: 100_000, unlimited: false, initial: 1000 },
  logMonitoringStorage: { ...bytes, until: "1.326" },
  logMonitoringRetention: { ...days(5, 90, 35), until: "1.326" },
  logMonitoringV2Storage: { ...bytes, from: "1.340" },
  logMonitoringV2Retention: { ...days(1, 3650, 35), from: "1.340" },
};

/** The storage groups that a version of the product has. */
export function storageLimitsOf(version: string): Readonly<Record<string, StorageLimit>> {
  return Object.fromEntries(
    Object.entries(storageLimits).filter(
      ([, limit]) =>
        (limit.from === undefined || compareVersions(version, limit.from) >= 0) &&
        (limit.until === undefined || compareVersions(version, limit.until) < 0),
    ),
  );
}

export function initialQuotas(): LimitGroups {
  return Object.fromEntries(
    Object.entries(quotaLimits).map(([group, limits]) => [
      group,
      Object.fromEntries(limits.map((limit) => [limit, null])),
    ]),
  );
}

export function initialStorage(): LimitGroups {
  return Object.fromEntries(
    Object.entries(storageLimits).map(([group, limit]) => [group, { [limit.member]: limit.initial }]),
  );
}
