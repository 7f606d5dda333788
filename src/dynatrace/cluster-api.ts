import { groupBy } from "../lib/group-by.ts";
import type { ObservedEnvironment, ObservedGroup, ObservedZoneRight } from "../model/observed.ts";
import {
  environment,
  environmentAndUse,
  environmentAndUsePage,
  environmentPage,
  group,
  groupList,
  ofId,
  zoneRightsOfGroup,
  zoneRightsOfGroups,
} from "./answers.ts";
import { isStatus } from "./api-error.ts";
import type { Client } from "./client.ts";
import { bodyLimits } from "./read-body.ts";
import { readPages } from "./read-pages.ts";
import { passingStatuses } from "./retry.ts";

const environmentsPath = "/api/cluster/v2/environments";
const groupsPath = "/api/v1.0/onpremise/groups";
const zoneRightsPath = `${groupsPath}/managementZones`;
const pageSize = 1_000;
/** The built-in proxy of a cluster waits 120 s, and group objects of a large cluster are large and take long. */
const groupCall = { timeout: 130_000, bodyLimit: bodyLimits.list } as const;

export interface EnvironmentIncludes {
  /** Adds quotas; an hour old at worst. The cluster answers 422 on a licence without them. */
  readonly quotas: boolean;
  /** What is used of the quotas, too. */
  readonly consumption?: boolean;
  readonly storage: boolean;
}

/** What PUT takes. All four plain members are always sent: what a left-out one does is not documented. */
export interface EnvironmentBody {
  readonly name: string;
  readonly state: "ENABLED" | "DISABLED";
  readonly trial: boolean;
  readonly tags: readonly string[];
  readonly quotas?: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
  readonly storage?: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
}

export interface GroupBody {
  readonly name: string;
  readonly isClusterAdminGroup: boolean;
  readonly ldapGroupNames?: readonly string[];
  readonly ssoGroupNames?: readonly string[];
  readonly isAccessAccount?: boolean;
  readonly isManageAccount?: boolean;
  readonly accessRight: Readonly<Record<string, readonly string[]>>;
}

const environmentPath = (id: string) => `${environmentsPath}/${encodeURIComponent(id)}`;

/** How a list of environments is read. */
interface Listing {
  /** By date of creation nothing moves while others are made or renamed; `name` unless given. */
  readonly sort?: "name" | "creationDate";
  readonly onPage?: (page: number) => void;
}

/** All environments. Throws UnexpectedAnswer where the list could not be read whole. */
export function readEnvironments(
  client: Client,
  includes: EnvironmentIncludes,
  { sort = "name", ...following }: Listing = {},
): Promise<readonly ObservedEnvironment[]> {
  const query = {
    pageSize: String(pageSize),
    sort,
    ...(includes.quotas ? { includeConsumptionInfo: "true" } : {}),
    ...(includes.storage ? { includeStorageInfo: "true" } : {}),
  };
  const keyOf = ({ id }: ObservedEnvironment) => id.toLowerCase();
  const page = includes.consumption ? environmentAndUsePage : environmentPage;
  return readPages(client, { method: "GET", path: environmentsPath, query }, page, keyOf, following);
}

/**
 * How many environments there are, by the smallest page of the list; null: it does not tell. `quotas`: it is asked for these,
 * too, which a licence without them refuses with 422. Throws ApiError, UnexpectedAnswer.
 */
export async function countEnvironments(
  client: Client,
  { quotas }: Pick<EnvironmentIncludes, "quotas"> = { quotas: false },
): Promise<number | null> {
  const query = { pageSize: "1", ...(quotas ? { includeConsumptionInfo: "true" } : {}) };
  return (await client.json({ method: "GET", path: environmentsPath, query }, environmentPage)).totalCount;
}

/** One environment, or null when the cluster has none of this id. `uncached` quotas are computed now, which is slow. */
export async function readEnvironment(
  client: Client,
  id: string,
  includes: EnvironmentIncludes,
): Promise<ObservedEnvironment | null> {
  const path = environmentPath(id);
  const query = {
    ...(includes.quotas ? { includeUncachedConsumptionInfo: "true" } : {}),
    ...(includes.storage ? { includeStorageInfo: "true" } : {}),
  };
  try {
    const timeout = includes.quotas ? 130_000 : 30_000;
    const shape = includes.consumption ? environmentAndUse : environment;
    return await client.json({ method: "GET", path, query, timeout }, ofId(shape, id));
  } catch (error) {
    if (isStatus(error, 404)) return null;
    throw error;
  }
}

