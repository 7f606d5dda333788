import type { Inventory } from "../model/inventory.ts";
import type { Shard } from "../plan/shard.ts";

/** Shards ask clusters side by side: each takes its share of the requests that all may have in flight, but at least one. */
export const shareClusters = (inventory: Inventory, shard: Shard | null): Inventory =>
  shard === null
    ? inventory
    : {
        ...inventory,
        clusters: inventory.clusters.map((cluster) => ({
          ...cluster,
          maxConcurrency: Math.max(1, Math.floor(cluster.maxConcurrency / shard.total)),
        })),
      };
