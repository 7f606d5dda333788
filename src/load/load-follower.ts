import type { Cluster, Environment } from "../model/inventory.ts";

/**
 * Told what an inventory says while it is still being checked, so that work which only needs that can begin. Nothing is told
 * once a fault has been found, nor, unless it asks for that, of an inventory of so few files that checking it takes no time.
 */
export interface LoadFollower {
  /** It is told of an inventory of few files, too. */
  readonly always?: boolean;
  /** dtsync.yaml has been read and is in order by itself. `directory`: of the inventory, absolute and without links. */
  onClusters(clusters: readonly Cluster[], directory: string): void;
  /** The files of all customers have been read, and each is in order by itself. */
  onEnvironments(environments: readonly Environment[]): void;
}
