/**
 * What can be changed about a simulated host, written as `KEY=VALUE` lines to `etc/dtsync-stand-in.conf` below its root
 * folder. A switch that is not set leaves the normal behaviour.
 *
 * - `EXIT_CODE`: the installer and `uninstall.sh` end with this code. 2 and 3 come after a complete installation, 12
 *   in the middle of it, all others before anything is changed.
 * - `EXIT_CODE_TIMES`: how many runs `EXIT_CODE` hits; without it, all.
 * - `DURATION`: seconds the installer works while it holds its locks; fractions allowed.
 * - `OUTPUT_LINES`: additional lines the installer prints.
 * - `SERVICE_START=fails`: the service does not start.
 * - `CONNECT=never`: the agent runs but never reaches its cluster.
 * - `CONNECT_DELAY`: seconds from service start to the first attempt to connect.
 * - `CONNECT_WAIT`: seconds the installer waits for the connection; 2 by default.
 * - `REJECT`: settings that `oneagentctl` refuses, by name without `--set-`, separated by commas.
 * - `DISK=full`: no space left, for the installer and for `df`.
 * - `AGENT_VERSION_MODE=old`: an agent without `--get-monitoring-mode` and `--set-monitoring-mode`.
 * - `GETTERS`: how `oneagentctl` answers several getters in one call: `each` (the default), `first` alone, or `reversed`.
 * - `UNREADABLE`: settings that `oneagentctl` does not tell, by name without `--get-`, separated by commas.
 * - `SUDO=refuses`: `sudo` asks for a password.
 */
export type StandInSwitches = {
  readonly [Name in StandInSwitchName]?: string | number;
};

type StandInSwitchName =
  | "EXIT_CODE"
  | "EXIT_CODE_TIMES"
  | "DURATION"
  | "OUTPUT_LINES"
  | "SERVICE_START"
  | "CONNECT"
  | "CONNECT_DELAY"
  | "CONNECT_WAIT"
  | "REJECT"
  | "DISK"
  | "AGENT_VERSION_MODE"
  | "GETTERS"
  | "UNREADABLE"
  | "SUDO";

/** The switches as text of the configuration file. */
export function formatSwitches(switches: StandInSwitches): string {
  return Object.entries(switches)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${String(value).replace(/[\r\n]/g, " ")}\n`)
    .join("");
}
