import { oneagentctlRules } from "./oneagentctl-rules.ts";

/**
 * The stand-in's `oneagentctl`.
 *
 * - Root only. Getters print on standard output. Several in a call are answered one after the other, a guess; with the
 *   switch GETTERS only the first is, or they are in an order of its own.
 * - Setters take `--set-x=v` and `--set-x v`, several in a call. A refused one gives exit status 1 and a line starting
 *   with `Error:` on standard error; the others of the call are stored nevertheless.
 * - What is stored becomes effective at the next service start; `--restart-service` brings one.
 * - Tags and properties add up. Removing one that is not there gives exit status 1; the others are removed.
 * - `--get-proxy` leaves user and password out, and network zones are stored in lower case: both are guesses at the
 *   worse case.
 */
export const oneagentctlScript = `#!/bin/sh
# Simulated oneagentctl.
. "\${DTSYNC_STAND_IN_ROOT:-}/opt/dynatrace/oneagent/agent/lib64/stand-in.sh"
load_switches
failed=0

complain() {
  echo "Error: $*" >&2
  failed=1
}

${oneagentctlRules}

since() {
  version_number "$1"
  needed=$NUMBER
  read -r installed <"$AGENT/installer.version"
  version_number "$installed"
  [ "$NUMBER" -ge "$needed" ]
}

is_old() {
  [ "\${SWITCH_AGENT_VERSION_MODE:-}" = old ]
}

# locate NAME: where a setting is kept, its default, and the rule for its values.
locate() {
  DEFAULT=
  case $1 in
    server) FILE=deployment.conf KEY=Server RULE=endpoints ;;
    tenant) FILE=deployment.conf KEY=Tenant RULE=word ;;
    tenant-token) FILE=deployment.conf KEY=TenantToken RULE=word ;;
    proxy) FILE=ruxitagentproc.conf KEY=proxy RULE=proxy ;;
    no-proxy) FILE=ruxitagentproc.conf KEY=noProxy RULE=no_blanks ;;
    network-zone) FILE=networkzone.conf KEY=zone DEFAULT=default RULE=zone ;;
    host-group) FILE=hostgroup.conf KEY=group RULE=group ;;
    host-name) FILE=hostname.conf KEY=name RULE=host_name ;;
    monitoring-mode)
      ! is_old || return 1
      FILE=monitoringmode.conf KEY=mode DEFAULT=fullstack RULE=mode ;;
    host-id-source) FILE=hostidsource.conf KEY=source DEFAULT=auto RULE=id_source ;;
    app-log-content-access) FILE=ruxitagentloganalytics.conf KEY=appLogContentAccess DEFAULT=true RULE=boolean ;;
    system-logs-access-enabled) FILE=ruxitagentloganalytics.conf KEY=systemLogs DEFAULT=true RULE=boolean ;;
    auto-update-enabled) FILE=watchdoguserconfig.conf KEY=autoUpdate DEFAULT=true RULE=boolean ;;
    auto-injection-enabled) FILE=ruxitagentproc.conf KEY=autoInjection DEFAULT=true RULE=boolean ;;
    extensions-ingest-port) FILE=extensionsuser.conf KEY=ingestPort DEFAULT=14499 RULE=port ;;
    extensions-statsd-port) FILE=extensionsuser.conf KEY=statsdPort DEFAULT=18125 RULE=port ;;
    watchdog-portrange) FILE=watchdoguserconfig.conf KEY=portRange DEFAULT=50000:50100 RULE=port_range ;;
    fips-enabled)
      since 1.245 || return 1
      FILE=installation.conf KEY=fips DEFAULT=false RULE=install_time_boolean ;;
    deployment-metadata) FILE=deploymentmetadata.conf KEY=metadata RULE=key_and_value ;;
    *) return 1 ;;
  esac
}

# locate_list NAME: the file of a list, one entry a line.
locate_list() {
  case $1 in
    host-tag | host-tags) FILE=$CONFIG/hostautotag.conf ;;
    host-property | host-properties) FILE=$CONFIG/hostcustomproperties.conf ;;
    *) return 1 ;;
  esac
}

get() {
  case ",\${SWITCH_UNREADABLE:-}," in
    *",\${1#--get-},"*) complain "Failed to read \${1#--get-}."; return ;;
  esac
  case $1 in
    --version)
      read -r installed <"$AGENT/installer.version"
      printf '%s\\n' "$installed" ;;
    --help | -h) echo "Usage: oneagentctl --get-… | --set-…=VALUE… [--restart-service]" ;;
    --get-host-id)
      [ ! -r "$CONFIG/ruxithost.id" ] || { read -r id <"$CONFIG/ruxithost.id"; printf '%s\\n' "$id"; } ;;
    --get-host-tags | --get-host-properties)
      locate_list "\${1#--get-}"
      [ ! -r "$FILE" ] || cat "$FILE" ;;
    --get-server) get_server ;;
    --get-proxy)
      read_value "$CONFIG/ruxitagentproc.conf" proxy
      printf '%s\\n' "\${VALUE##*@}" ;;
    --get-infra-only)
      read_value "$CONFIG/monitoringmode.conf" mode
      [ "$VALUE" = infra-only ] && echo true || echo false ;;
    --get-dump-capture-enabled) echo true ;;
    --get-osagent-cap-setuid-enabled) if since 1.293; then echo true; else unknown "$1"; fi ;;
    *)
      if locate "\${1#--get-}"; then
        read_value "$CONFIG/$FILE" "$KEY" || VALUE=$DEFAULT
        printf '%s\\n' "$VALUE"
      else
        unknown "$1"
      fi ;;
  esac
}

# The endpoints in braces; the one in use, if any, is marked with an asterisk.
get_server() {
  [ -s "$RUNTIME/connection" ] || "$AGENT/initscripts/oneagent" connect
  read_value "$CONFIG/deployment.conf" Server || { echo; return 0; }
  case $VALUE in "{"*) servers=$VALUE ;; *) servers="{$VALUE}" ;; esac
  used=
  [ ! -r "$RUNTIME/connection" ] || read -r used <"$RUNTIME/connection"
  case $servers in
    *[\\;{]"$used"[\\;}]*)
      if [ -n "$used" ] && since 1.207; then
        # The endpoint as a whole, not the beginning of a longer one.
        before=\${servers%%[\\;\\{]"$used"[\\;\\}]*}
        after=\${servers#"$before"}
        servers="$before\${after%"\${after#?}"}*\${after#?}"
      fi ;;
  esac
  printf '%s\\n' "$servers"
}

unknown() {
  complain "Unknown parameter: $1"
}

# change OPTION VALUE
change() {
  name=\${1#--*-}
  case ",\${SWITCH_REJECT:-}," in
    *",$name,"*) complain "Failed to set $1."; return ;;
  esac
  case $1 in
    --remove-host-tag | --remove-host-property) remove_line "$1" "$2" ;;
    --set-host-tag | --set-host-property) add_line "$1" "$2" ;;
    --set-infra-only)
      if accepts boolean "$2"; then
        [ "$2" = true ] && mode=infra-only || mode=fullstack
        write_value "$CONFIG/monitoringmode.conf" mode "$mode"
      else
        complain "Invalid value for $1."
      fi ;;
    *)
      locate "$name" || { unknown "$1"; return; }
      if ! accepts "$RULE" "$2"; then
        complain "Invalid value for $1."
        return
      fi
      new=$2
      [ "$name" != network-zone ] || new=$(printf '%s' "$2" | tr A-Z a-z)
      [ "$name" != proxy ] || [ "$2" != no_proxy ] || new=
      write_value "$CONFIG/$FILE" "$KEY" "$new" ;;
  esac
}

add_line() {
  locate_list "\${1#--set-}"
  if ! accepts tag "$2"; then
    complain "Invalid value for $1."
  elif ! has_line "$FILE" "$2"; then
    in_folder "$FILE"
    printf '%s\\n' "$2" >>"$FILE"
  fi
}

remove_line() {
  locate_list "\${1#--remove-}"
  if ! has_line "$FILE" "$2"; then
    complain "Cannot remove $2: it is not set."
    return
  fi
  while IFS= read -r kept_line; do
    [ "$kept_line" = "$2" ] || printf '%s\\n' "$kept_line"
  done <"$FILE" >"$FILE.new"
  mv -f "$FILE.new" "$FILE"
}

if ! is_superuser; then
  echo "Error: oneagentctl needs root privileges." >&2
  exit 1
fi
[ $# -gt 0 ] || { get --help; exit 1; }
getters=
restart=no
while [ $# -gt 0 ]; do
  argument=$1
  shift
  case $argument in
    --restart-service) restart=yes ;;
    --version | --help | -h | --get-*)
      case \${SWITCH_GETTERS:-each} in
        first) [ -n "$getters" ] || getters=$argument ;;
        reversed) getters="$argument $getters" ;;
        *) getters="$getters $argument" ;;
      esac ;;
    --set-*=* | --remove-*=*) change "\${argument%%=*}" "\${argument#*=}" ;;
    --set-* | --remove-*)
      if [ $# -gt 0 ]; then
        change "$argument" "$1"
        shift
      else
        complain "Missing value for $argument."
      fi ;;
    *) unknown "$argument" ;;
  esac
done
if [ "$restart" = yes ]; then
  "$AGENT/initscripts/oneagent" restart || failed=1
fi
for getter in $getters; do get "$getter"; done
exit "$failed"
`;
