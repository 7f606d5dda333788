import type { HostProblem } from "./host-problem.ts";

/** Dynatrace's names of architectures by `uname -m`. */
const architectures: ReadonlyMap<string, string> = new Map([
  ["x86_64", "x86"],
  ["amd64", "x86"],
  ["aarch64", "arm"],
  ["arm64", "arm"],
  ["ppc64le", "ppcle"],
  ["s390x", "s390"],
]);

/** Dynatrace's name of the architecture of a machine (`uname -m`), or why no agent runs on it. */
export function agentArchitecture(machine: string): string | HostProblem {
  return (
    architectures.get(machine) ?? {
      code: "unsupported-architecture",
      message: `there is no OneAgent for the architecture ${machine || "of this host"}`,
    }
  );
}
