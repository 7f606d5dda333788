import { lastLines } from "../../lib/text.ts";
import type { HostProblem } from "./host-problem.ts";

/** What the exit codes of installer and uninstaller mean; they are not documented, and were read from version 1.313. */
const meanings: Readonly<Record<string, string>> = {
  "1": "a general error",
  "2": "the agent's watchdog does not run",
  "3": "the agent's watchdog does not run",
  "6": "not enough disk space",
  "7": "not enough memory",
  "8": "a parameter is invalid or unknown to this version",
  "9": "insufficient permissions or a read-only file system",
  "10": "semanage is missing, which a custom path under SELinux needs",
  "12": "ended by a signal",
  "13": "another installation, removal or update was still running",
  "14": "an agent already runs inside a container on this host",
  "15": "the C library of the host is too old",
  "16": "the package is corrupted",
  "17": "a tool that the installer needs is missing",
  "18": "a newer version is installed, and downgrades are not supported",
  "19": "the operating system or architecture is not supported",
  "20": "the SELinux module could not be installed",
  "21": "the installation path is mounted noexec or nosuid",
};

/** Why a program of the agent ended with another code than 0, with what it said itself. */
export function exitCodeProblem(
  program: "installer" | "uninstaller",
  code: string,
  output: readonly string[],
): HostProblem {
  const complaints = output.filter((line) => /error|warning/i.test(line));
  const said = lastLines((complaints.length > 0 ? complaints : output).join("\n"), 3);
  const meaning = meanings[code] ?? signalOf(Number(code)) ?? "an unknown code";
  return {
    code: `${program}-exit-${code}`,
    message: `the ${program} ended with code ${code}: ${meaning}${said === "" ? "" : ` (${said})`}`,
  };
}

/** What a shell makes of a program that a signal ended: its number and 128. */
function signalOf(code: number): string | null {
  const signal = code - 128;
  if (signal < 1 || signal > 64) return null;
  return signal === 9 ? "killed, by somebody or for want of memory" : `ended by signal ${signal}`;
}
