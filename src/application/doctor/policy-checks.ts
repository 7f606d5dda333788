import type { Client } from "../../dynatrace/client.ts";
import { mostPolicyLevels, readPolicyGroups } from "../../dynatrace/preflight.ts";
import { count } from "../../lib/printable.ts";
import { compareText } from "../../lib/text.ts";
import { redactSecrets } from "../../load/diagnostics/secret-text.ts";
import type { Check, checksOf } from "../../model/checkup.ts";
import type { ObservedGroup } from "../../model/observed.ts";
import { listNames } from "../../report/remarks-text.ts";

type Checks = ReturnType<typeof checksOf>;

/** The groups of the cluster, if they can be read: policies tell their ids alone. */
export type GroupsOfCluster = () => Promise<readonly ObservedGroup[]>;

const untouched = "dtsync neither shows nor changes those";

/** Which groups have rights from policies of the whole cluster. Throws ApiError. */
export async function clusterPolicies(client: Client, groups: GroupsOfCluster, checks: Checks): Promise<Check> {
  const bound = await readPolicyGroups(client, "cluster");
  if (bound === null) return checks.unknown("policies", "whether policies give groups rights could not be read");
  if (bound.size === 0) return checks.ok("policies", "no group has rights from policies of the cluster");
  const nameOf = await namesOf(groups);
  const names = [...bound].map(nameOf).sort(compareText);
  const have = names.length === 1 ? "has" : "have";
  return checks.ok(
    "policies",
    `${count(names.length, "group")} ${have} rights from policies, too (${listNames(names)}): ${untouched}`,
    null,
    names,
  );
}

/** Which groups have rights from policies of single environments, of so many as are asked. Throws ApiError. */
export async function environmentPolicies(
  client: Client,
  environments: readonly string[],
  groups: GroupsOfCluster,
  { ok, unknown }: Checks,
): Promise<Check> {
  const id = "environment-policies";
  const asked = environments.slice(0, mostPolicyLevels);
  const found = await Promise.all(
    asked.map(async (environment) => ({ environment, bound: await readPolicyGroups(client, { environment }) })),
  );
  if (found.every(({ bound }) => bound === null))
    return unknown(id, "no environment in scope tells whether policies give groups rights there");
  const which = asked.length === environments.length ? "" : ` (the first ${asked.length} were asked)`;
  const binding = found.flatMap(({ environment, bound }) => (bound?.size ? [{ environment, bound }] : []));
  if (binding.length === 0) return ok(id, `no group has rights from policies of a single environment${which}`);
  const nameOf = await namesOf(groups);
  const names = binding
    .flatMap(({ environment, bound }) => [...bound].map((group) => `${nameOf(group)} on ${environment}`))
    .sort(compareText);
  return ok(
    id,
    `in ${count(binding.length, "environment")}${which} groups have rights from policies, too (${listNames(names)}): ${untouched}`,
    null,
    names,
  );
}

/** A group that cannot be found is called by its id. */
async function namesOf(groups: GroupsOfCluster): Promise<(id: string) => string> {
  const found = await groups().catch((): readonly ObservedGroup[] => []);
  const names = new Map(found.map(({ id, name }) => [id.toLowerCase(), name]));
  // What a cluster has can hold what must not be repeated.
  return (id) => redactSecrets(names.get(id.toLowerCase()) ?? id);
}
