import { listHosts } from "../dynatrace/environment-api.ts";
import { errorMessage } from "../errors.ts";
import { takeHosts } from "../import/take-hosts.ts";
import type { EstateCluster, Remark } from "../model/estate.ts";
import type { Environment, Inventory } from "../model/inventory.ts";
import type { ListedHost } from "../model/observed.ts";
import type { Context } from "./context.ts";
import { eachEnvironment, openEnvironments } from "./open-environments.ts";
import type { CommonOptions } from "./options.ts";
import { showProgress } from "./progress/show-progress.ts";
import { createTally } from "./progress/tally.ts";

const scope = "DataExport";
/** Hosts that ran within these days are meant. */
const frame = "3days";

/**
 * Adds to an estate the hosts that its environments list, each asked with a token of its own that is gone at the end. One that
 * is disabled is not asked. What could not be read is a remark, and its environment says nothing of hosts.
 */
export async function readEstateHosts(
  estate: readonly EstateCluster[],
  inventory: Inventory,
  options: CommonOptions & { readonly allowCommands: boolean },
  context: Context,
): Promise<{
  readonly estate: readonly EstateCluster[];
  readonly remarks: readonly Remark[];
  readonly complete: boolean;
  /** How many requests that took, by the name of the cluster. */
  readonly requests: ReadonlyMap<string, number>;
}> {
  const named = new Set(estate.map(({ name }) => name));
  const wanted = inventory.environments.filter(({ cluster, state }) => named.has(cluster) && state !== "absent");
  const open = await openEnvironments(wanted, inventory, options.allowCommands, context);
  const lists = new Map<string, readonly ListedHost[]>();
  const failures: string[] = [];
  try {
    const asked = [...open.standings].flatMap(([environment, { status }]) =>
      status === "enabled" ? [environment] : [],
    );
    const tally = createTally("environments", asked.length);
    const progress = showProgress({ stage: "reading hosts", tallies: [tally], leavesCounts: false }, options, context);
    const now = () => context.clock.elapsed();
    const read = async (environment: Environment): Promise<void> => {
      const { id, cluster } = environment;
      tally.started(id, now());
      try {
        const [opened, chain] = [open.tokens.opened.get(cluster), open.tokens.chains.get(cluster)];
        if (opened === undefined || chain === undefined) throw new Error("its cluster could not be opened");
        const hosts = await chain.withReadToken(id, [scope], (token) =>
          listHosts(opened.client, id, token, { signal: context.signal, frame }),
        );
        lists.set(id, hosts);
        tally.ended(id, "made", now());
      } catch (error) {
        tally.ended(id, "failure", now());
        failures.push(`${id}: ${errorMessage(error)}`);
      }
    };
    try {
      await context.awaitEnd(() => eachEnvironment(asked, open, read, context.signal));
    } finally {
      progress.close();
    }
    for (const [environment, { status }] of open.standings) {
      if (status === "unknown") failures.push(`${environment.id}: its cluster could not be read`);
    }
  } finally {
    await open.close();
  }
  context.signal.throwIfAborted();
  const taken = takeHosts(lists);
  const remarks: readonly Remark[] = [
    { about: "environments whose hosts could not be read", items: failures.sort() },
    ...taken.remarks,
  ].filter(({ items }) => items.length > 0);
  return {
    estate: estate.map((cluster) => {
      const own = new Set(wanted.filter((environment) => environment.cluster === cluster.name).map(({ id }) => id));
      return { ...cluster, hosts: new Map([...taken.hosts].filter(([id]) => own.has(id))) };
    }),
    remarks,
    complete: failures.length === 0,
    requests: new Map([...open.tokens.opened].map(([name, { client }]) => [name, client.requestCount()])),
  };
}
