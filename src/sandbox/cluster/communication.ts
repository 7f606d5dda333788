import { errorAnswer, jsonAnswer } from "./answers.ts";
import { listOf, nullable, openObjectOf, optional, required, textOf, wordOf } from "./body-rules.ts";
import { agentKey } from "./cluster-state.ts";
import { readiness } from "./environment-access.ts";
import type { AgentHost, AgentRecord } from "./snapshot.ts";
import { type Exchange, findEnvironment, type Route, type World } from "./world.ts";

interface Hello {
  readonly tenant: string;
  readonly tenantToken: string;
  readonly host: AgentHost;
  readonly availability?: "MONITORED" | "SHUTDOWN" | "UNMONITORED";
}

const filled = textOf({ least: 1 });
const text = optional(nullable(textOf()));

const helloRule = openObjectOf({
  tenant: required(filled),
  tenantToken: required(filled),
  availability: optional(wordOf(["MONITORED", "SHUTDOWN", "UNMONITORED"])),
  host: required(
    openObjectOf({
      name: required(filled),
      id: required(textOf({ pattern: /^[0-9a-fA-F]{16}$/ })),
      version: required(filled),
      hostGroup: text,
      networkZone: text,
      monitoringMode: optional(nullable(wordOf(["fullstack", "infra-only", "discovery"]))),
      tags: optional(listOf(textOf())),
    }),
  ),
});

/** The environment of the hello if it lets this agent in. */
function admit(world: World, { tenant, tenantToken }: Hello): string | null {
  const environment = findEnvironment(world, tenant);
  if (environment === undefined || environment.tenantToken !== tenantToken) return null;
  return environment.state === "ENABLED" && readiness(world, environment) === "ready" ? environment.id : null;
}

function connect(world: World, exchange: Exchange): Response {
  const hello = exchange.body as Hello;
  const inPath = exchange.params["environmentId"];
  const environment = admit(world, hello);
  if (environment === null || (inPath !== undefined && findEnvironment(world, inPath)?.id !== environment)) {
    return errorAnswer(403, "The agent is not allowed to connect");
  }
  const now = world.now();
  const id = hello.host.id.toUpperCase();
  for (const [key, agent] of world.state.agents) {
    // A host that turns up elsewhere has been moved, and the environment it left says so.
    if (agent.host.id === id && agent.environment !== environment && agent.availability === "MONITORED") {
      world.state.agents.set(key, {
        ...agent,
        lastSeen: now,
        availability: "UNMONITORED",
        detailedAvailability: "UNMONITORED_AGENT_MIGRATED",
      });
    }
  }
  const availability = hello.availability ?? "MONITORED";
  const known = world.state.agents.get(agentKey(environment, id));
  const agent: AgentRecord = {
    environment,
    host: { ...hello.host, id },
    firstSeen: known?.firstSeen ?? now,
    lastSeen: now,
    availability,
    detailedAvailability: availability === "UNMONITORED" ? "UNMONITORED_AGENT_STOPPED" : availability,
  };
  world.state.agents.set(agentKey(environment, id), agent);
  return jsonAnswer({ connected: true, environment, hostId: `HOST-${id}` });
}

const hello = { method: "POST", scopes: "none", writes: false, body: helloRule, respond: connect } as const;

/**
 * Where the stand-in agents of the sandbox report. This is a protocol of the simulation and not that of the
 * product, which is not public. An agent posts JSON: `tenant` and `tenantToken` from its connection data, `host`
 * as in `AgentHost`, and when it stops `availability: "SHUTDOWN"`. It gets 200 when the environment exists, is
 * enabled, ready, and the token is its own; else 403.
 */
export const communicationRoutes: readonly Route[] = [
  { ...hello, path: "/e/:environmentId/communication" },
  { ...hello, path: "/communication" },
];
