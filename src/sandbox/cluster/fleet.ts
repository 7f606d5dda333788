import { constraintsViolated, jsonAnswer, queryViolation, textAnswer } from "./answers.ts";
import { hostAgentInfo } from "./host-view.ts";
import { type PagingRule, pageOf, pageRequestOf, pageSizeOf, refused } from "./paging.ts";
import type { AgentRecord, ProblemRecord } from "./snapshot.ts";
import { compareVersions } from "./versions.ts";
import { type Exchange, environmentOf, type Route, type World } from "./world.ts";

const hour = 3_600_000;
const relativeTimes: Readonly<Record<string, number>> = {
  min: hour / 60,
  "5mins": hour / 12,
  "10mins": hour / 6,
  "15mins": hour / 4,
  "30mins": hour / 2,
  hour,
  "2hours": 2 * hour,
  "6hours": 6 * hour,
  day: 24 * hour,
  "3days": 72 * hour,
  week: 168 * hour,
  month: 720 * hour,
};

/** Agents of an environment as seen now: one that is connected is heard of all the time. */
function agentsOf(world: World, environment: string): readonly AgentRecord[] {
  const now = world.now();
  const { agentsAppearIn } = world.switches;
  return [...world.state.agents.values()]
    .filter(
      (agent) =>
        (agentsAppearIn ?? agent.environment) === environment &&
        now - agent.firstSeen >= world.switches.agentVisibleAfter,
    )
    .map((agent) => (agent.availability === "MONITORED" ? { ...agent, lastSeen: now } : agent));
}

function listOneAgents(world: World, exchange: Exchange): Response {
  const environment = environmentOf(exchange).id;
  const paging: PagingRule = { list: `oneagents/${environment}`, repeats: "query" };
  const request = pageRequestOf(world, paging, exchange.query);
  if (request instanceof Response) return request;
  const { query } = request;
  const now = world.now();
  const relative = query.get("relativeTime");
  const span = relative === null ? 72 * hour : relativeTimes[relative];
  if (span === undefined) return refused("relativeTime", "is not a known time frame");
  const from = Number(query.get("startTimestamp") ?? now - span);
  const to = Number(query.get("endTimestamp") ?? now);
  if (!(from <= to) || to - from > 214 * 24 * hour) return refused("startTimestamp", "the frame is at most 214 days");

  const all = agentsOf(world, environment)
    .filter((agent) => agent.lastSeen >= from && agent.firstSeen <= to)
    .filter((agent) => matchesQuery(agent, query));
  const { emptyPageEvery, oneAgentsPageSize } = world.switches;
  const isEmpty = emptyPageEvery > 0 && request.page % emptyPageEvery === 0;
  const page = pageOf(world, paging, request, isEmpty ? 0 : oneAgentsPageSize, all);
  return jsonAnswer({
    hosts: page.items.map((agent) => hostAgentInfo(agent)),
    nextPageKey: page.list.nextPageKey,
    percentageOfEnvironmentSearched: 100,
  });
}

function matchesQuery(agent: AgentRecord, query: URLSearchParams): boolean {
  const entities = query.getAll("entity");
  if (entities.length > 0 && !entities.includes(`HOST-${agent.host.id}`)) return false;
  const wants = (name: string, value: string): boolean => (query.get(name) ?? value) === value;
  if (!wants("osType", "LINUX") || !wants("hostGroupName", agent.host.hostGroup ?? "")) return false;
  if (!wants("availabilityState", agent.availability)) return false;
  const number = query.get("agentVersionNumber");
  if (number === null) return true;
  const difference = compareVersions(agent.host.version.split(".").slice(0, 3).join("."), number);
  const tests: Readonly<Record<string, boolean>> = {
    EQUAL: difference === 0,
    GREATER: difference > 0,
    GREATER_EQUAL: difference >= 0,
    LOWER: difference < 0,
    LOWER_EQUAL: difference <= 0,
  };
  return tests[query.get("agentVersionIs") ?? "EQUAL"] ?? false;
}

