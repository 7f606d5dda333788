import { sameValue } from "../../lib/json.ts";
import type { Host } from "../../model/inventory.ts";
import type { HostFacts, ObservedAgent } from "../../model/observed.ts";
import type { HostChange } from "./change.ts";
import { compareAgent, isUnfinished, isUnreadable, sameEnvironment, unreadableAgent } from "./fields.ts";

/**
 * Terms: a change of a host is *as planned* while the host is as the plan saw it, *as wanted* once it is as the change
 * would make it, and *other* when somebody has changed it since.
 *
 * Premise: only what the change is about counts. What else differs from the inventory by now is for the next plan.
 *
 * Cases: an agent that does not tell where it reports is other, whatever the change. An uninstallation is as planned while
 * the agent reports where it did. An installation is as planned while there is no agent, or a cut-off one that is not that of
 * another environment; one that appeared since is as wanted if nothing is left to do about it. For any other change the
 * agent must still be there and complete, and every field that still differs must have the value that the plan saw;
 * fields that are as declared by now need nothing.
 */
type HostMatch =
  | { readonly match: "as-planned" | "as-wanted" }
  | {
      readonly match: "other";
      readonly reason: string;
      /** The agent is not that of an environment that the change is about, or nobody can tell. */
      readonly isForeign: boolean;
    };

/** Compares a fresh probe with a change of the plan. Only what the change is about counts. */
export function compareHostWithPlan(change: HostChange, host: Host, { agent }: HostFacts): HostMatch {
  const other = (reason: string): HostMatch => ({ match: "other", reason, isForeign: isForeign(change, host, agent) });
  if (agent !== null && isUnreadable(agent)) return other(unreadableAgent);
  switch (change.action) {
    case "uninstall":
      if (agent === null) return { match: "as-wanted" };
      return (agent.tenant || null) === change.before.environment
        ? { match: "as-planned" }
        : other(`the agent now reports to ${agent.tenant}`);
    case "install":
      if (agent === null || isUnfinished(agent, host.environment)) return { match: "as-planned" };
      if (compareAgent(host, agent).action === null) return { match: "as-wanted" };
      return other(`there is an agent now, which reports to ${agent.tenant}`);
    case "update":
    case "configure":
    case "move": {
      // The one of another environment may be moved as it is: that finishes it.
      if (agent === null || (agent.incomplete && change.action !== "move"))
        return other("there is no complete agent any more");
      const now = new Map(compareAgent(host, agent).differences.map((difference) => [difference.field, difference]));
      const open = change.fields.filter((field) => now.has(field));
      const changed = open.find((field) => !sameValue(now.get(field)?.before, change.before[field]));
      if (changed !== undefined) return other(`since the plan was made, ${changed} has changed`);
      return { match: open.length === 0 ? "as-wanted" : "as-planned" };
    }
  }
}

function isForeign({ before }: HostChange, { environment }: Host, agent: ObservedAgent | null): boolean {
  if (agent === null) return false;
  if (isUnreadable(agent)) return true;
  const planned = before !== null && "environment" in before ? before.environment : null;
  const known = [environment, planned].filter((id) => typeof id === "string");
  return Boolean(agent.tenant) && !known.some((id) => sameEnvironment(agent.tenant, id));
}
