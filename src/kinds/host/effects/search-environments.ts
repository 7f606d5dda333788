import type { Client } from "../../../dynatrace/client.ts";
import { listHosts } from "../../../dynatrace/environment-api.ts";
import type { TokenChain } from "../../../dynatrace/token-chain.ts";
import { createLimiter } from "../../../lib/limiter.ts";
import type { Environment } from "../../../model/inventory.ts";
import { suspensionOn } from "../../../model/suspension.ts";
import type { Clock } from "../../../ports.ts";
import { type HostList, hostList, lookFor, type SightingRequest } from "../sighting.ts";

/** Looks for hosts that their environment does not list in the other declared ones of the cluster. */
export interface EnvironmentSearch {
  /**
   * The environment that lists the host, in a list that was read after `since` (milliseconds of the clock's `elapsed`); null:
   * none does, as far as they could be read. Never rejects.
   */
  find(request: SightingRequest, since: number): Promise<string | null>;
}

interface SearchOptions {
  readonly clients: ReadonlyMap<string, Client>;
  readonly tokens: ReadonlyMap<string, TokenChain>;
  /** All that are declared. */
  readonly environments: readonly SearchedEnvironment[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export type SearchedEnvironment = Pick<Environment, "id" | "cluster" | "customer" | "state" | "suspended">;

/** Lists that are read at once, for one host at most, and on one cluster at most: each costs four requests. */
const atOnce = 4;
const mostForOne = 40;
const mostOnCluster = 200;

interface ReadList {
  /** When the reading began, in milliseconds of the clock's `elapsed`. */
  readonly at: number;
  /** Null: it could not be read. */
  readonly list: Promise<HostList | null>;
}

/** All hosts that are looked for share what is read. */
export function searchEnvironments({ clients, tokens, environments, clock, signal }: SearchOptions): EnvironmentSearch {
  const lane = createLimiter(atOnce);
  const lists = new Map<SearchedEnvironment, ReadList>();
  const readings = new Map<string, number>();

  function listOf(environment: SearchedEnvironment, since: number): Promise<HostList | null> {
    const known = lists.get(environment);
    if (known && known.at > since) return known.list;
    const { cluster } = environment;
    const before = readings.get(cluster) ?? 0;
    if (before >= mostOnCluster) return Promise.resolve(null);
    readings.set(cluster, before + 1);
    const list = lane.run(() => read(environment)).catch(() => null);
    lists.set(environment, { at: clock.elapsed(), list });
    return list;
  }

  async function read({ id, cluster }: SearchedEnvironment): Promise<HostList | null> {
    const client = clients.get(cluster);
    if (!client || signal.aborted) return null;
    const listed = await tokens
      .get(cluster)
      ?.withReadToken(id, ["oneAgents.read"], (token) => listHosts(client, id, token, { signal }));
    return listed === undefined ? null : hostList(listed);
  }

  /** Those of the same customer first, where a host is most likely to have gone by mistake. */
  function others({ cluster, environment, from }: SightingRequest): readonly SearchedEnvironment[] {
    const known = [environment, from].map((id) => id?.toLowerCase());
    const today = clock.now().toISOString().slice(0, 10);
    const customer = environments.find(({ id }) => id.toLowerCase() === known[0])?.customer;
    const open = environments.filter(
      (one) =>
        one.cluster === cluster &&
        !known.includes(one.id.toLowerCase()) &&
        one.state !== "disabled" &&
        one.state !== "absent" &&
        suspensionOn(one, today) === null,
    );
    const isOwn = (one: SearchedEnvironment) => one.customer === customer;
    return [...open.filter(isOwn), ...open.filter((one) => !isOwn(one))].slice(0, mostForOne);
  }

  return {
    async find(request, since) {
      const left = [...others(request)];
      while (left.length > 0 && !signal.aborted) {
        const next = left.splice(0, atOnce);
        const found = await Promise.all(next.map((environment) => listOf(environment, since)));
        const at = found.findIndex((list) => list !== null && lookFor(request.host, list).seen);
        if (at !== -1) return next[at]?.id ?? null;
      }
      return null;
    },
  };
}
