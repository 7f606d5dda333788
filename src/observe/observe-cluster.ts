import type { Client } from "../dynatrace/client.ts";
import { readGroups } from "../dynatrace/cluster-api.ts";
import { readLicenceHour } from "../dynatrace/licence-hour.ts";
import {
  lowestBuild,
  mostPolicyLevels,
  nodeRemarks,
  readOfferedNodes,
  readPolicyGroups,
  writeObstacle,
} from "../dynatrace/preflight.ts";
import { readClusterEnvironments } from "../kinds/environment/effects/read.ts";
import { allEnded } from "../lib/all-ended.ts";
import type { Inventory } from "../model/inventory.ts";
import type { ObservedCluster, ObservedEnvironment, PolicyGroups } from "../model/observed.ts";
import type { Wanted } from "./observe.ts";
import { observeZones, type QuestionTokens } from "./observe-zones.ts";
import { reading, reasonOf } from "./reading.ts";

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
    policies = false,
    zonesOf,
  }: Pick<Wanted, "groups" | "everything" | "consumption" | "policies" | "zonesOf">,
  openTokens: () => QuestionTokens,
): Promise<ObservedCluster> {
  const declared = inventory.environments.filter((environment) => environment.cluster === cluster);
  const nodes = await reading(readOfferedNodes(client));
  if (nodes.status === "unreadable") return unusableCluster(nodes.reason, client.requestCount());
  // Whoever reads all or what is used writes nothing.
  const obstacle = everything || consumption !== null ? null : writeObstacle(nodes.value);
  if (obstacle !== null) return unusableCluster(obstacle, client.requestCount());
  const usage = consumption !== null;
  const also = { quotas: everything || usage, consumption: usage, storage: everything };
  const [environments, groupReading, licenceHour] = await Promise.all([
    reading(readClusterEnvironments(client, declared, also)),
    groups ? reading(readGroups(client)) : null,
    // It is told of beside what the environments say themselves: without it nothing is held.
    consumption === null ? null : readLicenceHour(client, consumption.now).catch(() => null),
  ]);
  const found = environments.status === "complete" ? environments.value.environments : null;
  const wantsZones = zonesOf !== undefined && (zonesOf === "with-rights" || zonesOf.size > 0);
  const [zones, policyGroups] = await Promise.all([
    found !== null && wantsZones ? observeZones(client, found, zonesOf, openTokens) : null,
    found !== null && policies ? reading(readGroupsOfPolicies(client, found)) : null,
  ]);
  const quotasLicensed = environments.status === "unreadable" || environments.value.quotasLicensed;
  const unsure = environments.status === "complete" ? [...environments.value.unsure] : [];
  return {
    version: lowestBuild(nodes.value),
    requests: client.requestCount(),
    environments:
      environments.status === "complete"
        ? { status: "complete", value: environments.value.environments }
        : environments,
    unsureEnvironments: new Map(unsure.map(([id, error]) => [id, reasonOf(error)])),
    groups: groupReading,
    licenceHour,
    ...(policyGroups === null ? {} : { policyGroups }),
    ...(zones === null ? {} : { zones }),
    quotasLicensed,
    warnings: nodeRemarks(cluster, nodes.value),
  };
}

/** Those that the whole cluster binds, and those of its first environments. Throws where the cluster does not tell. */
async function readGroupsOfPolicies(
  client: Client,
  environments: readonly ObservedEnvironment[],
): Promise<PolicyGroups> {
  const enabled = environments.filter(({ state }) => state === "ENABLED");
  const asked = enabled.slice(0, mostPolicyLevels);
  const found = await allEnded([
    readPolicyGroups(client, "cluster"),
    ...asked.map(({ id }) => readPolicyGroups(client, { environment: id })),
  ]);
  const [ofCluster, ...ofEnvironments] = found;
  if (ofCluster === null) throw new Error("it does not tell which groups have rights from policies");
  const ids = new Set(found.flatMap((groups) => [...(groups ?? [])].map((id) => id.toLowerCase())));
  return { ids, asked: ofEnvironments.filter((groups) => groups !== null).length, enabled: enabled.length };
}

export function unusableCluster(reason: string, requests: number): ObservedCluster {
  const unreadable = { status: "unreadable", reason } as const;
  return { version: null, requests, environments: unreadable, groups: unreadable, quotasLicensed: true, warnings: [] };
}
