import type { ListedHost, ObservedManagementZone } from "../model/observed.ts";
import {
  apiTokenPage,
  availableAgentVersions,
  type ConnectionInfo,
  connectionInfo,
  type ListedApiToken,
  type ListedProblem,
  latestAgentVersion,
  listedHostPage,
  listedProblemPage,
  managementZones,
  newApiToken,
} from "./answers.ts";
import type { Client } from "./client.ts";
import { bodyLimits } from "./read-body.ts";
import { readPages } from "./read-pages.ts";
import type { CreatedToken } from "./token-api.ts";

const base = (environment: string) => `/e/${encodeURIComponent(environment)}/api`;
const installers = (environment: string) => `${base(environment)}/v1/deployment/installer/agent`;
/** An installer has hundreds of megabytes; a slow line needs its time. */
const downloadTimeout = 30 * 60_000;

/** `expires` is an absolute time: a relative one has two readings in the documentation. */
export async function createApiToken(
  client: Client,
  environment: string,
  token: { name: string; scopes: readonly string[]; expires: Date; with: string },
): Promise<CreatedToken> {
  const made = await client.json(
    {
      method: "POST",
      independent: true,
      path: `${base(environment)}/v2/apiTokens`,
      token: token.with,
      body: { name: token.name, scopes: token.scopes, expirationDate: token.expires.toISOString() },
    },
    newApiToken,
  );
  return { id: made.id, secret: made.token };
}

/** All tokens of an environment. Throws UnexpectedAnswer where the list could not be read whole. */
export function listApiTokens(client: Client, environment: string, using: string): Promise<readonly ListedApiToken[]> {
  const path = `${base(environment)}/v2/apiTokens`;
  const request = { method: "GET", path, query: { pageSize: "10000" }, token: using } as const;
  return readPages(client, request, apiTokenPage, ({ id }) => id);
}

export async function deleteApiToken(client: Client, environment: string, id: string, using: string): Promise<void> {
  const path = `${base(environment)}/v2/apiTokens/${encodeURIComponent(id)}`;
  await client.send({ method: "DELETE", path, token: using, accept: [404], cleanup: true });
}

/**
 * The hosts of the last hour, or of the last three days, that the environment knows of, read whole. Every host that is connected
 * is among them. Aborted: no further page is asked for. Throws UnexpectedAnswer where the list could not be read whole.
 */
export function listHosts(
  client: Client,
  environment: string,
  using: string,
  { signal, frame = "hour" }: { readonly signal?: AbortSignal; readonly frame?: "hour" | "3days" } = {},
): Promise<readonly ListedHost[]> {
  const path = `${base(environment)}/v1/oneagents`;
  const query = { includeDetails: "false", relativeTime: frame };
  const request = { method: "GET", path, query, token: using } as const;
  return readPages(client, request, listedHostPage, ({ id }) => id, {
    repeatsQuery: true,
    ...(signal ? { signal } : {}),
  });
}

/**
 * Problems of an environment that are open and began within 30 days, read whole, or all that were there in the days that are
 * given. Aborted: no further page is asked for. Throws UnexpectedAnswer where the list could not be read whole.
 */
export function listProblems(
  client: Client,
  environment: string,
  using: string,
  days: number | null,
  signal?: AbortSignal,
): Promise<readonly ListedProblem[]> {
  const path = `${base(environment)}/v2/problems`;
  const query: Record<string, string> = {
    pageSize: "500",
    ...(days === null ? { from: "now-30d", problemSelector: 'status("open")' } : { from: `now-${days}d` }),
  };
  const request = { method: "GET", path, query, token: using } as const;
  return readPages(client, request, listedProblemPage, ({ id }) => id, { signal, dwindles: true });
}

/** The management zones of an environment, with the ids that rights on them are given by: one answer, no paging. */
export function listManagementZones(
  client: Client,
  environment: string,
  using: string,
): Promise<readonly ObservedManagementZone[]> {
  const path = `${base(environment)}/config/v1/managementZones`;
  return client.json({ method: "GET", path, token: using, bodyLimit: bodyLimits.list }, managementZones);
}

/** What an agent needs to connect to the environment, in its network zone if there is one. */
export function readConnectionInfo(
  client: Client,
  environment: string,
  using: string,
  networkZone: string | null,
): Promise<ConnectionInfo> {
  const query: Record<string, string> = networkZone === null ? {} : { networkZone, defaultZoneFallback: "true" };
  const path = `${installers(environment)}/connectioninfo`;
  return client.json({ method: "GET", path, query, token: using }, connectionInfo);
}

/** Which installers are meant: Dynatrace's names of an operating system (Linux is `unix`) and an architecture. */
export interface InstallerPlatform {
  readonly osType: string;
  readonly arch: string;
}

/** The version that the environment's update settings call latest. */
export function readLatestVersion(
  client: Client,
  environment: string,
  { osType, arch }: InstallerPlatform,
  using: string,
): Promise<string> {
  const path = `${installers(environment)}/${osType}/default/latest/metainfo`;
  return client.json({ method: "GET", path, query: { arch }, token: using }, latestAgentVersion);
}

/** All versions that the environment can install; the order is not documented. */
export function readAvailableVersions(
  client: Client,
  environment: string,
  { osType, arch }: InstallerPlatform,
  using: string,
): Promise<readonly string[]> {
  const path = `${installers(environment)}/versions/${osType}/default`;
  return client.json({ method: "GET", path, query: { arch }, token: using }, availableAgentVersions);
}

/** Path and query of an installer below the cluster's origin. */
export function installerPath(environment: string, installer: InstallerPlatform & { version: string }): string {
  const { osType, version, arch } = installer;
  return `${installers(environment)}/${osType}/default/version/${encodeURIComponent(version)}?arch=${encodeURIComponent(arch)}`;
}

/** The installer of one version as a stream. It carries a tenant token and is a secret file. */
export function downloadInstaller(
  client: Client,
  environment: string,
  installer: InstallerPlatform & { version: string },
  using: string,
  interrupt?: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  return client.stream({
    method: "GET",
    path: installerPath(environment, installer),
    token: using,
    timeout: downloadTimeout,
    ...(interrupt === undefined ? {} : { interrupt }),
  });
}
