/** The installer's course of action, after the library's functions and `unpack` are defined. */
export const installerSteps = `LOG=

# look_at_clock: sets now; what is told at once has one time.
look_at_clock() {
  now=$(date -u '+%Y-%m-%d %H:%M:%S')
}
look_at_clock

# log TEXT, say TEXT, complain TEXT: to the log alone, to standard output as well, to standard error as well.
log() {
  [ -z "$LOG" ] || printf '%s UTC %s\\n' "$now" "$*" >>"$LOG"
}
say() {
  log "$*"
  printf '%s %s\\n' "\${now#* }" "$*"
}
complain() {
  log "$*"
  printf '%s %s\\n' "\${now#* }" "$*" >&2
}
fail() {
  fail_code=$1
  shift
  complain "Error: $*"
  exit "$fail_code"
}

# without_secrets ARGUMENT: sets SHOWN.
without_secrets() {
  case $1 in
    --set-tenant-token=* | TENANT_TOKEN=*) SHOWN="\${1%%=*}=***" ;;
    --set-proxy=*@* | PROXY=*@*) SHOWN="\${1%%=*}=***@\${1##*@}" ;;
    *) SHOWN=$1 ;;
  esac
}

usage() {
  cat <<'END_OF_USAGE'
Usage: /bin/sh INSTALLER [-h] [-v] [NAME=VALUE]... [--set-...=VALUE]... [--remove-...=VALUE]...
NAME: INSTALL_PATH, LOG_PATH, DATA_STORAGE, USER, GROUP, NON_ROOT_MODE, DISABLE_ROOT_FALLBACK, SKIP_OS_SUPPORT_CHECK
END_OF_USAGE
}

invalid() {
  without_secrets "$1"
  fail 8 "Invalid or unknown parameter: $SHOWN"
}

boolean_parameter() {
  case $2 in 1 | true | enable | yes | 0 | false | disable | no) ;; *) invalid "$1=$2" ;; esac
}

# directory_parameter NAME VALUE: sets DIRECTORY to the path as the simulated host sees it.
directory_parameter() {
  DIRECTORY=\${2#"$ROOT"}
  case $DIRECTORY/ in
    // | [!/]* | *[[:space:]]* | */../* | */./*) invalid "$1=$2" ;;
    /var/lib/dynatrace/oneagent/datastorage/) [ "$1" = DATA_STORAGE ] || invalid "$1=$2" ;;
    /var/lib/dynatrace/*) invalid "$1=$2" ;;
  esac
}

# nested A B: whether one of the directories is or contains the other.
nested() {
  case $1/ in "$2"/*) return 0 ;; esac
  case $2/ in "$1"/*) return 0 ;; esac
  return 1
}

install_path= log_path= data_storage= user= group= non_root=1 no_fallback=0
load_switches
remaining=$#
arguments=
for argument; do
  without_secrets "$argument"
  arguments="$arguments $SHOWN"
  case $argument in
    -h | --help) usage; exit 0 ;;
    -v | --version)
      printf '%s\\n' "$INSTALLER_VERSION"
      # As root, the real one cleans up here, and takes the lock of a running installation with it.
      if is_simulated && is_superuser; then rm -f "$LOCK"; fi
      exit 0 ;;
  esac
done
while [ "$remaining" -gt 0 ]; do
  argument=$1
  value=\${1#*=}
  remaining=$((remaining - 1))
  shift
  case $argument in
    --set-?*=* | --remove-?*=*) set -- "$@" "$argument"; continue ;;
    *=?*) ;;
    *) invalid "$argument" ;;
  esac
  case $argument in
    INSTALL_PATH=*) directory_parameter INSTALL_PATH "$value"; install_path=$DIRECTORY ;;
    LOG_PATH=*) directory_parameter LOG_PATH "$value"; log_path=$DIRECTORY ;;
    DATA_STORAGE=*) directory_parameter DATA_STORAGE "$value"; data_storage=$DIRECTORY ;;
    USER=*)
      case $value in -* | *[!A-Za-z0-9._-]* | ? | ??) invalid "$argument" ;; esac
      [ "\${#value}" -le 32 ] || invalid "$argument"
      user=$value ;;
    GROUP=*) group=$value ;;
    NON_ROOT_MODE=0 | NON_ROOT_MODE=1) non_root=$value ;;
    DISABLE_ROOT_FALLBACK=0 | DISABLE_ROOT_FALLBACK=1) no_fallback=$value ;;
    SKIP_OS_SUPPORT_CHECK=*) boolean_parameter SKIP_OS_SUPPORT_CHECK "$value" ;;
    SERVER=* | TENANT=* | TENANT_TOKEN=* | PROXY=* | HOST_GROUP=* | APP_LOG_CONTENT_ACCESS=*)
      old_name=\${argument%%=*}
      complain "Error: Parameter $old_name is no longer supported; it was converted to the setting of that name."
      set -- "$@" "--set-$(printf '%s' "$old_name" | tr 'A-Z_' 'a-z-')=$value" ;;
    *) invalid "$argument" ;;
  esac
done
[ -z "$group" ] || [ -n "$user" ] || invalid "GROUP=$group"
[ "$no_fallback" = 0 ] || [ "$non_root" = 1 ] || invalid "DISABLE_ROOT_FALLBACK=1"
for directory in "$install_path" "$log_path"; do
  [ -z "$directory" ] || [ -z "$data_storage" ] || ! nested "$directory" "$data_storage" || invalid "DATA_STORAGE=$data_storage"
done
[ -z "$install_path" ] || [ -z "$log_path" ] || ! nested "$install_path" "$log_path" || invalid "LOG_PATH=$log_path"
[ "$install_path" != /opt/dynatrace/oneagent ] || install_path=

is_superuser || fail 1 "You must be root to run the installer."
is_simulated || fail 1 "This installer belongs to a simulation; this machine is no simulated host."

if exit_code_injected; then injected=$SWITCH_EXIT_CODE; else injected=; fi
case $injected in
  '' | 2 | 3 | 12) ;;
  *) fail "$injected" "Installation was made to fail with exit code $injected." ;;
esac

take_lock "\${INSTALLER##*/}" || fail 13 "Another OneAgent installation, uninstallation or update is in progress."
trap 'rm -f "$LOCK"' EXIT
trap 'exit 12' HUP INT TERM

case $INSTALLER_ARCH/$MACHINE in
  x86/x86_64 | arm/aarch64 | arm/arm64 | ppcle/ppc64le | s390/s390x) ;;
  *) fail 19 "Unsupported architecture: $MACHINE." ;;
esac

# The install path: a link at the default place leads to a custom one.
in_folder "$INSTALL"
if [ -L "$INSTALL" ]; then
  [ -d "$INSTALL" ] || fail 1 "$INSTALL is a dangling symbolic link."
  if [ -n "$install_path" ]; then
    [ "$(cd "$INSTALL" && pwd -P)" = "$(cd "$ROOT$install_path" 2>/dev/null && pwd -P)" ] ||
      fail 1 "OneAgent is already installed in another directory."
  fi
elif [ -d "$INSTALL" ]; then
  [ -z "$install_path" ] || fail 1 "$INSTALL exists, so that no custom path can be used."
elif [ -n "$install_path" ]; then
  [ ! -L "$ROOT$install_path" ] || invalid "INSTALL_PATH=$install_path"
  mkdir -p "$ROOT$install_path"
  ln -s "$ROOT$install_path" "$INSTALL"
else
  mkdir "$INSTALL"
fi

[ -n "$log_path" ] || { read_value "$CONFIG/installation.conf" LOG_PATH && log_path=$VALUE; }
logs=$ROOT\${log_path:-/var/log/dynatrace/oneagent}/installer
[ -d "$logs" ] || mkdir -p "$logs"
LOG=$logs/installation_$$.log
umask 077
: >"$LOG"
umask 022
log "Command line:$arguments"
say "Installation started, version: $INSTALLER_VERSION, architecture: $INSTALLER_ARCH."

upgrade=no
if [ -r "$AGENT/installer.version" ]; then
  upgrade=yes
  read -r installed <"$AGENT/installer.version"
  version_number "$installed"
  installed_number=$NUMBER
  version_number "$INSTALLER_VERSION"
  [ "$installed_number" -le "$NUMBER" ] ||
    fail 18 "Downgrade from $installed to $INSTALLER_VERSION is not supported."
fi
[ "\${SWITCH_DISK:-}" != full ] || fail 6 "Not enough disk space in $INSTALL."
# The parts behind the packed program: the end of its signature, and what it is preset with.
parts=$(tail -n 500 "$INSTALLER" | sed -n -e '/^----SIGNED-INSTALLER--$/p' -e '/^----PARAMETERS$/,/^----PARAMETERS--$/p')
case $parts in ----SIGNED-INSTALLER--*) ;; *) fail 16 "The installation package is corrupted." ;; esac

: >"$INSTALL/transaction.lock"
say "Unpacking. This may take a few minutes..."
lines=0
while [ "$lines" -lt "\${SWITCH_OUTPUT_LINES:-0}" ]; do
  lines=$((lines + 1))
  printf '00:00:00 Unpacking part %s\\n' "$lines"
done
[ -z "\${SWITCH_DURATION:-}" ] || sleep "$SWITCH_DURATION"
look_at_clock
say "Unpacking complete."
if [ "$injected" = 12 ]; then
  fail 12 "Installation was ended by a signal."
fi

if [ "$upgrade" = yes ]; then
  say "Upgrading from $installed."
  STAND_IN_UPGRADE=1 /bin/sh "$AGENT/uninstall.sh" || fail 1 "Removal of the old version failed."
fi
unpack
mkdir -p "$CONFIG" "$RUNTIME" "$DATA/agent/customkeys" "$DATA/datastorage"
umask 007
[ -e "$CONFIG/deployment.conf" ] || : >"$CONFIG/deployment.conf"
umask 022
[ -z "$install_path" ] || write_value "$CONFIG/installation.conf" INSTALL_PATH "$install_path"
[ -z "$log_path" ] || write_value "$CONFIG/installation.conf" LOG_PATH "$log_path"
[ -z "$data_storage" ] || write_value "$CONFIG/installation.conf" DATA_STORAGE "$data_storage"
[ -z "$user" ] || write_value "$CONFIG/installation.conf" USER "$user"

# The arguments come after what the installer is preset with, and so win.
arguments=$#
while IFS= read -r line; do
  case $line in
    PARAM_SERVER_VALUE=?*) set -- "$@" "--set-server=\${line#*=}" ;;
    PARAM_TENANT_VALUE=?*) set -- "$@" "--set-tenant=\${line#*=}" ;;
    PARAM_TENANT_TOKEN_VALUE=?*) set -- "$@" "--set-tenant-token=\${line#*=}" ;;
    --set-?*=*) set -- "$@" "$line" ;;
  esac
done <<EOP
$parts
EOP
while [ "$arguments" -gt 0 ]; do
  argument=$1
  shift
  set -- "$@" "$argument"
  arguments=$((arguments - 1))
done
# A refused setting is reported and changes nothing about the exit code.
if [ $# -gt 0 ] && ! refused=$(STAND_IN_INSTALLING=1 "$AGENT/tools/oneagentctl" "$@" 2>&1 >/dev/null); then
  while IFS= read -r line; do
    complain "$line"
  done <<EOR
$refused
EOR
  complain "Error: Some settings were not applied. Use oneagentctl to set them."
fi
count installations

say "Non-privileged mode is enabled."
say "Starting OneAgent service..."
if "$AGENT/initscripts/oneagent" start 2>/dev/null; then
  say "Checking if agent is connected to the server. This may take a while..."
  read_value "$CONFIG/deployment.conf" Server || SWITCH_CONNECT=never
  half_seconds=$((\${SWITCH_CONNECT_WAIT:-2} * 2))
  while [ ! -s "$RUNTIME/connection" ] && [ "\${SWITCH_CONNECT:-}" != never ] && [ "$half_seconds" -gt 0 ]; do
    half_seconds=$((half_seconds - 1))
    sleep 0.5
    "$AGENT/initscripts/oneagent" connect || :
  done
  look_at_clock
  if [ -s "$RUNTIME/connection" ]; then
    read -r used <"$RUNTIME/connection"
    say "Dynatrace OneAgent has successfully connected to Dynatrace Cluster Node $used. It is fully operational."
  else
    complain "Warning: Dynatrace OneAgent is not connected to the server."
  fi
else
  complain "Error: Failed to start the OneAgent service."
fi
rm -f "$INSTALL/transaction.lock"
if [ -n "$injected" ]; then
  fail "$injected" "The watchdog is not running."
fi
say "Installation finished."`;
