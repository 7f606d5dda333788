import type { OneAgentSettings } from "../../model/inventory.ts";
import type { HostSite } from "../../model/observed.ts";

export interface ChosenTransfer {
  readonly way: "push" | "pull";
  readonly why: string;
  /** Whether it is pushed where the host could not fetch it. */
  readonly orPush: boolean;
}

/** Bytes over one way; fewer are on the host before a token is made. */
const worthPulling = 4_000_000;

/**
 * How an installer gets to a host. What is declared is never changed. With `auto` the host fetches it where it can: the
 * cluster serves many hosts better than one machine that encrypts for all, or than a bastion in front of them. `sharing`:
 * hosts that get one over the same bastion, so that it carries as many times the bytes.
 */
export function chooseTransfer(
  declared: OneAgentSettings["transfer"],
  site: HostSite | null,
  bytes: number,
  sharing = 1,
): ChosenTransfer {
  if (declared === "push") return { way: "push", why: "transfer is push", orPush: false };
  if (declared === "pull") return { way: "pull", why: "transfer is pull", orPush: false };
  const reason = reasonToPush(site, bytes * sharing);
  if (reason !== null) return { way: "push", why: reason, orPush: false };
  return { way: "pull", why: "the host reaches the cluster and can download and check the installer", orPush: true };
}

function reasonToPush(site: HostSite | null, bytes: number): string | null {
  if (bytes < worthPulling) return "the installer is small";
  if (site === null) return "nothing is known of the host but its agent";
  const { reachesCluster, downloader, checksum } = site;
  if (reachesCluster === false) return "the host does not reach the cluster";
  if (reachesCluster === null) return "whether the host reaches the cluster is not known";
  if (downloader === null || downloader === "none") return "the host has neither curl nor wget";
  if (!checksum) return "the host has nothing to compute a SHA-256 with";
  return null;
}