function listEntities(world: World, exchange: Exchange): Response {
  const environment = environmentOf(exchange).id;
  const paging: PagingRule = { list: `entities/${environment}`, repeats: "nothing" };
  const request = pageRequestOf(world, paging, exchange.query);
  if (request instanceof Response) return request;
  const size = pageSizeOf(request.query, 1, 4000, 50);
  if (size instanceof Response) return size;
  const selector = request.query.get("entitySelector") ?? "";
  const type = /type\(\s*"?([A-Z_]+)"?\s*\)/.exec(selector);
  if (type === null || selector.length > 2000) {
    const message = "is required, names one type and has at most 2000 characters";
    return constraintsViolated([queryViolation("entitySelector", message)]);
  }
  const name = /entityName\.equals\(\s*"([^"]*)"\s*\)/.exec(selector)?.[1];
  const id = /entityId\(\s*"([^"]*)"\s*\)/.exec(selector)?.[1];
  const all = (type[1] === "HOST" ? agentsOf(world, environment) : [])
    .filter((agent) => name === undefined || agent.host.name.toLowerCase() === name.toLowerCase())
    .filter((agent) => id === undefined || `HOST-${agent.host.id}` === id);
  const page = pageOf(world, paging, request, size, all);
  const fields = request.query.get("fields") ?? "";
  return jsonAnswer({
    ...page.list,
    entities: page.items.map(({ host, firstSeen, lastSeen }) => ({
      entityId: `HOST-${host.id}`,
      type: "HOST",
      displayName: host.name,
      ...(fields.includes("+firstSeenTms") ? { firstSeenTms: firstSeen } : {}),
      ...(fields.includes("+lastSeenTms") ? { lastSeenTms: lastSeen } : {}),
      ...(fields.includes("+properties")
        ? { properties: { osType: "LINUX", installerVersion: host.version, hostGroupName: host.hostGroup ?? null } }
        : {}),
    })),
  });
}

/** `now-30d`, Unix milliseconds or a date-time. */
function timeOf(text: string | null, standard: number, now: number): number | null {
  if (text === null) return standard;
  const relative = /^now-(\d+)([mhdw])$/.exec(text);
  const units: Readonly<Record<string, number>> = { m: hour / 60, h: hour, d: 24 * hour, w: 168 * hour };
  if (relative !== null) return now - Number(relative[1]) * (units[relative[2] ?? "h"] ?? hour);
  const time = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  return Number.isNaN(time) ? null : time;
}

function listProblems(world: World, exchange: Exchange): Response {
  const environment = environmentOf(exchange).id;
  const paging: PagingRule = { list: `problems/${environment}`, repeats: "fields" };
  const request = pageRequestOf(world, paging, exchange.query);
  if (request instanceof Response) return request;
  const size = pageSizeOf(request.query, 1, 500, 50);
  if (size instanceof Response) return size;
  const now = world.now();
  const from = timeOf(request.query.get("from"), now - 2 * hour, now);
  if (from === null) return refused("from", "is not a time");
  const status = /status\(\s*"(open|closed)"\s*\)/i.exec(request.query.get("problemSelector") ?? "")?.[1];
  // A problem that began before the frame is not promised to be in it, even while it is open.
  const all = world.state.problems
    .filter((problem) => problem.environment === environment && problem.startTime >= from)
    .filter((problem) => status === undefined || problem.status === status.toUpperCase());
  const page = pageOf(world, paging, request, size, all);
  return jsonAnswer({
    ...page.list,
    warnings: [],
    problems: page.items.map(({ environment: _environment, ...problem }: ProblemRecord) => ({
      ...problem,
      affectedEntities: [],
    })),
  });
}

/** What runs in an environment. */
export const fleetRoutes: readonly Route[] = [
  { path: "v1/oneagents", scopes: ["oneAgents.read", "DataExport"], respond: listOneAgents },
  { path: "v2/entities", scopes: ["entities.read"], respond: listEntities },
  { path: "v2/problems", scopes: ["problems.read"], respond: listProblems },
  { path: "v1/time", scopes: "none" as const, respond: (world: World) => textAnswer(String(world.now())) },
  {
    path: "v1/config/clusterversion",
    scopes: ["DataExport"],
    respond: (world: World) => jsonAnswer({ version: world.state.version }),
  },
].map(({ path, scopes, respond }) => ({
  method: "GET",
  path: `/e/:environmentId/api/${path}`,
  scopes,
  writes: false,
  respond,
}));
