import type { Client } from "../dynatrace/client.ts";
import { readClusterVersion, readGroups } from "../dynatrace/cluster-api.ts";
import { readLicenceHour } from "../dynatrace/licence-hour.ts";
import { readClusterEnvironments } from "../kinds/environment/effects/read.ts";
import type { Inventory } from "../model/inventory.ts";
import type { ObservedCluster } from "../model/observed.ts";
import type { Wanted } from "./observe.ts";
import { observeZones, type QuestionTokens } from "./observe-zones.ts";
import { reading } from "./reading.ts";

/**
 * Reads what a plan needs of one cluster: a number of requests that is the number of pages plus a constant, and four for each
 * environment whose management zones are wanted. Never throws.
 */
export async function observeCluster(
  cluster: string,
  client: Client,
  inventory: Inventory,
  {
    groups,
    everything = false,
    consumption = null,
    zonesOf,
  }: Pick<Wanted, "groups" | "everything" | "consumption" | "zonesOf">,
  openTokens: () => QuestionTokens,
): Promise<ObservedCluster> {
  const declared = inventory.environments.filter((environment) => environment.cluster === cluster);
  const version = await reading(readClusterVersion(client));
  if (version.status === "unreadable") return unusableCluster(version.reason, client.requestCount());
  const also = { quotas: everything || consumption !== null, storage: everything };
  const [environments, groupReading, licenceHour] = await Promise.all([
    reading(readClusterEnvironments(client, declared, also)),
    groups ? reading(readGroups(client)) : null,
    // It is told of beside what the environments say themselves: without it nothing is held.
    consumption === null ? null : readLicenceHour(client, consumption.now).catch(() => null),
  ]);
  const zones =
    zonesOf !== undefined && zonesOf.size > 0 && environments.status === "complete"
      ? await observeZones(client, environments.value.environments, zonesOf, openTokens)
      : null;
  const quotasLicensed = environments.status === "unreadable" || environments.value.quotasLicensed;
  return {
    version: version.value,
    requests: client.requestCount(),
    environments:
      environments.status === "complete"
        ? { status: "complete", value: environments.value.environments }
        : environments,
    groups: groupReading,
    licenceHour,
    ...(zones === null ? {} : { zones }),
    quotasLicensed,
    warnings: [],
  };
}

export function unusableCluster(reason: string, requests: number): ObservedCluster {
  const unreadable = { status: "unreadable", reason } as const;
  return { version: null, requests, environments: unreadable, groups: unreadable, quotasLicensed: true, warnings: [] };
}
