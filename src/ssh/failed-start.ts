import { lastLines } from "../lib/text.ts";
import { HostError } from "./host-error.ts";
import type { CommandResult, SshHost } from "./shell.ts";

/** Why a script that dtsync sent did not run to its end: usually sudo said no. */
export function explainFailedStart(result: CommandResult, host: Pick<SshHost, "ssh">): HostError {
  const text = lastLines(result.stderr || result.stdout, 3);
  if (/\bsudo\b/i.test(result.stderr) && host.ssh.become !== "none") {
    return new HostError(
      "sudo-refused",
      `sudo refused (${text}): allow the user to run commands as root without a password, or set ssh.become`,
    );
  }
  return new HostError(
    "command-failed",
    `the command ended with code ${result.code ?? "none"}${text === "" ? "" : ` (${text})`}`,
  );
}
