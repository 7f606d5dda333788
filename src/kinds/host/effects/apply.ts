import type { Applier, Scheduler } from "../../../execute/applier.ts";
import { done, failedWith, type Outcome, skipped, stale } from "../../../execute/outcome.ts";
import { runRollout } from "../../../execute/rollout.ts";
import { createLimiter, type Limiter } from "../../../lib/limiter.ts";
import { attempted, attempts, repeatUntil } from "../../../lib/repeat-until.ts";
import type { Environment, Host } from "../../../model/inventory.ts";
import type { ObservedAgent } from "../../../model/observed.ts";
import type { Clock, Log } from "../../../ports.ts";
import { HostError } from "../../../ssh/host-error.ts";
import type { ConnectShell, Shell, StandAside } from "../../../ssh/shell.ts";
import type { HostChange } from "../change.ts";
import { compareHostWithPlan } from "../compare-host-with-plan.ts";
import { runsInstaller } from "../plan.ts";
import { hostRollouts } from "../rollouts.ts";
import { type SoughtHost, soughtHost } from "../sighting.ts";
import { clusterToReach } from "./cluster-to-reach.ts";
import { confirmSeen } from "./confirm-seen.ts";
import { type DeployPorts, deploy, removeLeftovers } from "./deploy.ts";
import { probeHost } from "./probe.ts";
import type { Sightings } from "./sightings.ts";

export interface HostPorts extends Omit<DeployPorts, "shell"> {
  readonly connect: ConnectShell;
  /** Origins of clusters by their names. */
  readonly origins: ReadonlyMap<string, string>;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted: no host is waited for that is not connected; what runs on a host is finished. */
  readonly signal?: AbortSignal;
  /** Aborted: no wave follows the one that goes on. */
  readonly superseded?: AbortSignal | undefined;
}

export interface HostApplierPorts extends Omit<HostPorts, "sharing"> {
  readonly sightings: Sightings;
}

/** The hosts that changes may be about, and how they are rolled out. */
export interface HostWork {
  readonly hosts: readonly Host[];
  readonly environments: readonly Environment[];
  /** Most hosts worked on at once, over all environments. */
  readonly concurrency: number;
}

/** Hosts environment by environment, each in the waves of its rollout. */
export function hostApplier({ hosts, environments, concurrency }: HostWork, ports: HostApplierPorts): Applier<"host"> {
  const hostByName = new Map(hosts.map((host) => [host.name, host]));
  return async (changes, scheduler) => {
    const installations = changes.filter(({ action }) => runsInstaller[action]);
    const sharing = behindSameJumpHosts(installations.flatMap(({ host }) => hostByName.get(host) ?? []));
    const all = createLimiter(concurrency);
    const work = hostRollouts(changes, environments).map(({ environment, settings, ...waves }) => {
      const own = createLimiter(Math.max(1, settings.concurrency));
      // One that stands aside lets hosts of other environments go first.
      const lane: Limiter = { run: (task) => own.run(() => all.run(task)), standAside: all.standAside };
      const make = (change: HostChange, leaveWave: () => void) =>
        makeHostChange(
          change,
          hostByName.get(change.host),
          { lane, scheduler, leaveWave, seenWithin: settings.seenWithin },
          { ...ports, sharing },
        );
      const { log, superseded } = ports;
      return runRollout(waves, make, scheduler.end, { log, environment, superseded });
    });
    await Promise.all(work);
  };
}

/** How many of these hosts are reached over the same jump hosts, as far as the inventory tells; one without any is alone. */
function behindSameJumpHosts(hosts: readonly Host[]): HostPorts["sharing"] {
  const wayOf = ({ ssh }: Host) => (ssh.jump === undefined || ssh.jump.length === 0 ? null : ssh.jump.join(","));
  const counts = new Map<string, number>();
  for (const host of hosts) {
    const way = wayOf(host);
    if (way !== null) counts.set(way, (counts.get(way) ?? 0) + 1);
  }
  return (host) => counts.get(wayOf(host) ?? "") ?? 1;
}

