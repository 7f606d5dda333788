import { bodyViolation, constraintsViolated, emptyAnswer, errorAnswer, jsonAnswer } from "./answers.ts";
import { listApiTokens, tokenView } from "./api-token-list.ts";
import { apiTokenScopes } from "./api-token-scopes.ts";
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
import type { TokenRecord } from "./snapshot.ts";
import { removeToken, tokenNotFound } from "./token-answers.ts";
import { callerOf, type Exchange, environmentOf, locationHeader, param, type Route, type World } from "./world.ts";

const base = "/e/:environmentId/api/v2/apiTokens";
const reading = ["apiTokens.read"];
const writing = ["apiTokens.write"];
const filled = textOf({ least: 1 });
const scopeList = listOf(wordOf(apiTokenScopes), { least: 1, unique: true });

function find(world: World, exchange: Exchange): TokenRecord | undefined {
  return world.state.tokens.byId(environmentOf(exchange).id, param(exchange, "tokenId"));
}

const datePattern = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?$/;

/** Unix milliseconds of `now+1h`, of Unix milliseconds as text, or of a date-time (UTC where it names no zone). */
function expirationOf(text: string, now: number): number | null {
  if (/^\d{13}$/.test(text)) return Number(text);
  const relative = /^now\+(\d{1,6})([mhdwMy])(?:\/[mhdwMy])?$/.exec(text);
  if (relative === null) {
    if (!datePattern.test(text)) return null;
    const time = Date.parse(/(?:Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`);
    return Number.isNaN(time) ? null : time;
  }
  const amount = Number(relative[1]);
  const date = new Date(now);
  const minutes: Readonly<Record<string, number>> = { m: 1, h: 60, d: 1440, w: 10_080 };
  const unit = relative[2] ?? "m";
  if (unit === "M") date.setUTCMonth(date.getUTCMonth() + amount);
  else if (unit === "y") date.setUTCFullYear(date.getUTCFullYear() + amount);
  else date.setTime(now + amount * (minutes[unit] ?? 1) * 60_000);
  return date.getTime();
}

function create(world: World, exchange: Exchange): Response {
  const body = exchange.body as { name: string; scopes: string[]; expirationDate?: string };
  const now = world.now();
  const expires = body.expirationDate === undefined ? null : expirationOf(body.expirationDate, now);
  if (body.expirationDate !== undefined && (expires === null || expires <= now)) {
    return constraintsViolated([bodyViolation("expirationDate", "must be a time in the future")]);
  }
  const environment = environmentOf(exchange).id;
  const { owner } = callerOf(exchange);
  const token = world.state.tokens.create({ name: body.name, scopes: body.scopes, owner, environment, expires }, now);
  return jsonAnswer(
    {
      id: token.id,
      token: token.token,
      ...(expires === null ? {} : { expirationDate: new Date(expires).toISOString() }),
    },
    201,
    locationHeader(world, exchange, `/e/${environment}/api/v2/apiTokens/${token.id}`, token.id),
  );
}

/** The old way, with a duration instead of a date. */
function createV1(world: World, exchange: Exchange): Response {
  const body = exchange.body as { name: string; scopes: string[]; expiresIn?: { value: number; unit?: string } };
  const now = world.now();
  const token = world.state.tokens.create(
    {
      name: body.name,
      scopes: body.scopes,
      owner: callerOf(exchange).owner,
      environment: environmentOf(exchange).id,
      expires: body.expiresIn === undefined ? null : now + durationMilliseconds(body.expiresIn),
    },
    now,
  );
  return jsonAnswer({ token: token.token }, 201);
}

function lookup(world: World, exchange: Exchange): Response {
  const { token: secret } = exchange.body as { token: string };
  const token = world.state.tokens.bySecret(secret);
  return token === undefined || token.environment !== environmentOf(exchange).id
    ? tokenNotFound()
    : jsonAnswer(tokenView(world, token));
}

function read(world: World, exchange: Exchange): Response {
  const token = find(world, exchange);
  return token === undefined ? tokenNotFound() : jsonAnswer(tokenView(world, token));
}

function update(world: World, exchange: Exchange): Response {
  const token = find(world, exchange);
  if (token === undefined) return tokenNotFound();
  const body = exchange.body as { name?: string; enabled?: boolean; scopes?: string[] };
  if (token.id === callerOf(exchange).id && body.enabled === false) {
    return errorAnswer(400, "A token cannot disable itself");
  }
  world.state.tokens.put({
    ...token,
    name: body.name ?? token.name,
    revoked: body.enabled === undefined ? token.revoked : !body.enabled,
    scopes: body.scopes ?? token.scopes,
    modified: world.now(),
  });
  return emptyAnswer(204);
}

function remove(world: World, exchange: Exchange): Response {
  return removeToken(world, exchange, find(world, exchange));
}

/** Access tokens of an environment. */
export const apiTokenRoutes: readonly Route[] = [
  { method: "GET", path: base, scopes: reading, writes: false, respond: listApiTokens },
  {
    method: "POST",
    path: base,
    scopes: writing,
    writes: false,
    body: objectOf({
      name: required(filled),
      scopes: required(scopeList),
      expirationDate: optional(textOf()),
      personalAccessToken: optional(truth),
    }),
    respond: create,
  },
  {
    method: "POST",
    path: `${base}/lookup`,
    scopes: "any",
    writes: false,
    body: openObjectOf({ token: required(filled) }),
    respond: lookup,
  },
  { method: "GET", path: `${base}/:tokenId`, scopes: reading, writes: false, respond: read },
  {
    method: "PUT",
    path: `${base}/:tokenId`,
    scopes: writing,
    writes: false,
    body: objectOf({ name: optional(filled), enabled: optional(truth), scopes: optional(scopeList) }, 1),
    respond: update,
  },
  { method: "DELETE", path: `${base}/:tokenId`, scopes: writing, writes: false, respond: remove },
  {
    method: "POST",
    path: "/e/:environmentId/api/v1/tokens",
    scopes: ["TenantTokenManagement"],
    writes: false,
    body: objectOf({ name: required(filled), scopes: required(scopeList), expiresIn: optional(duration) }),
    respond: createV1,
  },
];
