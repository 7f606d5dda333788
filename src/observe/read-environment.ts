import type { Client } from "../dynatrace/client.ts";
import { listHosts, listProblems } from "../dynatrace/environment-api.ts";
import type { TokenChain } from "../dynatrace/token-chain.ts";
import { isThere } from "../kinds/host/sighting.ts";
import type { EnvironmentReading } from "../model/fleet.ts";
import type { Reading } from "../model/observed.ts";
import type { Clock } from "../ports.ts";
import { reading } from "./reading.ts";

export interface EnvironmentPorts {
  readonly client: Client;
  readonly chain: Pick<TokenChain, "withReadToken">;
  readonly clock: Pick<Clock, "now">;
  readonly signal: AbortSignal;
}

/**
 * What an environment says of its hosts and its problems, with one token for both. `days`: for how long back problems that
 * have ended are wanted, too; null: only open ones are. Never rejects.
 */
export function readEnvironmentStatus(
  environment: string,
  days: number | null,
  { client, chain, clock, signal }: EnvironmentPorts,
): Promise<Reading<EnvironmentReading>> {
  const at = clock.now().getTime();
  return reading(
    chain.withReadToken(environment, ["oneAgents.read", "problems.read"], async (token) => {
      const [hosts, open, ended] = await Promise.all([
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
    }),
  );
}
