import { originPlace } from "../../../lib/read-origin.ts";
import type { Host } from "../../../model/inventory.ts";
import type { Questions } from "./probe-script.ts";

/**
 * Where a host could fetch its installer from; null: whether it gets there does not matter. Only one that may do so has to
 * reach the cluster; others may go through an ActiveGate. `origins`: those of clusters by their names.
 */
export function clusterToReach(
  { oneagent, cluster }: Host,
  origins: ReadonlyMap<string, string>,
  transfers: readonly Host["oneagent"]["transfer"][],
): Questions["cluster"] {
  const origin = origins.get(cluster);
  return !transfers.includes(oneagent.transfer) || origin === undefined ? null : originPlace(origin);
}
