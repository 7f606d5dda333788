import type { Client } from "../dynatrace/client.ts";
import type { Change } from "../model/change.ts";
import { type Outcome, skipped } from "./outcome.ts";

/** Clients of the clusters that can be used in this run, by name. */
export type ClusterClients = ReadonlyMap<string, Client>;

/** The outcomes of changes whose cluster cannot be used. */
export const unusableCluster = (changes: readonly Change[]): ReadonlyMap<string, Outcome> =>
  new Map(
    changes.map(({ id, cluster }) => [
      id,
      skipped("cluster-unusable", `the cluster ${cluster} cannot be used in this run`),
    ]),
  );
