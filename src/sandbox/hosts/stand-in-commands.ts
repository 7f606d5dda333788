import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Shell function `read_switch NAME`, which sets SWITCH. */
const readSwitch = `read_switch() {
  SWITCH=
  [ -r "$control/etc/dtsync-stand-in.conf" ] || return 0
  while IFS= read -r switch_line || [ -n "$switch_line" ]; do
    case $switch_line in "$1="*) SWITCH=\${switch_line#*=} ;; esac
  done <"$control/etc/dtsync-stand-in.conf"
}
control=\${DTSYNC_STAND_IN_CONTROL:-\${DTSYNC_STAND_IN_ROOT:-}}`;

/**
 * As the real one does, it gives the command a fresh environment. DTSYNC_STAND_IN_ELEVATE is a command that really
 * changes to root, where hosts have users of their own.
 */
const sudo = `#!/bin/sh
# Simulated sudo.
${readSwitch}
asks=yes
while [ $# -gt 0 ]; do
  case $1 in
    -n | --non-interactive) asks=no; shift ;;
    -u | --user | -g | --group | -p | --prompt) shift; shift ;;
    --) shift; break ;;
    -*) shift ;;
    *) break ;;
  esac
done
read_switch SUDO
if [ "$SWITCH" = refuses ] && [ "$(id -u)" != 0 ]; then
  if [ "$asks" = no ]; then
    echo "sudo: a password is required" >&2
  else
    echo "sudo: a terminal is required to read the password; either use the -S option to read from standard input or configure an askpass helper" >&2
    echo "sudo: a password is required" >&2
  fi
  exit 1
fi
[ $# -gt 0 ] || exit 0
# shellcheck disable=SC2086
exec \${DTSYNC_STAND_IN_ELEVATE:-} env -i PATH="$PATH" HOME="\${DTSYNC_STAND_IN_ROOT:-}/root" USER=root LOGNAME=root \\
  SHELL=/bin/sh SUDO_USER="\${USER:-}" SUDO_COMMAND="$1" \${DTSYNC_STAND_IN_ROOT:+TMPDIR="$DTSYNC_STAND_IN_ROOT/tmp"} \\
  DTSYNC_STAND_IN_ROOT="\${DTSYNC_STAND_IN_ROOT:-}" DTSYNC_STAND_IN_CONTROL="$control" \\
  DTSYNC_STAND_IN_HOST="\${DTSYNC_STAND_IN_HOST:-}" DTSYNC_STAND_IN_MACHINE="\${DTSYNC_STAND_IN_MACHINE:-}" \\
  DTSYNC_STAND_IN_NODE="\${DTSYNC_STAND_IN_NODE:-}" DTSYNC_STAND_IN_SUPERUSER=1 "$@"
`;

const systemctl = `#!/bin/sh
# Simulated systemctl, for the unit oneagent alone.
root=\${DTSYNC_STAND_IN_ROOT:-}
service=$root/opt/dynatrace/oneagent/agent/initscripts/oneagent
quiet=no action= unit=
for word; do
  case $word in
    -q | --quiet) quiet=yes ;;
    -*) ;;
    *) if [ -z "$action" ]; then action=$word; else unit=$word; fi ;;
  esac
done
tell() {
  [ "$quiet" = yes ] || echo "$1"
}
if [ "\${unit%.service}" != oneagent ] || [ ! -x "$service" ]; then
  case $action in
    is-active) tell inactive; exit 4 ;;
    is-enabled) echo "Failed to get unit file state for $unit: No such file or directory" >&2; exit 1 ;;
    *) echo "Failed to $action $unit.service: Unit $unit.service not found." >&2; exit 5 ;;
  esac
fi
case $action in
  is-active)
    if "$service" status; then tell active; exit 0; fi
    if [ -e "$root/var/lib/dynatrace/oneagent/agent/runtime/failed" ]; then tell failed; else tell inactive; fi
    exit 3 ;;
  is-enabled) tell enabled ;;
  start | stop | restart)
    if [ "\${DTSYNC_STAND_IN_SUPERUSER:-}" != 1 ] && [ "$(id -u)" != 0 ]; then
      echo "Failed to $action oneagent.service: Interactive authentication required." >&2
      exit 1
    fi
    "$service" "$action" ;;
  *) echo "Unknown command verb $action." >&2; exit 1 ;;
esac
`;

const id = `#!/bin/sh
# Simulated id: root, or the user with number 1000.
if [ "\${DTSYNC_STAND_IN_SUPERUSER:-}" = 1 ]; then number=0 name=root; else number=1000 name=\${USER:-user}; fi
case "$*" in
  -u | -g | -ru | '-u -r' | '-r -u') echo "$number" ;;
  -un | -gn | '-u -n' | '-n -u') echo "$name" ;;
  '') echo "uid=$number($name) gid=$number($name) groups=$number($name)" ;;
  *) echo "id: simulated, without: $*" >&2; exit 1 ;;
esac
`;

const uname = `#!/bin/sh
# Simulated uname: Linux on the host's architecture.
[ $# -gt 0 ] || set -- -s
show=
for option; do
  case $option in
    --kernel-name) option=-s ;;
    --machine) option=-m ;;
    --all) option=-a ;;
  esac
  show=$show\${option#-}
done
answer=
for part in s n r v m o; do
  case $show in
    *a* | *$part*)
      case $part in
        s) word=Linux ;;
        n) word=$DTSYNC_STAND_IN_HOST ;;
        r) word=6.1.0-simulated ;;
        v) word='#1 SMP' ;;
        m) word=$DTSYNC_STAND_IN_MACHINE ;;
        o) word=GNU/Linux ;;
      esac
      answer="$answer\${answer:+ }$word" ;;
  esac
done
echo "$answer"
`;

const hostname = `#!/bin/sh
# Simulated hostname.
case \${1:-} in
  -s | --short) echo "\${DTSYNC_STAND_IN_HOST%%.*}" ;;
  *) echo "$DTSYNC_STAND_IN_HOST" ;;
esac
`;

/** The machine's own figures; with the switch DISK=full, nothing is available any more. */
const df = `#!/bin/sh
# Simulated df.
${readSwitch}
for program in /bin/df /usr/bin/df; do
  [ ! -x "$program" ] || break
done
read_switch DISK
[ "$SWITCH" = full ] || exec "$program" "$@"
"$program" "$@" | awk '
  NR == 1 { for (i = 1; i <= NF; i++) if ($i ~ /^(Avail|Available|IFree)$/) column = i; print; next }
  { if (column) $column = 0; print }'
`;

const sha256sum = `#!/bin/sh
# sha256sum for a machine that has shasum instead.
exec shasum -a 256 "$@"
`;

const commands = { sudo, systemctl, id, uname, hostname, df, sha256sum } as const;

export type StandInCommand = keyof typeof commands;

/** Folder of a host's stand-in commands, below its root folder. */
export const standInCommandFolder = "usr/lib/dtsync-stand-in";

/** Writes stand-ins for system commands below the root folder of a simulated host. */
export function writeStandInCommands(root: string, names: readonly StandInCommand[]): void {
  const folder = join(root, standInCommandFolder);
  mkdirSync(folder, { recursive: true });
  for (const name of names) writeFileSync(join(folder, name), commands[name], { mode: 0o755 });
}