interface HostTask {
  readonly lane: Limiter;
  readonly scheduler: Scheduler;
  readonly leaveWave: () => void;
  /** Milliseconds; 0: nobody waits for the environment to list the host. */
  readonly seenWithin: number;
}

async function makeHostChange(
  change: HostChange,
  host: Host | undefined,
  { lane, scheduler, leaveWave, seenWithin }: HostTask,
  ports: HostApplierPorts & HostPorts,
): Promise<Outcome> {
  let sought: SoughtHost | null = null;
  const work = async () => {
    const outcome: HostOutcome = host
      ? await applyHostChange(change, host, ports, lane.standAside)
      : stale(0, "the host is no longer in its source");
    sought = outcome.sought ?? null;
    return new Map([[change.id, outcome]]);
  };
  const afterwards = async (_change: HostChange, outcome: Outcome) => {
    if (sought === null || seenWithin === 0) return outcome;
    leaveWave();
    return confirmSeen(change, sought, outcome, seenWithin, ports.sightings);
  };
  const [outcome] = await scheduler.make({ changes: [change], lane, work, afterwards });
  return outcome ?? stale(0, "the change was not made");
}

/** Failures of the way to a host or of a transfer, which a second try from the start can get over. */
const worthAnotherTry: ReadonlySet<string> = new Set(["connection-lost", "transfer", "installer-exit-16"]);
const maximumTries = 2;

/** How the work on a host ended, and what its environment is to list then. */
interface HostOutcome extends Outcome {
  readonly sought?: SoughtHost;
}

/** One change of one host. Each try probes first, so that what an earlier try has done already is not done again. */
export async function applyHostChange(
  change: HostChange,
  host: Host,
  ports: HostPorts,
  aside?: StandAside,
): Promise<HostOutcome> {
  let tries = 0;
  const result = await repeatUntil(
    (attempt) => {
      tries = attempt;
      if (attempt > 1) ports.log.info("host is tried once more", () => ({ host: host.name }));
      return attempted(() => tryHostChange(change, host, { ...ports, aside }, attempt));
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

interface TryPorts extends HostPorts {
  readonly aside: StandAside | undefined;
}

async function tryHostChange(change: HostChange, host: Host, ports: TryPorts, attempt: number): Promise<HostOutcome> {
  const shell = await connectUnlessInterrupted(host, ports);
  try {
    // Only an earlier try can have installed an agent that is found as wanted.
    const cluster = runsInstaller[change.action] ? clusterToReach(host, ports.origins, ["auto", "pull"]) : null;
    const facts = await probeHost(shell, host, { identity: attempt > 1, cluster });
    if (facts.locked) ports.log.info("another installation holds the lock of the host", () => ({ host: host.name }));
    const comparison = compareHostWithPlan(change, host, facts);
    if (comparison.match === "as-wanted") {
      if (attempt > 1) await removeLeftovers(host, { ...ports, shell });
      return made(change, host, attempt - 1, attempt > 1 ? facts.agent : null);
    }
    // After a broken try the host may be anywhere between before and after: the work goes on from there.
    if (comparison.match === "other" && attempt === 1) return stale(0, comparison.reason);
    return made(change, host, attempt, await deploy(change, host, facts, { ...ports, shell }));
  } finally {
    shell.close();
  }
}

function made(change: HostChange, host: Host, attempts: number, agent: ObservedAgent | null): HostOutcome {
  const isSought = agent !== null && runsInstaller[change.action];
  return { ...done(attempts), ...(isSought ? { sought: soughtHost(host, agent) } : {}) };
}

/** The signal counts until the host is connected: what runs there afterwards is not cut off. */
async function connectUnlessInterrupted(host: Host, { connect, signal, aside }: TryPorts): Promise<Shell> {
  const connecting = new AbortController();
  const interrupt = () => connecting.abort();
  if (signal?.aborted) throw new HostError("interrupted", "interrupted");
  signal?.addEventListener("abort", interrupt);
  try {
    return await connect(host, connecting.signal, aside);
  } finally {
    signal?.removeEventListener("abort", interrupt);
  }
}
