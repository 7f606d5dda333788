import { compareHostWithPlan, type DeployPorts, deploy } from "../kinds/host/effects/deploy.ts";
import { probeHost } from "../kinds/host/effects/probe.ts";
import type { Host } from "../model/inventory.ts";
import type { Change } from "../model/plan.ts";
import type { Clock } from "../ports.ts";
import { HostError } from "../ssh/host-error.ts";
import type { ConnectShell } from "../ssh/shell.ts";
import { done, failedWith, type Outcome, stale } from "./settle.ts";

export interface HostPorts extends Omit<DeployPorts, "shell"> {
  readonly connect: ConnectShell;
  readonly clock: Clock;
}

/** Failures of the way to a host or of a transfer, which a second try from the start can get over. */
const worthAnotherTry = new Set(["connection-lost", "transfer", "installer-exit-16"]);
const maximumTries = 2;

/** One change of one host. Each try probes first, so that what an earlier try has done already is not done again. */
export async function applyHostChange(change: Change, host: Host, ports: HostPorts): Promise<Outcome> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryHostChange(change, host, ports, attempt);
    } catch (error) {
      const again = error instanceof HostError && worthAnotherTry.has(error.code) && attempt < maximumTries;
      if (!again) return failedWith(error, attempt);
    }
  }
}

async function tryHostChange(change: Change, host: Host, ports: HostPorts, attempt: number): Promise<Outcome> {
  const shell = await ports.connect(host);
  try {
    const facts = await probeHost(shell, host);
    const comparison = compareHostWithPlan(change, host, facts);
    if (comparison.standing === "as-wanted") return done(attempt - 1);
    // After a broken try the host may be anywhere between before and after: the work goes on from there.
    if (comparison.standing === "other" && attempt === 1) return stale(0, comparison.reason);
    await deploy(change, host, facts, { ...ports, shell });
    return done(attempt);
  } finally {
    shell.close();
  }
}
