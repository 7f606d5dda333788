import type { Client } from "../../../dynatrace/client.ts";
import type { TokenChain } from "../../../dynatrace/token-chain.ts";
import type { Clock } from "../../../ports.ts";
import type { SightingRequest } from "../sighting.ts";
import type { Sighting } from "../unseen-problem.ts";
import { type SearchedEnvironment, searchEnvironments } from "./search-environments.ts";
import { type EnvironmentWatch, watchEnvironment } from "./watch-environment.ts";

/** Tells of hosts whether their environments see them. */
export interface Sightings {
  /** Waits until the environment lists the host, or as long as is given. Never rejects. */
  waitFor(request: SightingRequest): Promise<Sighting>;
  /** Resolves once no list is read any more and every token for that is revoked. */
  close(): Promise<void>;
}

interface SightingsOptions {
  readonly clients: ReadonlyMap<string, Client>;
  readonly tokens: ReadonlyMap<string, TokenChain>;
  /** All that are declared: a host that is not listed by its own is looked for in the others. */
  readonly environments: readonly SearchedEnvironment[];
  readonly clock: Clock;
  /** Aborted: nothing is waited for any more. */
  readonly signal: AbortSignal;
  /** Told once of each environment that has no list of its hosts. */
  readonly warn: (message: string) => void;
}

/** One watch for each environment of the run, however many of its hosts are waited for. */
export function createSightings(options: SightingsOptions): Sightings {
  const { clients, tokens, clock, signal, warn } = options;
  const watches = new Map<string, EnvironmentWatch>();
  const search = searchEnvironments(options);

  function watchOf(cluster: string, environment: string): EnvironmentWatch | null {
    const key = `${cluster}/${environment.toLowerCase()}`;
    const known = watches.get(key);
    if (known) return known;
    const client = clients.get(cluster);
    const chain = tokens.get(cluster);
    if (!client || !chain) return null;
    const seenElsewhere = async (request: SightingRequest, since: number): Promise<string | null> => {
      // A name may be that of another host there.
      if (request.host.hostId === null) return null;
      const watched = [...watches.values()].find(
        (watch) =>
          watch !== made &&
          watch.environment.toLowerCase() !== request.from?.toLowerCase() &&
          watch.hasSeen(request.host, since),
      );
      return watched?.environment ?? search.find(request, since);
    };
    const made = watchEnvironment({ environment, client, tokens: chain, clock, signal, warn, seenElsewhere });
    watches.set(key, made);
    return made;
  }

  signal.addEventListener("abort", () => {
    for (const watch of watches.values()) watch.interrupt();
  });
  return {
    waitFor: async (request) =>
      (await watchOf(request.cluster, request.environment)?.waitFor(request)) ?? {
        status: "unreadable",
        reason: `the cluster ${request.cluster} cannot be used in this run`,
      },
    async close() {
      await Promise.all([...watches.values()].map((watch) => watch.close()));
    },
  };
}
