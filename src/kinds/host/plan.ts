import type { Value } from "../../lib/json.ts";
import { originPlace } from "../../lib/read-origin.ts";
import type { Host } from "../../model/inventory.ts";
import type { HostFacts, HostReading } from "../../model/observed.ts";
import type { Held } from "../../model/plan.ts";
import { makeChange, sourceOf } from "../change.ts";
import { agentPlatform } from "./agent-platform.ts";
import {
  type HostAction,
  type HostChange,
  type HostContent,
  type HostField,
  hostChangeId,
  hostColumns,
} from "./change.ts";
import {
  type AgentComparison,
  agentRemarks,
  compareAgent,
  isUnreadable,
  sameEnvironment,
  unreadableAgent,
} from "./fields.ts";
import { siteObstacle } from "./site-obstacle.ts";

/** Whether an action runs an installer. */
export const runsInstaller: Readonly<Record<HostAction, boolean>> = {
  install: true,
  update: true,
  move: true,
  configure: false,
  uninstall: false,
};

interface HostOutcome {
  readonly change: HostChange | null;
  readonly held: Held | null;
  /** What is to be known of the host although nothing is done about it. */
  readonly remarks: readonly string[];
}

/** Fields after whose change monitored applications must be restarted, too; for all others the agent alone restarts. */
const applicationRestart: ReadonlySet<HostField> = new Set(["environment", "hostGroup", "monitoringMode"]);

/** What a change costs on a host that works. An installation restarts nothing, and an agent that is down cannot restart. */
function restartNotes({ action, differences }: AgentComparison): readonly string[] {
  if (action === null || action === "install" || action === "uninstall") return [];
  if (differences.some(({ field }) => applicationRestart.has(field)))
    return ["the agent restarts, and monitored applications must be restarted for it to take full effect"];
  return differences.some(({ field }) => field === "service") ? [] : ["the agent restarts"];
}

/** Seconds after its start within which an agent that does not work yet is no wonder. */
const startTime = 900;

/** Why waiting may do as well as the change; none where the host has run for long or does not tell. */
function startNotes({ differences }: AgentComparison, { uptime }: HostFacts): readonly string[] {
  const isDown = differences.some(({ field }) => field === "service" || field === "connected");
  if (!isDown || uptime === null || uptime >= startTime) return [];
  return [`the host started less than ${startTime / 60} minutes ago, so its agent may still be starting`];
}

/** What may keep a new agent from working, although it can be installed; none where the agent is told a proxy. */
function reachNotes(
  action: HostAction,
  { cluster, oneagent }: Host,
  { site }: HostFacts,
  origin: string,
): readonly string[] {
  if (action !== "install" || site?.reachesCluster !== false || oneagent.proxy) return [];
  const { host, port } = originPlace(origin);
  return [`does not reach ${cluster} (${host}:${port}): the agent needs an ActiveGate or a proxy`];
}

/**
 * What has to happen on one host, from what its probe found; `dependsOn` are changes of its environment, `origin` is that of its
 * cluster.
 */
export function planHost(
  host: Host,
  reading: HostReading,
  dependsOn: readonly string[],
  origin: string | null = null,
): HostOutcome {
  if (reading.status === "unreadable") return hold(host, reading.reason);
  const facts = reading.value;
  const platform = agentPlatform(facts.system, facts.machine);
  if ("code" in platform && platform.code === "unsupported-system") return hold(host, platform.message);
  const { agent } = facts;
  if (facts.locked && (agent === null || agent.incomplete || isUnreadable(agent))) {
    return hold(
      host,
      "an installation, update or removal of the OneAgent is running on it: plan again when it has ended",
    );
  }
  if (agent !== null && isUnreadable(agent)) return hold(host, unreadableAgent);
  if (host.state === "absent" && agent?.tenant && !sameEnvironment(agent.tenant, host.environment)) {
    return hold(
      host,
      `it is declared absent from ${host.environment}, but its agent reports to ${agent.tenant}: not uninstalled`,
    );
  }
  const comparison = compareAgent(host, agent);
  const content = hostContent(comparison, facts);
  const remarks = [...agentRemarks(host, agent), ...(facts.leftovers ? [leftInstaller] : [])];
  if (content === null) return { change: null, held: null, remarks };
  if (runsInstaller[content.action]) {
    const obstacle =
      "code" in platform ? platform.message : siteObstacle(host, facts.site, platform.arch, content.action);
    if (obstacle !== null) return hold(host, obstacle);
  }
  const about = {
    id: hostChangeId(host.name),
    cluster: host.cluster,
    source: sourceOf(host),
    dependsOn,
    notes: [
      ...restartNotes(comparison),
      ...startNotes(comparison, facts),
      ...(origin === null ? [] : reachNotes(content.action, host, facts, origin)),
      ...remarks,
    ],
  };
  return { change: makeChange(about, hostColumns(host), content), held: null, remarks };
}

const leftInstaller = "a run that was killed left an installer there, with the token in it: apply removes it";

function hold(host: Host, reason: string): HostOutcome {
  return { change: null, held: { scope: hostChangeId(host.name), reason, items: 1 }, remarks: [] };
}

/** A comparison as what a change does; null: nothing. An installation starts from nothing, or from what a cut-off one left. */
function hostContent({ action, differences }: AgentComparison, { agent }: HostFacts): HostContent | null {
  const side = (which: "before" | "after"): Readonly<Record<string, Value>> =>
    Object.fromEntries(differences.map((difference) => [difference.field, difference[which]]));
  const fields = differences.map(({ field }) => field);
  switch (action) {
    case null:
      return null;
    case "install":
      return { action, before: agent === null ? null : { installation: "incomplete" }, after: side("after"), fields };
    case "uninstall":
      return {
        action,
        before: { environment: agent?.tenant || null, version: agent?.version ?? null },
        after: null,
        fields: [],
      };
    case "update":
    case "configure":
    case "move":
      return { action, before: side("before"), after: side("after"), fields };
  }
}
