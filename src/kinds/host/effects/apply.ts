import type { Applier, Scheduler } from "../../../execute/applier.ts";
import { done, failedWith, type Outcome, resultError, skipped, stale, uncertain } from "../../../execute/outcome.ts";
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
import { clusterOfTransfer } from "./cluster-to-reach.ts";
import { confirmSeen } from "./confirm-seen.ts";
import { type DeployPorts, deploy, removeLeftovers } from "./deploy.ts";
import { createOpenWrites, type OpenWrites } from "./open-writes.ts";
import { probeHost } from "./probe.ts";
import type { Sightings } from "./sightings.ts";

export interface HostPorts extends Omit<DeployPorts, "shell" | "writes"> {
  readonly connect: ConnectShell;
  /** Origins of clusters by their names. */
  readonly origins: ReadonlyMap<string, string>;
  readonly clock: Clock;
  readonly log: Log;
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
    const installed = installations.flatMap(({ host }) => hostByName.get(host) ?? []);
    const onWay = countBy(installed, wayOf);
    const withRate = countBy(installed, ({ oneagent }) => oneagent.transferRate ?? null);
    const sharing = (host: Host) => ({ sameWay: onWay(host), sameRate: Math.min(withRate(host), concurrency) });
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
      const { log, superseded, signal } = ports;
      return runRollout(waves, make, scheduler.end, { log, environment, superseded, signal });
    });
    await Promise.all(work);
  };
}

/** The jump hosts of a host as far as the inventory tells; null: none. */
const wayOf = ({ ssh }: Host): string | null =>
  ssh.jump === undefined || ssh.jump.length === 0 ? null : ssh.jump.join(",");

/** How many of these hosts have the same as a host; one that has nothing is alone. */
function countBy<T>(hosts: readonly Host[], what: (host: Host) => T | null): (host: Host) => number {
  const counts = new Map<T, number>();
  for (const host of hosts) {
    const found = what(host);
    if (found !== null) counts.set(found, (counts.get(found) ?? 0) + 1);
  }
  return (host) => {
    const found = what(host);
    return found === null ? 1 : (counts.get(found) ?? 1);
  };
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

/**
 * Failures of the way to a host or of a transfer, and an agent that somebody else has changed meanwhile: a second try from the
 * start can get over them, or sees what is there.
 */
const worthAnotherTry: ReadonlySet<string> = new Set([
  "connection-lost",
  "transfer",
  "installer-exit-16",
  "agent-changed",
]);
const maximumTries = 2;

/** How the work on a host ended, and what its environment is to list then. */
interface HostOutcome extends Outcome {
  readonly sought?: SoughtHost;
}

/**
 * One change of one host. Each try probes first, so that what an earlier try has done already is not done again. Where the last
 * answer was lost the host is looked at once more (`settleLost`).
 */
export async function applyHostChange(
  change: HostChange,
  host: Host,
  ports: HostPorts,
  aside?: StandAside,
): Promise<HostOutcome> {
  const writes = createOpenWrites();
  const tryPorts: TryPorts = { ...ports, writes, aside };
  let tries = 0;
  /** Why a script that may be changing the host gave no answer. */
  let lost: unknown = null;
  const result = await repeatUntil(
    async (attempt) => {
      tries = attempt;
      if (attempt > 1) ports.log.info("host is tried once more", () => ({ host: host.name }));
      const sent = writes.count();
      const tried = await attempted(() => tryHostChange(change, host, tryPorts, attempt));
      if (tried.failed && writes.count() > sent) lost = tried.error;
      return tried;
    },
    (found) => !found.failed || !(found.error instanceof HostError) || !worthAnotherTry.has(found.error.code),
    attempts(maximumTries),
    { clock: ports.clock },
  );
  if (!result.failed) return result.value;
  const { error } = result;
  if (writes.isOpen()) return settleLost(change, host, tryPorts, { tries, lost, error });
  if (!(error instanceof HostError) || error.code !== "interrupted") return failedWith(error, tries);
  return writes.count() === 0
    ? skipped(error.code, "the run was interrupted before the host was changed")
    : uncertain(
        tries,
        error.code,
        "the run was interrupted before the host was as wanted: the next plan finds it as it is",
      );
}

interface TryPorts extends HostPorts {
  readonly writes: OpenWrites;
  readonly aside: StandAside | undefined;
}

const tryHostChange = (change: HostChange, host: Host, ports: TryPorts, attempt: number): Promise<HostOutcome> =>
  onHost(host, ports, async (shell) => {
    // Only an earlier try can have installed an agent that is found as wanted.
    const cluster = runsInstaller[change.action] ? clusterOfTransfer(host, ports.origins) : null;
    const facts = await probeHost(shell, host, { identity: attempt > 1, cluster });
    if (facts.locked) ports.log.info("another installation holds the lock of the host", () => ({ host: host.name }));
    else ports.writes.settle();
    const comparison = compareHostWithPlan(change, host, facts);
    if (comparison.match === "as-wanted") {
      if (attempt > 1) await removeLeftovers(host, { ...ports, shell });
      return made(change, host, attempt - 1, attempt > 1 ? facts.agent : null);
    }
    // After a broken try the host may be anywhere between before and after: the work goes on from there.
    if (comparison.match === "other" && (attempt === 1 || comparison.isForeign)) return stale(0, comparison.reason);
    return made(change, host, attempt, await deploy(change, host, facts, { ...ports, shell }));
  });

interface LostAnswer {
  readonly tries: number;
  /** Why a script that may be changing the host gave no answer. */
  readonly lost: unknown;
  /** What ended the last try: the same, or why the host could not be looked at after it. */
  readonly error: unknown;
}

/** Looks at a host that gave no answer, and milliseconds between them: what was cut off takes a moment to end. */
const lastLooks = attempts(5, 1_000);

/**
 * How a change ended of which only the host can tell: it is as wanted; it has failed, where nothing that was sent is still at
 * work; or it is uncertain.
 */
async function settleLost(
  change: HostChange,
  host: Host,
  ports: TryPorts,
  { tries, lost, error }: LostAnswer,
): Promise<HostOutcome> {
  const { code, message } = resultError(lost);
  const unsettled = (why: string) => uncertain(tries, code, why === message ? message : `${message}; ${why}`);
  if (error !== lost) return unsettled(resultError(error).message);
  const look = (shell: Shell) => async (): Promise<HostOutcome> => {
    const facts = await probeHost(shell, host, { identity: true });
    const isWanted = compareHostWithPlan(change, host, facts).match === "as-wanted";
    const isAtWork = await removeLeftovers(host, { ...ports, shell });
    if (isWanted) return made(change, host, tries, facts.agent);
    if (facts.locked || isAtWork) return unsettled("what was begun on the host goes on: plan again when it has ended");
    // Only the scripts of an installation and of a removal can be known to have ended.
    return change.action === "configure"
      ? unsettled("the host is not as wanted yet: plan again")
      : failedWith(lost, tries);
  };
  const isSettled = ({ status }: Outcome) => status !== "uncertain";
  const looked = await attempted(() =>
    onHost(host, ports, (shell) => repeatUntil(look(shell), isSettled, lastLooks, ports)),
  );
  return looked.failed ? unsettled(resultError(looked.error).message) : looked.value;
}

async function onHost<T>(host: Host, ports: TryPorts, work: (shell: Shell) => Promise<T>): Promise<T> {
  const shell = await connectUnlessInterrupted(host, ports);
  try {
    return await work(shell);
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
