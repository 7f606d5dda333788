import { bodyViolation, constraintsViolated, emptyAnswer, errorAnswer, jsonAnswer, pathViolation } from "./answers.ts";
import { duration, durationMilliseconds, objectOf, openObjectOf, optional, required, textOf } from "./body-rules.ts";
import { completeEnvironment } from "./cluster-state.ts";
import { initialQuotas, initialStorage } from "./environment-defaults.ts";
import { listEnvironments } from "./environment-list.ts";
import { type EnvironmentWrite, environmentViolations, mergedQuotas, mergedStorage } from "./environment-rules.ts";
import { cacheQuotas, createEnvironmentView, includesOf, licenceRefusal } from "./environment-view.ts";
import { withoutEnvironment } from "./group-rules.ts";
import type { EnvironmentRecord, TokenRecord } from "./snapshot.ts";
import {
  callerOf,
  type Exchange,
  findEnvironment,
  locationHeader,
  param,
  type Route,
  readable,
  type World,
} from "./world.ts";

const base = "/api/cluster/v2/environments";
const tokenManagement = ["apiTokens.read", "apiTokens.write", "TenantTokenManagement"];

function notFound(id: string): Response {
  return errorAnswer(404, `Environment ${id} does not exist`);
}

function getEnvironment(world: World, exchange: Exchange): Response {
  const includes = includesOf(exchange.query);
  const refusal = licenceRefusal(world, includes);
  if (refusal !== null) return refusal;
  const id = param(exchange, "id");
  const environment = readable(world).environments.get(world.environmentKey(id));
  return environment === undefined ? notFound(id) : jsonAnswer(createEnvironmentView(world, includes)(environment));
}

function createEnvironment(world: World, exchange: Exchange): Response {
  const violations = environmentViolations(world, exchange.body, undefined, false);
  if (violations.length > 0) return constraintsViolated(violations);
  return created(world, exchange, world.random.uuid(), exchange.body as EnvironmentWrite);
}

function putEnvironment(world: World, exchange: Exchange): Response {
  const id = param(exchange, "id");
  if (!/^[a-zA-Z0-9_-]{1,70}$/.test(id)) {
    return constraintsViolated([pathViolation("id", 'must match "[a-zA-Z0-9_-]{1,70}"')]);
  }
  const before = findEnvironment(world, id);
  const violations = environmentViolations(world, exchange.body, before, true);
  if (violations.length > 0) return constraintsViolated(violations);
  const write = exchange.body as EnvironmentWrite;
  if (write.id !== undefined && world.environmentKey(write.id) !== world.environmentKey(id)) {
    return constraintsViolated([bodyViolation("id", "must be the id of the path")]);
  }
  if (before === undefined) return created(world, exchange, id, write);
  const keep = world.switches.omittedFields === "kept";
  const state = write.state ?? (keep ? before.state : "ENABLED");
  saveEnvironment(world, {
    ...before,
    name: write.name,
    state,
    trial: write.trial ?? (keep ? before.trial : false),
    tags: write.tags ?? (keep ? before.tags : []),
    startedAt: state === "ENABLED" && before.state === "DISABLED" ? world.now() : before.startedAt,
    quotas: mergedQuotas(before.quotas, write.quotas),
    storage: mergedStorage(before.storage, write.storage),
  });
  return emptyAnswer(204);
}

function created(world: World, exchange: Exchange, id: string, write: EnvironmentWrite): Response {
  const now = world.now();
  const environment: EnvironmentRecord = {
    ...completeEnvironment({ id, name: write.name, startedAt: now }, world.random, now),
    state: write.state ?? "ENABLED",
    trial: write.trial ?? false,
    tags: write.tags ?? [],
    quotas: mergedQuotas(initialQuotas(), write.quotas),
    storage: mergedStorage(initialStorage(), write.storage),
  };
  saveEnvironment(world, environment);
  cacheQuotas(world, environment);
  const token =
    exchange.query.get("createToken") === "true"
      ? makeTokenManagementToken(world, environment, callerOf(exchange), `Token management of ${id}`, null).token
      : null;
  return jsonAnswer(
    { id, name: environment.name, ...(token === null ? {} : { tokenManagementToken: token }) },
    201,
    locationHeader(world, exchange, `${base}/${id}`, id),
  );
}

