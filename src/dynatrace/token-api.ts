import { clusterTokenList, type ListedToken, newClusterToken } from "./answers.ts";
import type { ApiRequest } from "./api-request.ts";
import type { Client } from "./client.ts";
import { parseAnswer } from "./parse-answer.ts";
import { bodyLimits } from "./read-body.ts";

const tokensPath = "/api/cluster/v2/tokens";

export interface CreatedToken {
  /** Id that may be logged. */
  readonly id: string;
  readonly secret: string;
}

/** The id of a token is its secret up to the second dot; `Location` may hold it, as an id or as an address. */
function tokenId(secret: string, location: string | null): string {
  const parts = secret.split(".");
  if (parts.length === 3) return `${parts[0]}.${parts[1]}`;
  return location?.split("/").at(-1) ?? "";
}

/** A new token. Throws ApiError of unknown effect when the answer holds none: one was made, and nobody has its secret. */
async function createToken(client: Client, request: ApiRequest): Promise<CreatedToken> {
  const { headers, text, status, attempts } = await client.send(request);
  const { method, path } = request;
  const { token } = parseAnswer(text, newClusterToken, { method, path, status, attempts });
  return { id: tokenId(token, headers.get("location")), secret: token };
}

export async function createClusterToken(
  client: Client,
  token: { name: string; scopes: readonly string[]; minutes: number },
): Promise<CreatedToken> {
  const request: ApiRequest = {
    method: "POST",
    path: tokensPath,
    independent: true,
    body: { name: token.name, scopes: token.scopes, expiresIn: { value: token.minutes, unit: "MINUTES" } },
  };
  return createToken(client, request);
}

export function listClusterTokens(client: Client): Promise<readonly ListedToken[]> {
  const query = { limit: "1000000" };
  return client.json({ method: "GET", path: tokensPath, query, bodyLimit: bodyLimits.list }, clusterTokenList);
}

/** A token that is gone already counts as deleted. */
export async function deleteClusterToken(client: Client, id: string): Promise<void> {
  const path = `${tokensPath}/${encodeURIComponent(id)}`;
  await client.send({ method: "DELETE", path, accept: [404], cleanup: true });
}

/** Makes a token that can make and delete tokens in one environment. Needs the scope EnvironmentTokenManagement. */
export async function createTokenManagementToken(
  client: Client,
  environment: string,
  token: { name: string; minutes: number; with: string },
): Promise<CreatedToken> {
  const request: ApiRequest = {
    method: "POST",
    path: `/api/cluster/v2/environments/${encodeURIComponent(environment)}/tokenManagementToken`,
    independent: true,
    token: token.with,
    body: { name: token.name, expiresIn: { value: token.minutes, unit: "MINUTES" } },
  };
  return createToken(client, request);
}
