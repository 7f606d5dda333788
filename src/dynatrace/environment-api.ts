import { asArray, asObject, asText } from "./answers.ts";
import type { Client } from "./client.ts";
import type { CreatedToken } from "./token-api.ts";

const base = (environment: string) => `/e/${encodeURIComponent(environment)}/api`;
const installers = (environment: string) => `${base(environment)}/v1/deployment/installer/agent`;
/** An installer has hundreds of megabytes; a slow line needs its time. */
const downloadTimeout = 30 * 60_000;

export interface EnvironmentToken {
  readonly id: string;
  readonly name: string;
}

/** `expires` is an absolute time: a relative one has two readings in the documentation. */
export async function createApiToken(
  client: Client,
  environment: string,
  token: { name: string; scopes: readonly string[]; expires: Date; with: string },
): Promise<CreatedToken> {
  const made = asObject(
    await client.json({
      method: "POST",
      path: `${base(environment)}/v2/apiTokens`,
      token: token.with,
      body: { name: token.name, scopes: token.scopes, expirationDate: token.expires.toISOString() },
    }),
    "a new token",
  );
  return { id: asText(made["id"], "the id of a new token"), secret: asText(made["token"], "a new token") };
}

export async function listApiTokens(
  client: Client,
  environment: string,
  using: string,
): Promise<readonly EnvironmentToken[]> {
  const tokens: EnvironmentToken[] = [];
  let cursor: string | null = null;
  do {
    const query: Record<string, string> = cursor === null ? { pageSize: "10000" } : { nextPageKey: cursor };
    const page = asObject(
      await client.json({ method: "GET", path: `${base(environment)}/v2/apiTokens`, query, token: using }),
      "tokens",
    );
    for (const value of asArray(page["apiTokens"], "the list of tokens")) {
      const entry = asObject(value, "a token");
      tokens.push({
        id: asText(entry["id"], "the id of a token"),
        name: typeof entry["name"] === "string" ? entry["name"] : "",
      });
    }
    const next: string | null =
      typeof page["nextPageKey"] === "string" && page["nextPageKey"] !== "" ? page["nextPageKey"] : null;
    cursor = next === cursor ? null : next;
  } while (cursor !== null);
  return tokens;
}

export async function deleteApiToken(client: Client, environment: string, id: string, using: string): Promise<void> {
  const path = `${base(environment)}/v2/apiTokens/${encodeURIComponent(id)}`;
  await client.send({ method: "DELETE", path, token: using, accept: [404], cleanup: true });
}

/** What an agent needs to connect. `tenantToken` is a secret. */
export interface ConnectionInfo {
  readonly tenant: string;
  readonly tenantToken: string;
  /** Ready for `--set-server`. */
  readonly server: string;
}

/** The endpoints are text in present versions and were a list in 2022; both are understood. */
export async function readConnectionInfo(
  client: Client,
  environment: string,
  using: string,
  networkZone: string | null,
): Promise<ConnectionInfo> {
  const query: Record<string, string> = networkZone === null ? {} : { networkZone, defaultZoneFallback: "true" };
  const info = asObject(
    await client.json({ method: "GET", path: `${installers(environment)}/connectioninfo`, query, token: using }),
    "the connection info",
  );
  const formatted = info["formattedCommunicationEndpoints"] ?? info["communicationEndpoints"];
  return {
    tenant: asText(info["tenantUUID"], "the tenant of the connection info"),
    tenantToken: asText(info["tenantToken"], "the tenant token of the connection info"),
    server: asText(Array.isArray(formatted) ? formatted.join(";") : formatted, "the endpoints of the connection info"),
  };
}

/** The version that the environment's update settings call latest. */
export async function readLatestVersion(
  client: Client,
  environment: string,
  arch: string,
  using: string,
): Promise<string> {
  const path = `${installers(environment)}/unix/default/latest/metainfo`;
  const info = asObject(
    await client.json({ method: "GET", path, query: { arch }, token: using }),
    "the installer's metainfo",
  );
  return asText(info["latestAgentVersion"], "the latest version");
}

/** All versions that the environment can install; the order is not documented. */
export async function readAvailableVersions(
  client: Client,
  environment: string,
  arch: string,
  using: string,
): Promise<readonly string[]> {
  const path = `${installers(environment)}/versions/unix/default`;
  const info = asObject(
    await client.json({ method: "GET", path, query: { arch }, token: using }),
    "the installer versions",
  );
  return asArray(info["availableVersions"], "the installer versions").filter((version) => typeof version === "string");
}

/** Path and query of an installer below the cluster's origin. */
export function installerPath(environment: string, installer: { version: string; arch: string }): string {
  const { version, arch } = installer;
  return `${installers(environment)}/unix/default/version/${encodeURIComponent(version)}?arch=${encodeURIComponent(arch)}`;
}

/** The installer of one version as a stream. It carries a tenant token and is a secret file. */
export function downloadInstaller(
  client: Client,
  environment: string,
  installer: { version: string; arch: string },
  using: string,
): Promise<AsyncIterable<Uint8Array>> {
  return client.stream({
    method: "GET",
    path: installerPath(environment, installer),
    token: using,
    timeout: downloadTimeout,
  });
}
