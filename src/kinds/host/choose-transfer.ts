import type { OneAgentSettings } from "../../model/inventory.ts";
import type { HostSite } from "../../model/observed.ts";

export interface ChosenTransfer {
  readonly way: "push" | "pull";
  /** What the host does or has, as a predicate: `has no downloader`. */
  readonly why: string;
  /** Whether it is pushed where the host could not fetch it. */
  readonly orPush: boolean;
}

/** Bytes over one way; fewer are on the host before a token is made. */
const worthPulling = 4_000_000;

/** What is known of a host, and of what it is to get. */
interface TransferCase {
  readonly cluster: string;
  readonly site: HostSite | null;
  /** Of the installer. */
  readonly bytes: number;
  /** Hosts that get one over the same bastion, so that it carries as many times the bytes. */
  readonly sharing?: number;
}

/**
 * How an installer gets to a host. What is declared is never changed. With `auto` the host fetches it where it can: the
 * cluster serves many hosts better than one machine that encrypts for all, or than a bastion in front of them.
 */
export function chooseTransfer(declared: OneAgentSettings["transfer"], given: TransferCase): ChosenTransfer {
  if (declared !== "auto") return { way: declared, why: `has transfer: ${declared}`, orPush: false };
  const reason = reasonToPush(given);
  if (reason !== null) return { way: "push", why: reason, orPush: false };
  return { way: "pull", why: `can fetch and check it from ${given.cluster}`, orPush: true };
}

/** Of a host that was to fetch its installer and could not. */
export const pushedAfterAll: ChosenTransfer = { way: "push", why: "could not fetch it", orPush: false };

function reasonToPush({ cluster, site, bytes, sharing = 1 }: TransferCase): string | null {
  if (bytes * sharing < worthPulling) return "is sent a small one";
  if (site === null) return "was not asked what it can fetch";
  const { reachesCluster, downloader, checksum } = site;
  if (reachesCluster === false) return `does not reach ${cluster}`;
  if (reachesCluster === null) return `may not reach ${cluster}`;
  if (downloader === null || downloader === "none") return "has no downloader";
  if (!checksum) return "has nothing to compute a SHA-256 with";
  return null;
}
