/**
 * The stand-in's `uninstall.sh`. It removes the program, runtime data and the connection settings; the host id, tags,
 * properties, monitoring mode and logs stay. Host group, network zone and host name stay as well: what the real one
 * does with them is unknown, and stale values are the worse case.
 *
 * Exit codes: 0, 1 (not root), 13 (an installation or removal is running).
 */
export const uninstallScript = `#!/bin/sh
# Simulated removal of OneAgent. With STAND_IN_UPGRADE=1, run by a newer installer, it removes the program alone.
. "\${DTSYNC_STAND_IN_ROOT:-}/opt/dynatrace/oneagent/agent/lib64/stand-in.sh"
load_switches

say() {
  printf '%s %s\\n' "$(date +%H:%M:%S)" "$*"
}

if ! is_superuser; then
  say "Error: You must be root to run the uninstaller." >&2
  exit 1
fi
read_value "$CONFIG/installation.conf" LOG_PATH || VALUE=/var/log/dynatrace/oneagent
LOGS=$ROOT$VALUE/installer
target=$(cd "$INSTALL" && pwd -P) || exit 1

if [ "\${STAND_IN_UPGRADE:-}" = 1 ]; then
  "$AGENT/initscripts/oneagent" pause
  rm -rf "$target/agent"
  exit 0
fi

if exit_code_injected; then
  say "Error: Uninstallation was made to fail with exit code $SWITCH_EXIT_CODE." >&2
  exit "$SWITCH_EXIT_CODE"
fi
if ! take_lock uninstall.sh; then
  say "Error: Another OneAgent installation, uninstallation or update is in progress." >&2
  exit 13
fi
trap 'rm -f "$LOCK"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$LOGS"
umask 077
: >"$LOGS/uninstallation_$$.log"
umask 022
say "Stopping OneAgent service..."
"$AGENT/initscripts/oneagent" stop
[ -z "\${SWITCH_DURATION:-}" ] || sleep "$SWITCH_DURATION"
say "Removing OneAgent files..."
rm -rf "$target/agent" "$target/transaction.lock" "$RUNTIME" "$DATA/agent/downloads" "$DATA/agent/log" \\
  "$CONFIG/deployment.conf" "$CONFIG/ruxitagentproc.conf" "$CONFIG/ruxitagentloganalytics.conf" \\
  "$CONFIG/extensionsuser.conf"
# The link of a custom install path stays behind.
rmdir "$target" 2>/dev/null
count removals
say "OneAgent was successfully removed."
exit 0
`;
