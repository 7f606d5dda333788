import type { Host } from "../../model/inventory.ts";
import type { HostPlace, HostSite } from "../../model/observed.ts";
import type { HostAction } from "./change.ts";
import type { HostProblem } from "./host-problem.ts";

/**
 * What a host cannot take the agent for, found out before anything is sent to it. Only what the installer would surely
 * refuse counts (its exit codes 1, 6, 7, 9 and 21), or what leaves no place for the installer itself; what a host does not
 * tell is left to the installer. That `/tmp` is mounted noexec is no obstacle: a shell reads the installer.
 */
export function siteObstacle(
  host: Host,
  site: HostSite | null,
  architecture: string,
  action: HostAction,
): string | null {
  if (site === null) return null;
  const { userId, memory, downloader, reachesCluster } = site;
  if (userId !== null && userId !== 0) {
    return `what dtsync runs there runs as user number ${userId}, and only root can install the OneAgent: set ssh.become: sudo, or log in as root (ssh.user)`;
  }
  const noPlace = placeObstacle(host, site, neededSpace[architecture], action);
  if (noPlace !== null) return noPlace;
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

/** What keeps the agent or its installer from a folder that it needs. */
function placeObstacle(
  host: Host,
  { installPlace, temporaryPlace, dataPlace, logPlace }: HostSite,
  needed: NeededSpace | undefined,
  action: HostAction,
): string | null {
  if (installPlace?.noExecution) return cannotBeInstalled(installPlace, "it is mounted noexec");
  if (installPlace?.noSetUid && wantsNonRootMode(host))
    return cannotBeInstalled(installPlace, "it is mounted nosuid, and NON_ROOT_MODE=1 is declared");
  const places = [
    [installPlace, "the OneAgent", action === "install" ? needed?.agent : needed?.update],
    [dataPlace, "its configuration", neededForConfiguration],
    [logPlace, "its logs", neededForLogs],
    [temporaryPlace, "its installer", neededForInstaller],
  ] as const;
  for (const [place, what] of places) {
    if (place?.readOnly) return `there is no place for ${what}: ${place.mountPoint} is mounted read-only`;
  }
  for (const [place, what, least = 0] of places) {
    const free = place?.free ?? null;
    if (place && free !== null && free < least)
      return `there is too little space for ${what}: ${free} MiB are free on ${place.mountPoint}, and ${least} MiB at least are needed`;
  }
  return null;
}

const cannotBeInstalled = ({ mountPoint }: HostPlace, why: string): string =>
  `the OneAgent cannot be installed on ${mountPoint}: ${why}`;

/** Why an installer of so many bytes cannot be kept on a host while it runs; null: it can, or nobody knows. */
export function installerPlaceProblem(site: HostSite | null, bytes: number): HostProblem | null {
  const place = site?.temporaryPlace ?? null;
  if (place === null) return null;
  const { mountPoint, free, readOnly } = place;
  if (readOnly) {
    return {
      code: "no-directory",
      message: `no folder for the installer can be made on the host: ${mountPoint} is mounted read-only`,
    };
  }
  const needed = Math.ceil(bytes / 1_048_576);
  if (free === null || free >= needed) return null;
  return {
    code: "disk-full",
    message: `there is no space for the installer on the host: ${free} MiB are free on ${mountPoint}, and it has ${needed} MiB`,
  };
}

const wantsNonRootMode = ({ oneagent }: Host): boolean =>
  oneagent.installerArguments?.some((argument) => /^NON_ROOT_MODE=(?:1|true|enable|yes)$/i.test(argument)) ?? false;

interface NeededSpace {
  /** MiB below the installation path that a first installation asks for, and what an update takes besides the agent that is there. */
  readonly agent: number;
  readonly update: number;
}

/** As documented; version 1.313 for x86 itself asks for 1.7 GiB. Nothing is documented for ARM, where it is as large. */
const onX86: NeededSpace = { agent: 1_740, update: 2_479 };
const neededSpace: Readonly<Record<string, NeededSpace>> = {
  x86: onX86,
  arm: onX86,
  ppcle: { agent: 476, update: 905 },
  s390: { agent: 457, update: 839 },
};
/** No installer is that small; how large the one is that is to be sent, only the cluster tells. */
const neededForInstaller = 50;
const neededForConfiguration = 5;
const neededForLogs = 1;
const neededMemory = 256;
