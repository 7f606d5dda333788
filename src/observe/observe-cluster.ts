import { ApiError, isStatus } from "../dynatrace/api-error.ts";
import type { Client } from "../dynatrace/client.ts";
import {
  type EnvironmentIncludes,
  readClusterVersion,
  readEnvironment,
  readEnvironments,
  readGroups,
} from "../dynatrace/cluster-api.ts";
import { errorMessage } from "../errors.ts";
import { declaredFields, differingFields } from "../kinds/environment/fields.ts";
import type { Inventory } from "../model/inventory.ts";
import type { ObservedCluster, ObservedEnvironment, Reading } from "../model/observed.ts";

const upgradeHint = "an upgrade of the cluster is running: try again in some minutes";

/** Why a scope could not be read, in one line with what to do. */
function reasonOf(error: unknown): string {
  if (isStatus(error, 556)) return upgradeHint;
  if (error instanceof ApiError && error.hint !== null) return `${error.message}; ${error.hint}`;
  return errorMessage(error);
}

async function reading<T>(read: Promise<T>): Promise<Reading<T>> {
  try {
    return { status: "complete", value: await read };
  } catch (error) {
    return { status: "unreadable", reason: reasonOf(error) };
  }
}

/** Reads what a plan needs of one cluster: a number of requests that is the number of pages plus a constant. Never throws. */
export async function observeCluster(
  cluster: string,
  client: Client,
  inventory: Inventory,
  groups: boolean,
): Promise<ObservedCluster> {
  const declared = inventory.environments.filter((environment) => environment.cluster === cluster);
  const wants = {
    quotas: declared.some(({ settings }) => settings.quotas !== undefined),
    storage: declared.some(({ settings }) => settings.storage !== undefined),
  };
  const version = await reading(readClusterVersion(client));
  if (version.status === "unreadable") return unusableCluster(version.reason, client.requestCount());
  const [environments, groupReading] = await Promise.all([
    reading(readAllEnvironments(client, inventory, cluster, wants)),
    groups ? reading(readGroups(client)) : null,
  ]);
  const quotasLicensed = environments.status === "unreadable" || environments.value.quotasLicensed;
  return {
    version: version.value,
    requests: client.requestCount(),
    environments:
      environments.status === "complete" ? { status: "complete", value: environments.value.found } : environments,
    groups: groupReading,
    quotasLicensed,
    warnings: [],
  };
}

export function unusableCluster(reason: string, requests: number): ObservedCluster {
  const unreadable = { status: "unreadable", reason } as const;
  return { version: null, requests, environments: unreadable, groups: unreadable, quotasLicensed: true, warnings: [] };
}

async function readAllEnvironments(
  client: Client,
  inventory: Inventory,
  cluster: string,
  wants: EnvironmentIncludes,
): Promise<{ readonly found: readonly ObservedEnvironment[]; readonly quotasLicensed: boolean }> {
  try {
    const found = await readEnvironments(client, wants);
    return {
      found: wants.quotas ? await refreshQuotas(client, inventory, cluster, found, wants) : found,
      quotasLicensed: true,
    };
  } catch (error) {
    // 422: this licence (DPS) has no quotas.
    if (!isStatus(error, 422) || !wants.quotas) throw error;
    return { found: await readEnvironments(client, { ...wants, quotas: false }), quotasLicensed: false };
  }
}

/** The list gives limits up to an hour old, so one that seems to differ is read once more as it is now. */
async function refreshQuotas(
  client: Client,
  inventory: Inventory,
  cluster: string,
  found: readonly ObservedEnvironment[],
  wants: EnvironmentIncludes,
): Promise<readonly ObservedEnvironment[]> {
  const declared = new Map(
    inventory.environments
      .filter((environment) => environment.cluster === cluster)
      .map((environment) => [environment.id.toLowerCase(), environment]),
  );
  return Promise.all(
    found.map(async (observed) => {
      const environment = declared.get(observed.id.toLowerCase());
      const suspect =
        environment !== undefined &&
        differingFields(declaredFields(environment), observed).some((path) => path.startsWith("quotas."));
      return suspect ? ((await readEnvironment(client, observed.id, wants)) ?? observed) : observed;
    }),
  );
}
