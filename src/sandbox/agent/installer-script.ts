import { agentLibrary } from "./agent-library.ts";
import { installerSteps } from "./installer-steps.ts";
import { oneagentctlScript } from "./oneagentctl-script.ts";
import { serviceScript } from "./service-script.ts";
import { shellQuote } from "./shell-quote.ts";
import { formatSwitches, type StandInSwitches } from "./stand-in-switches.ts";
import { uninstallScript } from "./uninstall-script.ts";

export interface InstallerScriptInput {
  readonly version: string;
  readonly arch: string;
  readonly nodePath?: string;
  /** Switches for the runs of this file; what the host's own switches file says goes before them. */
  readonly behaviour?: StandInSwitches;
}

/** The shell part of the stand-in installer. It ends with `exit`, so that anything may follow it. */
export function installerScript(input: InstallerScriptInput): string {
  const library = agentLibrary(input.nodePath);
  const switches = formatSwitches(input.behaviour ?? {})
    .split("\n")
    .filter((line) => line !== "")
    .map(
      (line) => `export SWITCH_${line.slice(0, line.indexOf("="))}=${shellQuote(line.slice(line.indexOf("=") + 1))}\n`,
    )
    .join("");
  return `#!/bin/sh
# Simulated OneAgent installer. It installs nothing but files of a simulation, below the root of a simulated host.
${library}
${switches}INSTALLER=$0
INSTALLER_VERSION=${shellQuote(input.version)}
INSTALLER_ARCH=${shellQuote(input.arch)}

unpack() {
  mkdir -p "$AGENT/tools" "$AGENT/lib64" "$AGENT/initscripts" "$AGENT/bin/$INSTALLER_VERSION" "$AGENT/conf"
  printf %s ${shellQuote(library)} >"$AGENT/lib64/stand-in.sh"
  printf %s ${shellQuote(oneagentctlScript)} >"$AGENT/lib64/oneagentctl"
  printf %s ${shellQuote(serviceScript)} >"$AGENT/initscripts/oneagent"
  printf %s ${shellQuote(uninstallScript)} >"$AGENT/uninstall.sh"
  printf '%s\\n' "$INSTALLER_VERSION" >"$AGENT/installer.version"
  ln -sf ../lib64/oneagentctl "$AGENT/tools/oneagentctl"
  ln -sfn "$INSTALLER_VERSION" "$AGENT/bin/current"
  chmod 755 "$AGENT/lib64/oneagentctl" "$AGENT/initscripts/oneagent"
  chmod 750 "$AGENT/uninstall.sh"
}

${installerSteps}
exit 0
`;
}
