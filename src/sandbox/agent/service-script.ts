/**
 * The start/stop script of the stand-in agent's service: `start`, `stop`, `restart`, `status`, `pause` for an
 * upgrade, and `connect`, which tries again to reach the cluster as a running agent does all the time.
 *
 * A start makes the stored settings effective: it copies them to `runtime/effective`, and only those are reported to
 * the communication endpoint.
 */
export const serviceScript = `#!/bin/sh
# Simulated OneAgent service.
. "\${DTSYNC_STAND_IN_ROOT:-}/opt/dynatrace/oneagent/agent/lib64/stand-in.sh"
load_switches
EFFECTIVE=$RUNTIME/effective

# The identity depends on the host and on the source it is derived from, so that another source makes another host.
host_id() {
  read_value "$CONFIG/hostidsource.conf" source || VALUE=auto
  id_source=$VALUE
  read_value "$RUNTIME/hostid.conf" source || VALUE=
  [ -s "$CONFIG/ruxithost.id" ] && { [ -z "$VALUE" ] || [ "$VALUE" = "$id_source" ]; } || {
    sum=$(cksum <<EOS
$HOST/$id_source
EOS
)
    sum=\${sum%% *}
    printf '%08x%08x\\n' "$sum" $((sum * 40503 % 4294967291)) >"$CONFIG/ruxithost.id"
  }
  write_value "$RUNTIME/hostid.conf" source "$id_source"
}

json_string() {
  case $1 in
    *[\\\\\\"]*) printf '"%s"' "$(printf '%s' "$1" | sed -e 's/[\\\\"]/\\\\&/g')" ;;
    *) printf '"%s"' "$1" ;;
  esac
}

json_lines() {
  printf '['
  separator=
  if [ -r "$1" ]; then
    while IFS= read -r json_line; do
      printf '%s' "$separator"
      json_string "$json_line"
      separator=,
    done <"$1"
  fi
  printf ']'
}

json_effective() {
  read_value "$EFFECTIVE/$1" "$2" || VALUE=$3
  json_string "$VALUE"
}

# report AVAILABILITY
report() {
  printf '{"tenant":'
  json_effective deployment.conf Tenant ''
  printf ',"tenantToken":'
  json_effective deployment.conf TenantToken ''
  printf ',"availability":"%s"' "$1"
  printf ',"host":{"name":'
  json_string "$HOST"
  read -r id <"$CONFIG/ruxithost.id"
  printf ',"id":"%s"' "$id"
  read -r version <"$AGENT/installer.version"
  printf ',"version":'
  json_string "$version"
  printf ',"hostGroup":'
  json_effective hostgroup.conf group ''
  printf ',"networkZone":'
  json_effective networkzone.conf zone default
  printf ',"monitoringMode":'
  json_effective monitoringmode.conf mode fullstack
  printf ',"tags":'
  json_lines "$EFFECTIVE/hostautotag.conf"
  printf ',"properties":'
  json_lines "$EFFECTIVE/hostcustomproperties.conf"
  printf ',"customName":'
  json_effective hostname.conf name ''
  printf ',"architecture":'
  json_string "$MACHINE"
  read_value "$EFFECTIVE/watchdoguserconfig.conf" autoUpdate || VALUE=true
  printf ',"autoUpdate":%s}}' "$VALUE"
}

# post ADDRESS: sends standard input there, and prints the status of the answer.
post() {
  case $1 in
    http://[0-9a-z]*:[0-9]*/*)
      # It starts in a tenth of the time of Node.js.
      if [ -x /bin/bash ]; then
        /bin/bash -c "$POST_PLAINLY" post "$1" 2>/dev/null
        return
      fi ;;
  esac
  "$NODE" -e "$POST_PROGRAM" "$1" 2>/dev/null
}

connect() {
  service_is_running || return 1
  [ ! -s "$RUNTIME/connection" ] || return 0
  [ "\${SWITCH_CONNECT:-}" != never ] || return 1
  if [ -n "\${SWITCH_CONNECT_DELAY:-}" ]; then
    read -r started <"$RUNTIME/started"
    [ $(($(date +%s) - started)) -ge "$SWITCH_CONNECT_DELAY" ] || return 1
  fi
  body=$(report MONITORED)
  read_value "$EFFECTIVE/deployment.conf" Server || return 1
  old_ifs=$IFS
  IFS=';{}'
  set -f
  # shellcheck disable=SC2086
  set -- $VALUE
  IFS=$old_ifs
  for endpoint; do
    [ -n "$endpoint" ] || continue
    if [ "$(printf '%s' "$body" | post "$endpoint")" = 200 ]; then
      printf '%s\\n' "$endpoint" >"$RUNTIME/connection"
      return 0
    fi
  done
  return 1
}

start() {
  ! service_is_running || return 0
  if [ -d "$EFFECTIVE" ]; then rm -rf "$RUNTIME/connection" "$RUNTIME/failed" "$EFFECTIVE"; fi
  if [ "\${SWITCH_SERVICE_START:-}" = fails ]; then
    in_folder "$RUNTIME/failed"
    : >"$RUNTIME/failed"
    echo "Job for oneagent.service failed because the control process exited with error code." >&2
    return 1
  fi
  host_id
  umask 077
  mkdir -p "$EFFECTIVE"
  cp -p "$CONFIG"/*.conf "$EFFECTIVE"
  umask 022
  date +%s >"$RUNTIME/started"
  echo RUNNING >"$CONFIG/agent.state"
  count starts
  connect || :
}

# An agent that stops for good tells its cluster; one that is about to start again does not.
stop() {
  if [ -s "$RUNTIME/connection" ] && [ "\${1:-}" = for_good ]; then
    read -r used <"$RUNTIME/connection"
    report UNMONITORED | post "$used" >/dev/null
  fi
  rm -f "$CONFIG/agent.state" "$RUNTIME/connection" "$RUNTIME/failed"
}

if ! is_superuser && [ "\${1:-}" != status ]; then
  echo "Error: root privileges are required." >&2
  exit 1
fi
case \${1:-} in
  start) start ;;
  stop) stop for_good ;;
  pause) stop ;;
  restart) count restarts; stop; start ;;
  connect) connect ;;
  status) service_is_running ;;
  *) echo "Usage: $0 start|stop|restart|status" >&2; exit 2 ;;
esac
`;
