import { lastLines } from "../lib/text.ts";
import { HostError } from "./host-error.ts";
import { sudoMark } from "./remote-script.ts";
import type { CommandResult } from "./shell.ts";

/** Why a script that dtsync sent did not run to its end: usually sudo said no. */
export function explainFailedStart({ code, stdout, stderr }: CommandResult): HostError {
  const atSudo = `\n${stdout}`.lastIndexOf(`\n${sudoMark}`);
  const text = lastLines(stderr || stdout.slice(atSudo === -1 ? 0 : atSudo + sudoMark.length), 3);
  const said = text === "" ? "" : ` (${text})`;
  // The script would have begun with a line of its own.
  const startedBySudo = atSudo !== -1 && !stdout.slice(atSudo + sudoMark.length).includes("\n\n");
  if (startedBySudo && code === 127) {
    return new HostError("sudo-refused", `there is no sudo${said}: install it, or log in as root (ssh.user)`);
  }
  if (startedBySudo) {
    return new HostError(
      "sudo-refused",
      `sudo refused${said}: allow the user to run commands as root without a password, or set ssh.become`,
    );
  }
  return new HostError("command-failed", `the command ended with code ${code ?? "none"}${said}`);
}
