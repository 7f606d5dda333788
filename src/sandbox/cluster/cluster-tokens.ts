import { emptyAnswer, errorAnswer, jsonAnswer } from "./answers.ts";
import {
  duration,
  durationMilliseconds,
  listOf,
  objectOf,
  openObjectOf,
  optional,
  required,
  textOf,
  truth,
  wordOf,
} from "./body-rules.ts";
import { refused } from "./paging.ts";
import type { TokenRecord } from "./snapshot.ts";
import { removeToken, tokenNotFound } from "./token-answers.ts";
import { callerOf, type Exchange, locationHeader, param, type Route, type World } from "./world.ts";

const base = "/api/cluster/v2/tokens";
const scopes = ["ClusterTokenManagement"];
const day = 86_400_000;

const clusterScope = wordOf([
  "DiagnosticExport",
  "ControlManagement",
  "UnattendedInstall",
  "ServiceProviderAPI",
  "ExternalSyntheticIntegration",
  "ClusterTokenManagement",
  "ReadSyntheticData",
  "Nodekeeper",
  "EnvironmentTokenManagement",
  "activeGateTokenManagement.read",
  "activeGateTokenManagement.create",
  "activeGateTokenManagement.write",
  "settings.read",
  "settings.write",
  "apiTokens.read",
  "apiTokens.write",
]);

function metadata(token: TokenRecord): Record<string, unknown> {
  return {
    id: token.id,
    name: token.name,
    userId: token.owner,
    revoked: token.revoked,
    created: token.created,
    expires: token.expires,
    lastUse: token.lastUse,
    personalAccessToken: false,
    scopes: token.scopes,
  };
}

/** By id. A secret is accepted as well, as the product does. */
function find(world: World, exchange: Exchange): TokenRecord | undefined {
  const id = param(exchange, "tokenId");
  const bySecret = world.state.tokens.bySecret(id);
  return world.state.tokens.byId(null, id) ?? (bySecret?.environment === null ? bySecret : undefined);
}

function list(world: World, { query }: Exchange): Response {
  const numbers = new Map<string, number>();
  for (const name of ["limit", "from", "to"]) {
    const text = query.get(name);
    if (text === null) continue;
    if (!/^\d{1,15}$/.test(text)) return refused(name, "must be an integer");
    numbers.set(name, Number(text));
  }
  const limit = numbers.get("limit") ?? 1000;
  if (limit > 1_000_000) return refused("limit", "must be between 0 and 1000000");
  const user = query.get("user");
  const permissions = query.getAll("permissions");
  const from = numbers.get("from") ?? Number.NEGATIVE_INFINITY;
  const to = numbers.get("to") ?? Number.POSITIVE_INFINITY;
  const values = world.state.tokens
    .of(null)
    .filter((token) => user === null || token.owner === user)
    .filter((token) => permissions.every((permission) => token.scopes.includes(permission)))
    .filter((token) => (token.lastUse ?? token.created) >= from && (token.lastUse ?? token.created) <= to)
    .slice(0, limit)
    .map(({ id, name }) => ({ id, name }));
  return jsonAnswer({ values });
}

function create(world: World, exchange: Exchange): Response {
  const body = exchange.body as { name: string; scopes: string[]; expiresIn?: { value: number; unit?: string } };
  const now = world.now();
  const asked = body.expiresIn === undefined ? null : now + durationMilliseconds(body.expiresIn);
  const clipped =
    body.scopes.includes("EnvironmentTokenManagement") && world.switches.longEnvironmentTokens === "clipped";
  const token = world.state.tokens.create(
    {
      name: body.name,
      scopes: body.scopes,
      owner: callerOf(exchange).owner,
      environment: null,
      expires: clipped ? Math.min(asked ?? Number.POSITIVE_INFINITY, now + day) : asked,
    },
    now,
  );
  return jsonAnswer({ token: token.token }, 201, locationHeader(world, exchange, `${base}/${token.id}`, token.id));
}

function lookup(world: World, exchange: Exchange): Response {
  const { token: secret } = exchange.body as { token: string };
  const token = world.state.tokens.bySecret(secret);
  return token === undefined || token.environment !== null ? tokenNotFound() : jsonAnswer(metadata(token));
}

function update(world: World, exchange: Exchange): Response {
  const token = find(world, exchange);
  if (token === undefined) return tokenNotFound();
  if (token.id === callerOf(exchange).id) return errorAnswer(400, "A token cannot change itself");
  const body = exchange.body as { name?: string; revoked?: boolean; scopes?: string[] };
  world.state.tokens.put({
    ...token,
    name: body.name ?? token.name,
    revoked: body.revoked ?? token.revoked,
    scopes: body.scopes ?? token.scopes,
    modified: world.now(),
  });
  return emptyAnswer(204);
}

function remove(world: World, exchange: Exchange): Response {
  return removeToken(world, exchange, find(world, exchange));
}

function read(world: World, exchange: Exchange): Response {
  const token = find(world, exchange);
  return token === undefined ? tokenNotFound() : jsonAnswer(metadata(token));
}

const name = textOf({ least: 1 });

/** Tokens of the cluster itself. */
export const clusterTokenRoutes: readonly Route[] = [
  { method: "GET", path: base, scopes, writes: false, respond: list },
  {
    method: "POST",
    path: base,
    scopes,
    writes: true,
    body: objectOf({
      name: required(name),
      scopes: required(listOf(clusterScope, { least: 1, unique: true })),
      expiresIn: optional(duration),
    }),
    respond: create,
  },
  {
    method: "POST",
    path: `${base}/lookup`,
    scopes: (world) => (world.switches.tokenLookup === "any" ? "any" : scopes),
    writes: false,
    body: openObjectOf({ token: required(name) }),
    respond: lookup,
  },
  { method: "GET", path: `${base}/:tokenId`, scopes, writes: false, respond: read },
  {
    method: "PUT",
    path: `${base}/:tokenId`,
    scopes,
    writes: true,
    body: objectOf(
      {
        name: optional(name),
        revoked: optional(truth),
        scopes: optional(listOf(clusterScope, { unique: true })),
      },
      1,
    ),
    respond: update,
  },
  { method: "DELETE", path: `${base}/:tokenId`, scopes, writes: true, respond: remove },
];
