import { errorMessage } from "../errors.ts";
import { clusterOfPlan } from "../kinds/host/effects/cluster-to-reach.ts";
import { probeHost } from "../kinds/host/effects/probe.ts";
import { createLimiter } from "../lib/limiter.ts";
import type { Host } from "../model/inventory.ts";
import type { HostFacts, HostReading } from "../model/observed.ts";
import type { Log } from "../ports.ts";
import { HostError } from "../ssh/host-error.ts";
import type { ConnectShell, Shell, StandAside } from "../ssh/shell.ts";
import type { ReadingEvents } from "./reading-events.ts";

interface HostObservation {
  readonly connect: ConnectShell;
  readonly letGo: LetGo;
  readonly concurrency: number;
  readonly signal: AbortSignal;
  readonly events: ReadingEvents;
  readonly log: Log;
  /** Origins of clusters by their names. */
  readonly origins: ReadonlyMap<string, string>;
}

/** Closes the connection to a host that was probed, or keeps it for whoever changes the host. */
export type LetGo = (shell: Shell, host: Host, facts: HostFacts) => void;

/** Probes hosts: one connection and one command each. A host that cannot be judged is unreadable, never absent. */
export async function observeHosts(
  hosts: readonly Host[],
  options: HostObservation,
): Promise<ReadonlyMap<string, HostReading>> {
  const limiter = createLimiter(options.concurrency);
  const readings = new Map<string, HostReading>();
  await Promise.all(
    hosts.map((host) =>
      limiter.run(async () => {
        const item = { kind: "host", name: host.name } as const;
        const { started, waits } = options.events;
        const aside: StandAside = async (wait) => {
          waits(item);
          return limiter.standAside(wait).finally(() => started(item));
        };
        started(item);
        const reading = await probe(host, aside, options);
        if (reading.status === "unreadable") {
          options.log.info("host could not be probed", () => ({ host: host.name, reason: reading.reason }));
        }
        readings.set(host.name, reading);
        options.events.ended(item, reading.status === "unreadable" ? reading.reason : null);
      }),
    ),
  );
  return readings;
}

/** Milliseconds a probe may take when the inventory sets no limit; it starts some fifteen small programs. */
const probeTimeout = 60_000;

async function probe(host: Host, aside: StandAside, ports: HostObservation): Promise<HostReading> {
  try {
    const shell = await ports.connect(host, ports.signal, aside);
    try {
      const options = {
        timeout: host.ssh.timeout ?? probeTimeout,
        cluster: clusterOfPlan(host, ports.origins),
      };
      const facts = await probeHost(shell, host, options);
      ports.letGo(shell, host, facts);
      return { status: "complete", value: facts };
    } catch (error) {
      shell.close();
      throw error;
    }
  } catch (error) {
    const reason = error instanceof HostError ? error.message : `it could not be probed (${errorMessage(error)})`;
    return { status: "unreadable", reason };
  }
}
