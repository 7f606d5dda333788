import { bodyViolation, type Violation } from "./answers.ts";
import {
  environmentId,
  listOf,
  nullable,
  objectOf,
  optional,
  type Rule,
  required,
  textOf,
  truth,
  violationsOf,
  wholeNumber,
  wordOf,
} from "./body-rules.ts";
import { initialStorage, quotaLimits, type StorageLimit, storageLimitsOf } from "./environment-defaults.ts";
import type { EnvironmentRecord, LimitGroups } from "./snapshot.ts";
import type { LicenceFeatures, World } from "./world.ts";

/** The body of POST and PUT once it has passed the rules. */
export interface EnvironmentWrite {
  readonly id?: string;
  readonly name: string;
  readonly state?: "ENABLED" | "DISABLED";
  readonly trial?: boolean;
  readonly tags?: readonly string[];
  readonly quotas?: LimitGroups;
  readonly storage?: LimitGroups;
}

const quotasRule: Rule = objectOf(
  Object.fromEntries(
    Object.entries(quotaLimits).map(([group, limits]) => [
      group,
      optional(objectOf(Object.fromEntries(limits.map((limit) => [limit, optional(nullable(wholeNumber(0)))])))),
    ]),
  ),
);

function storageRule(version: string): Rule {
  const group = ({ member, least, most, unlimited }: StorageLimit): Rule =>
    objectOf({
      [member]: unlimited ? optional(nullable(wholeNumber(least, most))) : required(wholeNumber(least, most)),
    });
  return objectOf(
    Object.fromEntries(Object.entries(storageLimitsOf(version)).map(([name, limit]) => [name, optional(group(limit))])),
  );
}

function environmentRule(version: string, withId: boolean): Rule {
  return objectOf({
    ...(withId ? { id: optional(environmentId) } : {}),
    name: required(textOf({ least: 1, most: 100 })),
    state: optional(wordOf(["ENABLED", "DISABLED"])),
    trial: optional(truth),
    tags: optional(listOf(textOf({ least: 1, most: 100 }), { most: 1024, unique: true })),
    quotas: optional(quotasRule),
    storage: optional(storageRule(version)),
  });
}

const quotaRefusals: readonly { quota: keyof LicenceFeatures & string; message: string }[] = [
  {
    quota: "customMetrics",
    message: "Cannot set Custom metrics quota as Custom metrics are not allowed for this license.",
  },
  { quota: "demUnits", message: "Cannot set DEM units quota as DEM units are not allowed for this license." },
  {
    quota: "davisDataUnits",
    message: "Cannot set Davis data units quota as Davis data units are not allowed for this license.",
  },
  {
    quota: "syntheticMonitors",
    message: "Cannot set Synthetic monitors quota as Synthetic monitors are not allowed for this license.",
  },
  {
    quota: "logMonitoring",
    message: "Cannot set Log Monitoring quota as Log Monitoring is not allowed for this license.",
  },
];

/**
 * Everything that is wrong with the body of a write: its shape, what the licence lacks, limits that contradict
 * each other once merged with those of the environment as it is.
 */
export function environmentViolations(
  world: World,
  body: unknown,
  before: EnvironmentRecord | undefined,
  withId: boolean,
): readonly Violation[] {
  const shape = violationsOf(environmentRule(world.state.version, withId), body);
  if (shape.length > 0) return shape;
  const write = body as EnvironmentWrite;
  const violations: Violation[] = [];
  if (write.trial === true && !world.features.trialEnvironments) {
    violations.push(bodyViolation("trial", "Trial environments are not allowed for this license."));
  }
  if (write.quotas !== undefined && world.licence === "dps") {
    violations.push(bodyViolation("quotas", "Cannot set quotas as they are not allowed for this license."));
  } else {
    for (const { quota, message } of quotaRefusals) {
      if (write.quotas?.[quota] !== undefined && !world.features[quota]) {
        violations.push(bodyViolation(`quotas.${quota}`, message));
      }
    }
  }
  for (const group of Object.keys(write.storage ?? {})) {
    if (group.startsWith("logMonitoring") && !world.features.logMonitoringStorage) {
      const message = "Cannot set Log Monitoring retention as Log Monitoring is not configured for this cluster.";
      violations.push(bodyViolation(`storage.${group}`, message));
    }
  }
  const storage = mergedStorage(before?.storage ?? initialStorage(), write.storage);
  const codeLevel = storage["serviceCodeLevelRetention"]?.["maxLimitInDays"] ?? 0;
  const requestLevel = storage["serviceRequestLevelRetention"]?.["maxLimitInDays"] ?? 0;
  if (codeLevel > requestLevel) {
    const message = "must not exceed serviceRequestLevelRetention";
    violations.push(bodyViolation("storage.serviceCodeLevelRetention.maxLimitInDays", message));
  }
  return violations;
}

/** A group that is left out stays; a limit that is left out of a group that is sent becomes unlimited. */
export function mergedQuotas(before: LimitGroups, sent: LimitGroups = {}): LimitGroups {
  const merged: Record<string, Readonly<Record<string, number | null>>> = { ...before };
  for (const [group, limits] of Object.entries(sent)) {
    const unlimited = Object.fromEntries((quotaLimits[group] ?? []).map((limit) => [limit, null]));
    merged[group] = { ...unlimited, ...limits };
  }
  return merged;
}

/** As with quotas; where a limit may not be left out, the rules of the body have seen to it. */
export function mergedStorage(before: LimitGroups, sent: LimitGroups = {}): LimitGroups {
  const merged: Record<string, Readonly<Record<string, number | null>>> = { ...before };
  for (const [group, limits] of Object.entries(sent)) {
    merged[group] = Object.keys(limits).length > 0 ? limits : { maxLimit: null };
  }
  return merged;
}
