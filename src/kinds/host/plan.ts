import type { Value } from "../../lib/json.ts";
import type { Host } from "../../model/inventory.ts";
import type { HostFacts, HostReading } from "../../model/observed.ts";
import { type Change, type Held, hostChangeId } from "../../model/plan.ts";
import { type AgentComparison, compareAgent, sameEnvironment } from "./fields.ts";

export interface HostOutcome {
  readonly change: Change | null;
  readonly held: Held | null;
  readonly warnings: readonly string[];
}

const unchanged: HostOutcome = { change: null, held: null, warnings: [] };

/** What restarting means for what runs on the host, by field. */
const applicationRestart = new Set(["environment", "hostGroup", "monitoringMode"]);

/** What has to happen on one host, from what its probe found; `dependsOn` are changes of its environment. */
export function planHost(host: Host, reading: HostReading, dependsOn: readonly string[]): HostOutcome {
  if (reading.status === "unreadable") return hold(host, reading.reason);
  const facts = reading.value;
  if (facts.system !== "Linux") {
    return hold(host, `it runs ${facts.system || "an unknown system"}, and dtsync deploys to Linux only`);
  }
  if (facts.locked && (facts.agent === null || facts.agent.incomplete)) {
    return hold(
      host,
      "an installation, update or removal of the OneAgent is running on it: plan again when it has ended",
    );
  }
  const { agent } = facts;
  if (host.state === "absent" && agent?.tenant && !sameEnvironment(agent.tenant, host.environment)) {
    return hold(
      host,
      `it is declared absent from ${host.environment}, but its agent reports to ${agent.tenant}: not uninstalled`,
    );
  }
  const comparison = compareAgent(host, agent);
  if (comparison.action === null) return unchanged;
  return { change: hostChange(host, comparison, facts, dependsOn), held: null, warnings: [] };
}

function hold(host: Host, reason: string): HostOutcome {
  return { change: null, held: { scope: hostChangeId(host.name), reason, items: 1 }, warnings: [] };
}

/** The sides of a host change as data. An installation starts from nothing, or from what a cut-off one left. */
export function hostChangeContent(
  comparison: AgentComparison,
  facts: HostFacts,
): Pick<Change, "before" | "after" | "fields"> {
  const side = (which: "before" | "after"): Readonly<Record<string, Value>> =>
    Object.fromEntries(comparison.differences.map((difference) => [difference.field, difference[which]]));
  const fields = comparison.differences.map(({ field }) => field);
  switch (comparison.action) {
    case "install":
      return { before: facts.agent === null ? null : { installation: "incomplete" }, after: side("after"), fields };
    case "uninstall":
      return {
        before: { environment: facts.agent?.tenant ?? null, version: facts.agent?.version ?? null },
        after: null,
        fields: [],
      };
    default:
      return { before: side("before"), after: side("after"), fields };
  }
}

function hostChange(host: Host, comparison: AgentComparison, facts: HostFacts, dependsOn: readonly string[]): Change {
  const restarts =
    comparison.action !== "install" && comparison.differences.some(({ field }) => applicationRestart.has(field));
  return {
    id: hostChangeId(host.name),
    kind: "host",
    action: comparison.action ?? "configure",
    cluster: host.cluster,
    customer: host.customer,
    environment: host.environment,
    group: null,
    host: host.name,
    ...hostChangeContent(comparison, facts),
    source: { file: host.place.file, line: host.place.line },
    dependsOn,
    origin: null,
    notes: restarts ? ["monitored applications must be restarted for it to take full effect"] : [],
  };
}
