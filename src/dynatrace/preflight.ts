import { list, mapped, object, optional, orNothing, orNull, text, truth, wholeNumber } from "./answer-shape.ts";
import { isStatus } from "./api-error.ts";
import type { Client } from "./client.ts";
import { countEnvironments } from "./cluster-api.ts";
import { passingStatuses } from "./retry.ts";

const onpremise = "/api/v1.0/onpremise";

/** Whether the cluster says that it runs: it needs no token. Throws ApiError. */
export async function readHealth(client: Client): Promise<boolean> {
  const answer = await client.send({ method: "GET", path: "/rest/health", token: null });
  return /^"?RUNNING"?\s*$/.test(answer.text ?? "");
}

/** The clock of whoever answered, in Unix milliseconds, by the header of an answer; null: it has none. */
export async function readServerTime(client: Client): Promise<number | null> {
  const accept = [401, 403, 404, 500, ...passingStatuses];
  const answer = await client.send({ method: "GET", path: "/rest/health", token: null, accept });
  const time = Date.parse(answer.headers.get("date") ?? "");
  return Number.isNaN(time) ? null : time;
}

export interface TokenFacts {
  readonly scopes: readonly string[];
  /** Unix milliseconds; null: it does not expire. */
  readonly expires: number | null;
  readonly revoked: boolean;
}

const tokenFacts = mapped(
  object({ scopes: list(text), expires: optional(orNull(wholeNumber)), revoked: optional(truth) }),
  ({ scopes, expires, revoked }): TokenFacts => ({ scopes, expires: expires ?? null, revoked: revoked ?? false }),
);

/**
 * What the cluster knows of the client's own token; null: this token may not ask (it lacks `ClusterTokenManagement`). Throws
 * ApiError, 401 for a token that is unknown, expired or revoked.
 */
export async function lookUpOwnToken(client: Client): Promise<TokenFacts | null> {
  try {
    const request = {
      method: "POST",
      path: "/api/cluster/v2/tokens/lookup",
      independent: true,
      ownTokenAsBody: true,
    } as const;
    return await client.json(request, tokenFacts);
  } catch (error) {
    if (isStatus(error, 403)) return null;
    throw error;
  }
}

export interface NodeFacts {
  /** Such as `RUNNING`; null: it does not tell. */
  readonly state: string | null;
  readonly build: string | null;
}

const nodes = mapped(
  list(object({ operationState: optional(orNull(text)), buildVersion: optional(orNull(text)) })),
  (found) =>
    found.map(
      ({ operationState, buildVersion }): NodeFacts => ({ state: operationState ?? null, build: buildVersion ?? null }),
    ),
);

/** The nodes of the cluster. Needs `ServiceProviderAPI`. Throws ApiError. */
export const readNodes = (client: Client): Promise<readonly NodeFacts[]> =>
  client.json({ method: "GET", path: `${onpremise}/cluster` }, nodes);

/** The same, and none where the cluster does not offer the call. */
export async function readOfferedNodes(client: Client): Promise<readonly NodeFacts[]> {
  try {
    return await readNodes(client);
  } catch (error) {
    if (isStatus(error, 404)) return [];
    throw error;
  }
}

/** The different builds of the nodes, the lowest first. */
const builds = (found: readonly NodeFacts[]): readonly string[] =>
  [...new Set(found.flatMap(({ build }) => build ?? []))].sort((left, right) =>
    left.localeCompare(right, "en", { numeric: true }),
  );

/** The lowest build of the nodes, as the cluster writes it; null: none tells. */
export const lowestBuild = (found: readonly NodeFacts[]): string | null => builds(found)[0] ?? null;

/** Why nothing may be written to a cluster of these nodes; null: what they tell is no reason. */
export function writeObstacle(found: readonly NodeFacts[]): string | null {
  const states = found.map(({ state }) => state);
  if (states.includes("EMERGENCY")) return "a node of the cluster is in EMERGENCY: writing is not safe";
  const told = states.filter((state) => state !== null);
  return told.length > 0 && told.length === states.length && !told.includes("RUNNING")
    ? `no node of the cluster is running (${[...new Set(told)].join(", ")})`
    : null;
}

