import { parseJson } from "../../lib/parse-json.ts";
import { emptyAnswer, errorAnswer, htmlAnswer, jsonAnswer, rawAnswer } from "./answers.ts";
import { authenticate, secretOf } from "./authentication.ts";
import { violationsOf } from "./body-rules.ts";
import { settleUpgrade } from "./cluster-nodes.ts";
import { resolveEnvironment } from "./environment-access.ts";
import { failure } from "./error-form.ts";
import { type FaultAction, halfOf } from "./faults.ts";
import type { EnvironmentRecord } from "./snapshot.ts";
import type { Exchange, RequestLogEntry, Route, World } from "./world.ts";

const logLimit = 200_000;

/**
 * One request from arrival to answer: the log, injected faults, then the checks in the order of the product. Where
 * no route fits, `route` is the status to answer with. An answer of type `error` is a closed connection.
 */
export async function answerRequest(
  world: World,
  route: Route | 404 | 405,
  params: Readonly<Record<string, string>>,
  request: Request,
): Promise<Response> {
  const url = new URL(request.url);
  const arrived = logEntryOf(world, request, url);
  for (const hook of world.hooks) await hook(arrived);
  const response = await withFaults(world, request, url, () => serve(world, route, params, request, url));
  world.requests.push({ ...arrived, status: response.status });
  if (world.requests.length > logLimit) world.requests.splice(0, logLimit / 10);
  return response;
}

async function withFaults(
  world: World,
  request: Request,
  url: URL,
  proceed: () => Promise<Response>,
): Promise<Response> {
  const actions = world.faults.take(request.method, url);
  const delays = actions.filter((action) => typeof action === "object" && "delay" in action);
  for (const action of delays) await world.sleep(action.delay, request.signal);
  const action = actions.find((candidate) => typeof candidate === "string" || !("delay" in candidate));
  if (action === undefined) return proceed();
  if (action === "cut") return Response.error();
  if (action === "commit-then-cut") {
    await proceed();
    return Response.error();
  }
  if (action === "truncate" || action === "stall") return halfOf(await proceed(), action, request.signal);
  return injectedAnswer(action);
}

function injectedAnswer(action: Exclude<FaultAction, string>): Response {
  if ("html" in action) return htmlAnswer(action.html);
  if ("retryAfter" in action) {
    const headers = { "retry-after": String(action.retryAfter) };
    return errorAnswer(action.status ?? 429, "Too many requests", [], headers);
  }
  if ("delay" in action) throw new Error("A delay is no answer.");
  const headers = action.headers ?? {};
  if (action.body === undefined) return emptyAnswer(action.status, headers);
  return typeof action.body === "string"
    ? rawAnswer(action.body, action.status, { "content-type": "text/plain; charset=utf-8", ...headers })
    : jsonAnswer(action.body, action.status, headers);
}

async function serve(
  world: World,
  route: Route | 404 | 405,
  params: Readonly<Record<string, string>>,
  request: Request,
  url: URL,
): Promise<Response> {
  settleUpgrade(world);
  const { restart } = world.passing;
  const now = world.now();
  if (restart !== null && now >= restart.from && now < restart.until) {
    return htmlAnswer(now < (restart.from + restart.until) / 2 ? 502 : 503);
  }
  const path = url.pathname;
  if (route === 404) return failure(world, path, 404, "HTTP 404 Not Found");
  if (route === 405) return failure(world, path, 405, "HTTP 405 Method Not Allowed");
  const environmentId = params["environmentId"] ?? null;
  if (!path.includes("/api/")) return respond(world, route, params, request, url);
  const pool = world.pool(environmentId === null ? null : world.environmentKey(environmentId));
  const size = environmentId === null ? world.switches.clusterPool : world.switches.environmentPool;
  if (!(await pool.enter(size, world.switches.queueTimeout))) return throttled(world, size.threads);
  try {
    if (world.switches.processingTime > 0) await world.sleep(world.switches.processingTime, request.signal);
    return await respond(world, route, params, request, url);
  } finally {
    pool.leave();
  }
}

async function respond(
  world: World,
  route: Route,
  params: Readonly<Record<string, string>>,
  request: Request,
  url: URL,
): Promise<Response> {
  const path = url.pathname;
  const bytes = route.body === undefined ? null : await request.arrayBuffer();
  if (bytes !== null && bytes.byteLength > world.switches.bodyLimit) {
    return failure(world, path, 413, "Request entity too large");
  }
  let environment: EnvironmentRecord | null = null;
  if (path.includes("/api/") && params["environmentId"] !== undefined) {
    const resolved = resolveEnvironment(world, params["environmentId"]);
    if (resolved instanceof Response) return resolved;
    environment = resolved;
  }
  const token = authenticate(world, route, environment, request, url);
  if (token instanceof Response) return token;
  if (route.writes && world.state.upgrade !== null) {
    return failure(world, path, 556, "Cluster upgrade in progress");
  }
  const exchange: Exchange = { request, url, query: url.searchParams, params, token, environment, body: null };
  if (route.body === undefined || bytes === null) return route.respond(world, exchange);
  if (!/^application\/json\b/i.test(request.headers.get("content-type") ?? "")) {
    return failure(world, path, 415, "HTTP 415 Unsupported Media Type");
  }
  const body = parseBody(bytes);
  if (body === undefined) return failure(world, path, 400, "Could not map JSON");
  const violations = violationsOf(route.body, body);
  if (violations.length > 0) return failure(world, path, 400, "Constraints violated.", violations);
  return route.respond(world, { ...exchange, body });
}

function parseBody(bytes: ArrayBuffer): unknown {
  try {
    return parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function throttled(world: World, limit: number): Response {
  const { rateLimitReset, retryAfter } = world.switches;
  const reset = world.now() + 1000;
  return errorAnswer(429, "Too many requests", [], {
    ...(rateLimitReset === "none"
      ? {}
      : {
          "x-ratelimit-limit": String(limit),
          "x-ratelimit-remaining": "0",
          "x-ratelimit-reset": String(rateLimitReset === "microseconds" ? reset * 1000 : Math.ceil(reset / 1000)),
        }),
    ...(retryAfter === null ? {} : { "retry-after": String(retryAfter) }),
  });
}

function logEntryOf(world: World, request: Request, url: URL): Omit<RequestLogEntry, "status"> {
  const query = new URLSearchParams([...url.searchParams].filter(([name]) => name.toLowerCase() !== "api-token"));
  const secret = secretOf(request, url.searchParams);
  const token = secret === null ? undefined : world.state.tokens.bySecret(secret);
  return {
    method: request.method,
    path: url.pathname,
    query: query.toString(),
    tokenId: token?.id ?? null,
    at: world.now(),
  };
}
