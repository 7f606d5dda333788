import { originPlace } from "../../../lib/read-origin.ts";
import type { Host } from "../../../model/inventory.ts";
import type { Questions } from "./probe-script.ts";

/** Origins of clusters by their names. */
type Origins = ReadonlyMap<string, string>;

/**
 * Where the cluster of a host is, for a plan. Only a host that is to fetch its installer has to reach it, whatever is done there.
 * The agent of any other may go through an ActiveGate: it is of use to know before the first installation alone.
 */
export const clusterOfPlan = (host: Host, origins: Origins): Questions["cluster"] =>
  host.state === "absent" ? null : placeOf(host, origins, host.oneagent.transfer !== "pull");

/** The same for a host that gets an installer, which it may fetch. */
export const clusterOfTransfer = (host: Host, origins: Origins): Questions["cluster"] =>
  host.oneagent.transfer === "push" ? null : placeOf(host, origins, false);

function placeOf({ cluster }: Host, origins: Origins, withoutAgent: boolean): Questions["cluster"] {
  const origin = origins.get(cluster);
  return origin === undefined ? null : { ...originPlace(origin), withoutAgent };
}
