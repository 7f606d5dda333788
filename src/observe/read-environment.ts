import { isStatus } from "../dynatrace/api-error.ts";
import type { Client } from "../dynatrace/client.ts";
import { listHosts, listProblems } from "../dynatrace/environment-api.ts";
import type { TokenChain } from "../dynatrace/token-chain.ts";
import { isThere } from "../kinds/host/sighting.ts";
import { allEnded } from "../lib/all-ended.ts";
import type { EnvironmentReading } from "../model/fleet.ts";
import type { Reading } from "../model/observed.ts";
import type { Clock } from "../ports.ts";
import { reading } from "./reading.ts";

interface StatusPorts {
  readonly client: Client;
  readonly chain: Pick<TokenChain, "withReadToken">;
  readonly clock: Pick<Clock, "now">;
  readonly signal: AbortSignal;
}

/**
 * Reads what an environment says of its hosts and its problems. `days`: for how long back problems that have ended are wanted,
 * too; null: only open ones are. Never rejects.
 */
export type ReadStatus = (environment: string, days: number | null) => Promise<Reading<EnvironmentReading>>;

/** For the environments of one cluster, with one token for both questions. */
export function statusReader({ client, chain, clock, signal }: StatusPorts): ReadStatus {
  /** Old clusters know the first one not yet. */
  let hostScope: "oneAgents.read" | "DataExport" = "oneAgents.read";

  const read = async (environment: string, days: number | null, scope: string): Promise<EnvironmentReading> => {
    const at = clock.now().getTime();
    return chain.withReadToken(environment, [scope, "problems.read"], async (token) => {
      const [hosts, open, ended] = await allEnded([
        listHosts(client, environment, token, { signal }),
        listProblems(client, environment, token, null, signal),
        days === null ? [] : listProblems(client, environment, token, days, signal),
      ]);
      return {
        at,
        hosts: hosts.filter(isThere).map(({ id, version, customName, localName, discoveredName, addresses }) => ({
          id,
          version,
          names: [customName, localName, discoveredName, ...addresses].flatMap((name) =>
            name === null ? [] : [name.toLowerCase()],
          ),
        })),
        problems: [...new Map([...ended, ...open].map((problem) => [problem.id, problem])).values()],
      };
    });
  };

  return (environment, days) =>
    reading(
      read(environment, days, hostScope).catch(async (error: unknown) => {
        // 400: a token with a scope that the cluster does not know cannot be made.
        if (!isStatus(error, 400) || hostScope === "DataExport" || signal.aborted) throw error;
        const found = await read(environment, days, "DataExport");
        hostScope = "DataExport";
        return found;
      }),
    );
}
