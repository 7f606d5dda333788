import { asArray, asObject, asText } from "./answers.ts";
import { ApiError } from "./api-error.ts";
import type { ApiAnswer, ApiRequest, Client } from "./client.ts";

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

/** The token of an answer. ApiError with unknown effect when it holds none: one was made, and nobody has its secret. */
function createdToken(request: ApiRequest, answer: ApiAnswer): CreatedToken {
  try {
    const secret = asText(asObject(JSON.parse(answer.text), "a new token")["token"], "a new token");
    return { id: tokenId(secret, answer.headers.get("location")), secret };
  } catch (error) {
    const { method, path } = request;
    const details = { method, path, status: answer.status, code: "not-json", effect: "unknown" } as const;
    const message = `${method} ${path}: the answer holds no token`;
    throw new ApiError(message, { ...details, attempts: answer.attempts }, { cause: error });
  }
}

export async function createClusterToken(
  client: Client,
  token: { name: string; scopes: readonly string[]; minutes: number },
): Promise<CreatedToken> {
  const request: ApiRequest = {
    method: "POST",
    path: tokensPath,
    body: { name: token.name, scopes: token.scopes, expiresIn: { value: token.minutes, unit: "MINUTES" } },
  };
  return createdToken(request, await client.send(request));
}

export async function listClusterTokens(client: Client): Promise<readonly { id: string; name: string }[]> {
  const list = asObject(await client.json({ method: "GET", path: tokensPath, query: { limit: "1000000" } }), "tokens");
  return asArray(list["values"], "the list of tokens").map((value) => {
    const entry = asObject(value, "a token");
    return {
      id: asText(entry["id"], "the id of a token"),
      name: typeof entry["name"] === "string" ? entry["name"] : "",
    };
  });
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
    token: token.with,
    body: { name: token.name, expiresIn: { value: token.minutes, unit: "MINUTES" } },
  };
  return createdToken(request, await client.send(request));
}