/** What else of the nodes people should know before they write. */
export function nodeRemarks(cluster: string, found: readonly NodeFacts[]): readonly string[] {
  const versions = builds(found);
  const odd = found.flatMap(({ state }) => (state === null || state === "RUNNING" ? [] : [state]));
  return [
    ...(versions.length > 1
      ? [`cluster ${cluster}: its nodes have several versions (${versions.join(", ")}): an update is under way`]
      : []),
    ...(odd.length > 0 ? [`cluster ${cluster}: nodes that are not running: ${odd.join(", ")}`] : []),
  ];
}

/** When something of a maintenance happened, and who did it. Only that there is one counts. */
const stamp = object({});
const maintenance = object({ reason: orNothing(text), ended: orNothing(stamp) });

/** Some pages of the documentation have the second one; a cluster that knows one of them alone answers 404 to the other. */
const maintenancePaths = [`${onpremise}/cluster/maintenance`, "/api/v1.0/cluster/maintenance"];

/** Why the cluster is under maintenance, if it is; null: it is too old to tell. Throws ApiError. */
export async function readMaintenance(client: Client): Promise<{ readonly reason: string | null } | null> {
  for (const path of maintenancePaths) {
    try {
      const { reason, ended } = await client.json({ method: "GET", path }, maintenance);
      return { reason: ended === null ? reason : null };
    } catch (error) {
      if (!isStatus(error, 404)) throw error;
    }
  }
  return null;
}

export interface LicenceFacts {
  /** Such as `VALID`; null: the cluster does not tell. */
  readonly status: string | null;
  /** False: a licence (DPS) that has none. */
  readonly quotas: boolean;
}

/** What the licence allows. A cluster that is too old to be asked shows by its list whether there are quotas. Throws ApiError. */
export async function readLicence(client: Client): Promise<LicenceFacts> {
  const shape = object({ licenseStatus: optional(orNull(text)) });
  try {
    const { licenseStatus } = await client.json({ method: "GET", path: "/api/cluster/v2/clusterLicense" }, shape);
    return { status: licenseStatus ?? null, quotas: true };
  } catch (error) {
    if (isStatus(error, 404)) return { status: null, quotas: await showsQuotas(client) };
    if (isStatus(error, 422)) return { status: null, quotas: false };
    throw error;
  }
}

async function showsQuotas(client: Client): Promise<boolean> {
  try {
    await countEnvironments(client, { quotas: true });
    return true;
  } catch (error) {
    if (isStatus(error, 422)) return false;
    throw error;
  }
}

const bindings = object({
  policyBindings: optional(list(object({ groups: optional(list(text)) }))),
});
const metadata = object({ clusterUuid: optional(orNull(text)) });

/** Where policies are bound: on the whole cluster, or in one environment. */
export type PolicyLevel = "cluster" | { readonly environment: string };

/**
 * Ids of groups to which policies give rights on a level; null: the cluster does not tell, or there is no such environment.
 * Throws ApiError.
 */
export async function readPolicyGroups(client: Client, level: PolicyLevel): Promise<ReadonlySet<string> | null> {
  try {
    const place =
      level === "cluster" ? await clusterLevel(client) : `environment/${encodeURIComponent(level.environment)}`;
    if (place === null) return null;
    const path = `/api/cluster/v2/iam/repo/${place}/bindings`;
    const { policyBindings } = await client.json({ method: "GET", path }, bindings);
    return new Set((policyBindings ?? []).flatMap(({ groups }) => groups ?? []));
  } catch (error) {
    if (isStatus(error, 403, 404)) return null;
    throw error;
  }
}

/** Each environment costs a request: a large cluster is not asked about all of them. */
export const mostPolicyLevels = 50;

async function clusterLevel(client: Client): Promise<string | null> {
  const { clusterUuid } = await client.json({ method: "GET", path: `${onpremise}/cluster/metadata` }, metadata);
  return typeof clusterUuid === "string" ? `cluster/${encodeURIComponent(clusterUuid)}` : null;
}

/**
 * Whether the API is there that installers come from. It is asked without a token and so refuses; that it does tells that it
 * is there. Null: the environment is not there, or does not answer yet. Throws ApiError.
 */
export async function reachesDeployment(client: Client, environment: string): Promise<boolean | null> {
  const path = `/e/${encodeURIComponent(environment)}/api/v1/deployment/installer/agent/unix/default/latest/metainfo`;
  const { status } = await client.send({ method: "GET", path, token: null, accept: [400, 401, 403, 404] });
  if (status === 404) return null;
  return status === 401 || status === 403;
}