export function saveEnvironment(world: World, environment: EnvironmentRecord): void {
  world.state.environments.set(world.environmentKey(environment.id), environment);
}

function deleteEnvironment(world: World, exchange: Exchange): Response {
  const id = param(exchange, "id");
  const environment = findEnvironment(world, id);
  if (environment === undefined) {
    return world.switches.unknownEnvironmentDelete === 404
      ? notFound(id)
      : errorAnswer(400, `Environment ${id} does not exist`);
  }
  if (environment.state !== "DISABLED") {
    return errorAnswer(400, `Environment ${environment.id} is not disabled and cannot be deleted`);
  }
  removeEnvironment(world, environment);
  return emptyAnswer(204);
}

/** Takes an environment away with everything that is in it, and by switch with the rights on it. */
export function removeEnvironment(world: World, environment: EnvironmentRecord): void {
  const { state } = world;
  const { id } = environment;
  state.environments.delete(world.environmentKey(id));
  state.tokens.removeEnvironment(id);
  world.passing.consumption.delete(id);
  for (const [key, agent] of state.agents) if (agent.environment === id) state.agents.delete(key);
  state.managementZones = state.managementZones.filter((zone) => zone.environment !== id);
  state.zoneRights = state.zoneRights.filter((right) => right.environment !== id);
  state.problems = state.problems.filter((problem) => problem.environment !== id);
  if (world.switches.rightsOfDeletedEnvironment === "kept") return;
  for (const group of state.groups.values()) {
    state.groups.set(group.id, { ...group, accessRight: withoutEnvironment(group.accessRight, id) });
  }
}

function makeTokenManagementToken(
  world: World,
  environment: EnvironmentRecord,
  caller: TokenRecord,
  name: string,
  expires: number | null,
): TokenRecord {
  return world.state.tokens.create(
    { name, scopes: tokenManagement, owner: caller.owner, environment: environment.id, expires },
    world.now(),
  );
}

function createTokenManagementToken(world: World, exchange: Exchange): Response {
  const id = param(exchange, "id");
  const environment = findEnvironment(world, id);
  if (!world.switches.tokenManagementToken) return errorAnswer(404, "HTTP 404 Not Found");
  if (environment === undefined) return notFound(id);
  const body = exchange.body as { name: string; expiresIn?: { value: number; unit?: string } };
  const expires = body.expiresIn === undefined ? null : world.now() + durationMilliseconds(body.expiresIn);
  const token = makeTokenManagementToken(world, environment, callerOf(exchange), body.name, expires);
  const path = `/e/${environment.id}/api/v2/apiTokens/${token.id}`;
  return jsonAnswer({ token: token.token }, 201, locationHeader(world, exchange, path, token.id));
}

const scopes = ["ServiceProviderAPI"];
// The whole body is checked in one go with what only the cluster knows, so that every fault is in one answer.
const anyObject = openObjectOf({});

/** Environments of the cluster API v2. */
export const environmentRoutes: readonly Route[] = [
  { method: "GET", path: base, scopes, writes: false, respond: listEnvironments },
  { method: "POST", path: base, scopes, writes: true, body: anyObject, respond: createEnvironment },
  { method: "GET", path: `${base}/:id`, scopes, writes: false, respond: getEnvironment },
  { method: "PUT", path: `${base}/:id`, scopes, writes: true, body: anyObject, respond: putEnvironment },
  { method: "DELETE", path: `${base}/:id`, scopes, writes: true, respond: deleteEnvironment },
  {
    method: "POST",
    path: `${base}/:id/tokenManagementToken`,
    scopes: ["EnvironmentTokenManagement"],
    writes: true,
    body: objectOf({ name: required(textOf({ least: 1 })), expiresIn: optional(duration) }),
    respond: createTokenManagementToken,
  },
];
