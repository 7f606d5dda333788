import type { HostProblem } from "./host-problem.ts";

/** Dynatrace's names of an operating system (Linux is `unix`) and an architecture. */
export interface AgentPlatform {
  readonly osType: "unix";
  readonly arch: string;
}

/** Dynatrace's names of architectures of Linux by `uname -m`. */
const architectures: ReadonlyMap<string, string> = new Map([
  ["x86_64", "x86"],
  ["amd64", "x86"],
  ["aarch64", "arm"],
  ["arm64", "arm"],
  ["ppc64le", "ppcle"],
  ["s390x", "s390"],
]);

/** What dtsync can deploy to, by `uname -s` and `uname -m`; else why it cannot. */
export function agentPlatform(system: string, machine: string): AgentPlatform | HostProblem {
  if (system !== "Linux") {
    return {
      code: "unsupported-system",
      message: `${system === "" ? "its uname does not tell which system it is" : `it runs ${system}`}, and dtsync deploys to Linux only`,
    };
  }
  const arch = architectures.get(machine);
  if (arch !== undefined) return { osType: "unix", arch };
  return {
    code: "unsupported-architecture",
    message: `there is no OneAgent for the architecture ${machine || "of this host"}`,
  };
}
