import { errorAnswer } from "./answers.ts";
import { quotaLimits, type StorageLimit, storageLimitsOf } from "./environment-defaults.ts";
import type { EnvironmentRecord, LimitGroups } from "./snapshot.ts";
import type { World } from "./world.ts";

const quotaEntries = Object.entries(quotaLimits);

interface EnvironmentIncludes {
  readonly consumption: "cached" | "uncached" | null;
  readonly storage: boolean;
}

export function includesOf(query: URLSearchParams): EnvironmentIncludes {
  const asks = (name: string): boolean => query.get(name) === "true";
  const cached = asks("includeConsumptionInfo") ? "cached" : null;
  return {
    consumption: asks("includeUncachedConsumptionInfo") ? "uncached" : cached,
    storage: asks("includeStorageInfo"),
  };
}

/** Consumption and quotas do not exist under a DPS licence. */
export function licenceRefusal(world: World, includes: EnvironmentIncludes): Response | null {
  if (world.licence !== "dps" || includes.consumption === null) return null;
  return errorAnswer(422, "Consumption information is not available for the licence of this cluster");
}

/** Shows environments as an answer does. One view serves one request: it counts the agents once. */
export function createEnvironmentView(
  world: World,
  includes: EnvironmentIncludes,
): (environment: EnvironmentRecord) => Record<string, unknown> {
  const hosts = new Map<string, number>();
  if (includes.consumption !== null) {
    for (const agent of world.state.agents.values()) {
      if (agent.availability === "MONITORED") hosts.set(agent.environment, (hosts.get(agent.environment) ?? 0) + 1);
    }
  }
  const storageLimits = Object.entries(storageLimitsOf(world.state.version));
  const features: Readonly<Record<string, boolean>> = { ...world.features };
  return (environment) => ({
    id: environment.id,
    name: environment.name,
    trial: environment.trial,
    state: environment.state,
    tags: environment.tags,
    creationDate: environment.creationDate,
    ...(includes.consumption === null
      ? {}
      : {
          quotas: quotasView(
            features,
            shownQuotas(world, environment, includes.consumption),
            hosts.get(environment.id) ?? 0,
          ),
        }),
    ...(includes.storage ? { storage: storageView(storageLimits, features, environment.storage) } : {}),
  });
}

/** The cached form may repeat limits that have changed since. */
function shownQuotas(world: World, environment: EnvironmentRecord, form: "cached" | "uncached"): LimitGroups {
  if (form === "uncached") return environment.quotas;
  const now = world.now();
  const cached = world.passing.consumption.get(environment.id);
  if (cached !== undefined && now - cached.at < world.switches.cachedConsumption) return cached.quotas;
  world.passing.consumption.set(environment.id, { at: now, quotas: environment.quotas });
  return environment.quotas;
}

/** Remembers the limits that an environment has just been created with, as the first of the cached form. */
export function cacheQuotas(world: World, environment: EnvironmentRecord): void {
  world.passing.consumption.set(environment.id, { at: world.now(), quotas: environment.quotas });
}

function quotasView(
  features: Readonly<Record<string, boolean>>,
  quotas: LimitGroups,
  hostUnits: number,
): Record<string, unknown> {
  const view: Record<string, unknown> = {};
  for (const [group, limits] of quotaEntries) {
    const shown: Record<string, number | null> = { ...usageOf(group, hostUnits) };
    for (const limit of limits) shown[limit] = quotas[group]?.[limit] ?? null;
    view[group] = features[group] === false ? null : shown;
  }
  view["sessionProperties"] = { consumedThisMonth: 0, consumedThisYear: 0 };
  return view;
}

function usageOf(group: string, hostUnits: number): Record<string, number> {
  if (group === "hostUnits") return { currentUsage: hostUnits };
  if (group === "customMetrics") return { currentUsage: 0 };
  if (group !== "userSessions") return { consumedThisMonth: 0, consumedThisYear: 0 };
  return {
    totalConsumedThisMonth: 0,
    totalConsumedThisYear: 0,
    consumedMobileSessionsThisMonth: 0,
    consumedMobileSessionsThisYear: 0,
    consumedUserSessionsWithWebSessionReplayThisMonth: 0,
    consumedUserSessionsWithWebSessionReplayThisYear: 0,
    consumedUserSessionsWithMobileSessionReplayThisMonth: 0,
    consumedUserSessionsWithMobileSessionReplayThisYear: 0,
  };
}

function storageView(
  limits: readonly (readonly [string, StorageLimit])[],
  features: Readonly<Record<string, boolean>>,
  storage: LimitGroups,
): Record<string, unknown> {
  const view: Record<string, unknown> = {};
  for (const [group, { member }] of limits) {
    const limit = storage[group]?.[member] ?? null;
    if (group.startsWith("logMonitoring") && features["logMonitoringStorage"] === false) view[group] = null;
    else if (member === "maxLimitInDays") {
      view[group] = { maxLimitInDays: limit, currentlyUsedInDays: 0, currentlyUsedInMillis: 0 };
    } else if (group === "userActionsPerMinute" || group === "transactionTrafficQuota") {
      view[group] = { maxLimit: limit };
    } else {
      view[group] = {
        maxLimit: limit,
        currentlyUsed: 0,
        retentionReductionPercentage: null,
        retentionReductionReason: null,
      };
    }
  }
  return view;
}
