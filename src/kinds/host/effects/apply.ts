import type { Applier, Scheduler } from "../../../execute/applier.ts";
import { done, failedWith, type Outcome, skipped, stale } from "../../../execute/outcome.ts";
import { runRollout } from "../../../execute/rollout.ts";
import { groupBy } from "../../../lib/group-by.ts";
import { createLimiter, type Limiter } from "../../../lib/limiter.ts";
import { attempted, attempts, repeatUntil } from "../../../lib/repeat-until.ts";
import type { Environment, Host, Rollout } from "../../../model/inventory.ts";
import type { Clock, Log } from "../../../ports.ts";
import { HostError } from "../../../ssh/host-error.ts";
import type { ConnectShell, Shell } from "../../../ssh/shell.ts";
import type { HostChange } from "../change.ts";
import { compareHostWithPlan } from "../compare-host-with-plan.ts";
import { type DeployPorts, deploy } from "./deploy.ts";
import { probeHost } from "./probe.ts";

export interface HostPorts extends Omit<DeployPorts, "shell"> {
  readonly connect: ConnectShell;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted: no host is waited for that is not connected; what runs on a host is finished. */
  readonly signal?: AbortSignal;
}

/** The hosts that changes may be about, and how they are rolled out. */
export interface HostWork {
  readonly hosts: readonly Host[];
  readonly environments: readonly Environment[];
  /** Most hosts worked on at once, over all environments. */
  readonly concurrency: number;
}

/** For a host whose environment is not in the inventory: one at a time, and none after a failure. */
const cautious: Rollout = { concurrency: 1, canary: { count: 1 }, batch: { count: 1 }, maxFailures: { count: 0 } };

/** Hosts environment by environment, each in the waves of its rollout. */
export function hostApplier({ hosts, environments, concurrency }: HostWork, ports: HostPorts): Applier<"host"> {
  const hostByName = new Map(hosts.map((host) => [host.name, host]));
  const rollouts = new Map(environments.map(({ id, rollout }) => [id.toLowerCase(), rollout]));
  return async (changes, scheduler) => {
    const lane = createLimiter(concurrency);
    const work = [...groupBy(changes, ({ environment }) => environment.toLowerCase())].map(([key, members]) => {
      const rollout = rollouts.get(key) ?? cautious;
      const limiter = createLimiter(Math.max(1, rollout.concurrency));
      const make = (change: HostChange) =>
        limiter.run(() => makeHostChange(change, hostByName.get(change.host), { lane, scheduler }, ports));
      const { environment } = members[0];
      return runRollout(members, rollout, make, scheduler.end, { log: ports.log, environment });
    });
    await Promise.all(work);
  };
}

async function makeHostChange(
  change: HostChange,
  host: Host | undefined,
  { lane, scheduler }: { readonly lane: Limiter; readonly scheduler: Scheduler },
  ports: HostPorts,
): Promise<Outcome> {
  const work = async () => {
    const outcome = host ? await applyHostChange(change, host, ports) : stale(0, "the host is no longer in its source");
    return new Map([[change.id, outcome]]);
  };
  const [outcome] = await scheduler.make({ changes: [change], lane, work });
  return outcome ?? stale(0, "the change was not made");
}

/** Failures of the way to a host or of a transfer, which a second try from the start can get over. */
const worthAnotherTry: ReadonlySet<string> = new Set(["connection-lost", "transfer", "installer-exit-16"]);
const maximumTries = 2;

/** One change of one host. Each try probes first, so that what an earlier try has done already is not done again. */
export async function applyHostChange(change: HostChange, host: Host, ports: HostPorts): Promise<Outcome> {
  let tries = 0;
  const result = await repeatUntil(
    (attempt) => {
      tries = attempt;
      if (attempt > 1) ports.log.info("host is tried once more", () => ({ host: host.name }));
      return attempted(() => tryHostChange(change, host, ports, attempt));
    },
    (found) => !found.failed || !(found.error instanceof HostError) || !worthAnotherTry.has(found.error.code),
    attempts(maximumTries),
    { clock: ports.clock },
  );
  if (!result.failed) return result.value;
  const untouched = tries === 1 && result.error instanceof HostError && result.error.code === "interrupted";
  return untouched
    ? skipped("interrupted", "the run was interrupted before the host was changed")
    : failedWith(result.error, tries);
}

async function tryHostChange(change: HostChange, host: Host, ports: HostPorts, attempt: number): Promise<Outcome> {
  const shell = await connectUnlessInterrupted(host, ports);
  try {
    const facts = await probeHost(shell, host);
    if (facts.locked) ports.log.info("another installation holds the lock of the host", () => ({ host: host.name }));
    const comparison = compareHostWithPlan(change, host, facts);
    if (comparison.match === "as-wanted") return done(attempt - 1);
    // After a broken try the host may be anywhere between before and after: the work goes on from there.
    if (comparison.match === "other" && attempt === 1) return stale(0, comparison.reason);
    await deploy(change, host, facts, { ...ports, shell });
    return done(attempt);
  } finally {
    shell.close();
  }
}

/** The signal counts until the host is connected: what runs there afterwards is not cut off. */
async function connectUnlessInterrupted(host: Host, { connect, signal }: HostPorts): Promise<Shell> {
  const connecting = new AbortController();
  const interrupt = () => connecting.abort();
  if (signal?.aborted) throw new HostError("interrupted", "interrupted");
  signal?.addEventListener("abort", interrupt);
  try {
    return await connect(host, connecting.signal);
  } finally {
    signal?.removeEventListener("abort", interrupt);
  }
}
