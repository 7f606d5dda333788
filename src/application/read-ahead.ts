import type { AheadClient } from "../dynatrace/ahead-client.ts";
import type { LoadFollower } from "../load/load-follower.ts";
import type { Cluster, Environment } from "../model/inventory.ts";
import type { PlanScope } from "../model/plan.ts";
import type { OpenCluster } from "../observe/observe.ts";
import { trustClusters } from "../secrets/trust-clusters.ts";
import type { Context } from "./context.ts";
import { openCluster } from "./open-cluster.ts";

/** Clusters that are being read while the inventory is still being checked. */
export interface ReadingAhead {
  readonly follower: LoadFollower;
  /** The cluster with what has been read of it, or is being read; null: it was not asked. */
  take(cluster: Cluster): Promise<OpenCluster | null>;
  /** Ends the reading of whatever was not taken. */
  close(): Promise<void>;
}

interface OpenedAhead extends AheadClient {
  close(): Promise<void>;
}

/**
 * Begins to read every cluster of a large inventory as soon as dtsync.yaml is known to be in order, so that waiting for clusters and checking the
 * inventory take place at the same time. Should the inventory turn out to be invalid, what was read is thrown away. Nothing
 * else than a plan of everything asks is asked: GET alone, nothing of an origin that nobody outside of the inventory has
 * allowed, nor of any cluster while one of them has such an origin, and no command runs for a token.
 */
export function readAhead(scope: PlanScope, context: Context): ReadingAhead {
  const own = new AbortController();
  const opened = new Map<Cluster, Promise<OpenedAhead | null>>();
  const taken = new Set<Cluster>();
  let tell: (environments: readonly Environment[]) => void = () => undefined;
  const environments = new Promise<readonly Environment[]>((resolve) => {
    tell = resolve;
  });

  async function open(cluster: Cluster, allowed: Promise<boolean>, directory: string): Promise<OpenedAhead | null> {
    try {
      if (!(await allowed) || "command" in cluster.token) return null;
      const inventory = { directory, clusters: [cluster] };
      const access = { inventory, allowCommands: false, readOnly: true, abort: own.signal };
      const [{ client, close }, { createAheadClient }] = await Promise.all([
        openCluster(cluster, access, context),
        import("../dynatrace/ahead-client.ts"),
      ]);
      return { ...createAheadClient(client), close };
    } catch {
      // Who takes it meets the same failure, and says it.
      return null;
    }
  }

  async function read(cluster: Cluster, opening: Promise<OpenedAhead | null>): Promise<void> {
    const client = (await opening)?.ahead;
    if (client === undefined) return;
    const [{ readOfferedNodes }, { readEnvironments, readGroups }, { neededLimits }] = await Promise.all([
      import("../dynatrace/preflight.ts"),
      import("../dynatrace/cluster-api.ts"),
      import("../kinds/environment/effects/read.ts"),
    ]);
    await readOfferedNodes(client);
    const readList = async () => {
      const declared = (await environments).filter((environment) => environment.cluster === cluster.name);
      return readEnvironments(client, neededLimits(declared));
    };
    await Promise.all([readList(), scope.only.some((kind) => kind !== "hosts") ? readGroups(client) : null]);
  }

  return {
    follower: {
      onClusters(clusters, directory) {
        if (!isWhole(scope)) return;
        const allowed = trustClusters(clusters, context.variables).then(({ unknown }) => unknown.length === 0);
        for (const cluster of clusters) {
          const opening = open(cluster, allowed, directory);
          opened.set(cluster, opening);
          // A failure is taken like an answer.
          read(cluster, opening).catch(() => undefined);
        }
      },
      onEnvironments: (declared) => tell(declared),
    },
    async take(cluster) {
      const found = await opened.get(cluster);
      if (!found) return null;
      taken.add(cluster);
      return { client: found.taking, close: found.close };
    },
    async close() {
      own.abort();
      const left = [...opened].filter(([cluster]) => !taken.has(cluster)).map(([, opening]) => opening);
      for (const opening of left) await (await opening)?.close();
    },
  };
}

/** Whether everything is in scope: else it takes the whole inventory to tell which clusters are. */
const isWhole = ({ targets, excludes, changedSince }: PlanScope): boolean =>
  targets.length === 0 && excludes.length === 0 && changedSince === null;
