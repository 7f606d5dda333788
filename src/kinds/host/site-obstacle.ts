import type { Host } from "../../model/inventory.ts";
import type { HostSite } from "../../model/observed.ts";
import type { HostProblem } from "./host-problem.ts";

/**
 * What a host cannot take the agent for, found out before anything is sent to it. Only what the installer would surely
 * refuse counts (its exit codes 1, 6, 7, 9 and 21); what a host does not tell is left to the installer.
 */
export function siteObstacle(host: Host, site: HostSite | null, architecture: string): string | null {
  if (site === null) return null;
  const { userId, memory, installPlace, downloader, reachesCluster } = site;
  if (userId !== null && userId !== 0) {
    return `what dtsync runs there runs as user number ${userId}, and only root can install the OneAgent: set ssh.become: sudo, or log in as root (ssh.user)`;
  }
  if (installPlace !== null) {
    const { mountPoint, free, readOnly, noExecution, noSetUid } = installPlace;
    if (readOnly) return `the OneAgent cannot be installed on ${mountPoint}: it is mounted read-only`;
    if (noExecution) return `the OneAgent cannot be installed on ${mountPoint}: it is mounted noexec`;
    if (noSetUid && wantsNonRootMode(host)) {
      return `the OneAgent cannot be installed on ${mountPoint}: it is mounted nosuid, and NON_ROOT_MODE=1 is declared`;
    }
    const needed = neededSpace[architecture] ?? 0;
    if (free !== null && free < needed) {
      return `there is too little space for the OneAgent: ${free} MiB are free on ${mountPoint}, and it needs ${needed} MiB at least`;
    }
  }
  if (memory !== null && memory < neededMemory) {
    return `there is too little memory for the OneAgent: ${memory} MiB are available, and it needs ${neededMemory} MiB`;
  }
  if (host.oneagent.transfer === "pull") {
    if (downloader === "none") return "transfer is pull, but it has neither curl nor wget: set oneagent.transfer: push";
    if (reachesCluster === false) {
      return "transfer is pull, but it does not reach its cluster: set oneagent.transfer: push, or open the way to it";
    }
  }
  return null;
}

/** Why an installer of so many bytes does not fit where it would be kept while it runs; null: it does, or nobody knows. */
export function installerSpaceProblem(site: HostSite | null, bytes: number): HostProblem | null {
  const { mountPoint, free = null } = site?.temporaryPlace ?? {};
  const needed = Math.ceil(bytes / 1_048_576);
  if (free === null || free >= needed) return null;
  return {
    code: "disk-full",
    message: `there is no space for the installer on the host: ${free} MiB are free on ${mountPoint}, and it has ${needed} MiB`,
  };
}

const wantsNonRootMode = ({ oneagent }: Host): boolean =>
  oneagent.installerArguments?.some((argument) => /^NON_ROOT_MODE=(?:1|true|enable|yes)$/i.test(argument)) ?? false;

/** MiB of an installed agent alone, as its documentation has them; the installer asks for more. */
const neededSpace: Readonly<Record<string, number>> = { x86: 1_300, arm: 1_300, ppcle: 480, s390: 480 };
const neededMemory = 256;
