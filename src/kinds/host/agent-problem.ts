import type { Host } from "../../model/inventory.ts";
import type { ObservedAgent } from "../../model/observed.ts";
import { type FieldDifference, isConnected, isUnreadable, sameEnvironment, unreadableAgent } from "./fields.ts";
import type { HostProblem } from "./host-problem.ts";

/**
 * What keeps an agent that was just installed or changed from being at work, or null. The settings are for
 * `unappliedProblem`.
 */
export function agentProblem(agent: ObservedAgent | null, host: Pick<Host, "environment">): HostProblem | null {
  if (agent === null || agent.incomplete)
    return { code: "not-installed", message: "the installer ended, but there is no complete agent" };
  if (isUnreadable(agent)) return { code: "unclear-answer", message: unreadableAgent };
  if (!sameEnvironment(agent.tenant, host.environment)) {
    return { code: "wrong-environment", message: `the agent is set to ${agent.tenant}, not to ${host.environment}` };
  }
  if (agent.serviceActive === false)
    return { code: "service-inactive", message: "the agent is installed, but its service does not run" };
  if (isConnected(agent) === false) {
    return {
      code: "not-connected",
      message:
        "the agent runs, but is not connected to any endpoint of its environment: check the network between the host and the cluster",
    };
  }
  return null;
}

/** Settings that the agent holds otherwise although it was told. */
export function unappliedProblem(open: readonly FieldDifference[]): HostProblem {
  const settings = open.map(
    ({ field, before, after }) => `${field} is ${JSON.stringify(before)}, not ${JSON.stringify(after)}`,
  );
  return { code: "setting-not-applied", message: `the agent runs, but did not take a setting: ${settings.join("; ")}` };
}