/** Creates or changes an environment under its own id: one call for both, which is safe to repeat. */
export async function putEnvironment(
  client: Client,
  id: string,
  body: EnvironmentBody,
): Promise<"created" | "changed"> {
  const answer = await client.send({ method: "PUT", path: environmentPath(id), body });
  return answer.status === 201 ? "created" : "changed";
}

/** Deletes a disabled environment with its data. */
export async function deleteEnvironment(client: Client, id: string): Promise<void> {
  await client.send({ method: "DELETE", path: environmentPath(id), accept: [404] });
}

/** True as soon as the new environment serves its own API. A call without a token. */
export async function environmentAnswers(client: Client, id: string): Promise<boolean> {
  const answer = await client.send({
    method: "GET",
    path: `/e/${encodeURIComponent(id)}/api/v1/time`,
    token: null,
    accept: [401, 403, 404, 500, ...passingStatuses],
  });
  // The answer is the server's clock; a page of a proxy is none.
  return answer.status === 200 && /^\d{13}$/.test(answer.text?.trim() ?? "");
}

/** All groups with all their rights: one answer, no paging. */
export async function readGroups(client: Client): Promise<readonly ObservedGroup[]> {
  return client.json({ method: "GET", path: groupsPath, ...groupCall }, groupList);
}

/** One group by its id, or null. Some versions answer 400 instead of 404. */
export async function readGroup(client: Client, id: string): Promise<ObservedGroup | null> {
  try {
    const path = `${groupsPath}/${encodeURIComponent(id)}`;
    return await client.json({ method: "GET", path, ...groupCall }, ofId(group, id));
  } catch (error) {
    if (isStatus(error, 400, 404)) return null;
    throw error;
  }
}

/** Creates a group; the cluster makes its id from the name. 406: a group of this name or id exists. */
export async function createGroup(client: Client, body: GroupBody): Promise<ObservedGroup> {
  return client.json({ method: "POST", path: groupsPath, body, ...groupCall }, group);
}

/** Replaces a group as a whole: whatever the body leaves out is gone. */
export async function replaceGroup(client: Client, id: string, body: GroupBody): Promise<void> {
  await client.send({ method: "PUT", path: groupsPath, body: { id, ...body }, ...groupCall });
}

/** Deletes a group. A group that is gone already gives 200 or 400, so the caller reads back. */
export async function deleteGroup(client: Client, id: string): Promise<void> {
  const path = `${groupsPath}/${encodeURIComponent(id)}`;
  await client.send({ method: "DELETE", path, accept: [400, 404], ...groupCall });
}

/** What all groups have on management zones: one answer, no paging. */
export async function readZoneRights(client: Client): Promise<readonly ObservedZoneRight[]> {
  const groups = await client.json({ method: "GET", path: zoneRightsPath, ...groupCall }, zoneRightsOfGroups);
  return groups.flatMap(({ rights }) => rights);
}

/** What one group has on management zones, or null where there is no such group. */
export async function readZoneRightsOfGroup(client: Client, id: string): Promise<readonly ObservedZoneRight[] | null> {
  try {
    const path = `${zoneRightsPath}/${encodeURIComponent(id)}`;
    return (await client.json({ method: "GET", path, ...groupCall }, ofId(zoneRightsOfGroup, id))).rights;
  } catch (error) {
    if (isStatus(error, 400, 404)) return null;
    throw error;
  }
}

/** Sets what a group has on these zones, nothing included; other zones stay. 404: it does not know one of them. */
export async function writeZoneRights(
  client: Client,
  id: string,
  rights: readonly Omit<ObservedZoneRight, "group">[],
): Promise<void> {
  const byEnvironment = groupBy(rights, ({ environment }) => environment);
  const mzPermissionsPerEnvironment = [...byEnvironment].map(([environmentUuid, zones]) => ({
    environmentUuid,
    mzPermissions: zones.map(({ zone, permissions }) => ({ mzId: zone, permissions })),
  }));
  const body = { groupId: id, mzPermissionsPerEnvironment };
  await client.send({ method: "PUT", path: zoneRightsPath, body, ...groupCall });
}
