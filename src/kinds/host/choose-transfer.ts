import type { OneAgentSettings } from "../../model/inventory.ts";
import type { HostSite } from "../../model/observed.ts";

export interface ChosenTransfer {
  readonly way: "push" | "pull";
  /** In a few words that many hosts may have in common: `no downloader`. */
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
  if (declared !== "auto") return { way: declared, why: `transfer: ${declared}`, orPush: false };
  const reason = reasonToPush(given);
  if (reason !== null) return { way: "push", why: reason, orPush: false };
  return { way: "pull", why: `${given.cluster} reached`, orPush: true };
}

/** Of a host that was to fetch its installer and could not. */
export const pushedAfterAll: ChosenTransfer = { way: "push", why: "download failed", orPush: false };

function reasonToPush({ cluster, site, bytes, sharing = 1 }: TransferCase): string | null {
  if (bytes * sharing < worthPulling) return "small installer";
  if (site === null) return "nothing known of the host";
  const { reachesCluster, downloader, checksum } = site;
  if (reachesCluster === false) return `${cluster} not reached`;
  if (reachesCluster === null) return `${cluster} perhaps not reached`;
  if (downloader === null || downloader === "none") return "no downloader";
  if (!checksum) return "no program for SHA-256";
  return null;
}
