import type { HostProblem } from "./host-problem.ts";

/**
 * What the step of a script that failed means; the steps are those that the scripts for the agent report as `failed`.
 * `detail` is what the host said about it.
 */
export function failedStepProblem(step: string, detail: string): HostProblem {
  const suffix = detail === "" ? "" : ` (${detail})`;
  if (/no space left/i.test(detail))
    return { code: "disk-full", message: `there is no space for the installer on the host${suffix}` };
  if (/read-only file system/i.test(detail))
    return { code: "no-directory", message: `the folder for the installer on the host is read-only${suffix}` };
  switch (step) {
    case "directory":
      return { code: "no-directory", message: `no folder for the installer could be made on the host${suffix}` };
    case "download":
      return { code: "download", message: `the host could not fetch the installer from the cluster${suffix}` };
    case "no-downloader":
      return { code: "download", message: "the host has neither curl nor wget: set oneagent.transfer: push" };
    case "no-checksum":
      return {
        code: "download",
        message: "the host has nothing to compute a SHA-256 with (sha256sum, openssl): set oneagent.transfer: push",
      };
    case "content":
      return { code: "download", message: "the installer that the host fetched is not the one that was checked" };
    case "no-uninstaller":
      return { code: "no-uninstaller", message: "the agent's own uninstall.sh is missing" };
    case "changed":
      return {
        code: "agent-changed",
        message: "another installation changed the agent of the host while this one waited for it: plan again",
      };
    case "size":
      return { code: "transfer", message: `the installer did not arrive whole on the host${suffix}` };
    default:
      return { code: "transfer", message: `the installer could not be written on the host${suffix}` };
  }
}
