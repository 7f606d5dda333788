import { errorMessage } from "../../../errors.ts";
import { createLimiter } from "../../../lib/limiter.ts";
import type { Host } from "../../../model/inventory.ts";
import type { Log } from "../../../ports.ts";
import type { ConnectShell } from "../../../ssh/shell.ts";
import { removeLeftovers } from "./deploy.ts";

interface TidyPorts {
  readonly connect: ConnectShell;
  /** Most hosts at once. */
  readonly concurrency: number;
  /** Aborted: no further host is begun. */
  readonly signal: AbortSignal;
  /** Told of hosts where something had to stay. */
  readonly log: Log;
}

/** Removes the installers that killed runs left on these hosts, whatever else is to be done there. Never rejects. */
export async function tidyHosts(
  hosts: readonly Host[],
  { connect, concurrency, signal, log }: TidyPorts,
): Promise<void> {
  const lane = createLimiter(concurrency);
  const tidy = async (host: Host): Promise<void> => {
    if (signal.aborted) return;
    try {
      const shell = await connect(host, signal);
      await removeLeftovers(host, { shell, log }).finally(() => shell.close());
    } catch (error) {
      log.warn(`${host.name}: what an earlier run left could not be removed (${errorMessage(error)})`);
    }
  };
  await Promise.all(hosts.map((host) => lane.run(() => tidy(host))));
}
