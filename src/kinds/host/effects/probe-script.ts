import { prelude, quote } from "../../../ssh/remote-script.ts";
import type { AgentSettingName } from "../change.ts";
import { type AgentAnswerName, agentAnswers } from "./agent-answers.ts";
import { leftFolders, tellProcess } from "./private-folder.ts";

export const agentDirectory = "/opt/dynatrace/oneagent";
/** Where an agent keeps its configuration, which no setting moves, and where it writes its logs unless it is told otherwise. */
const dataDirectory = "/var/lib/dynatrace";
export const logDirectory = "/var/log/dynatrace/oneagent";
export const agentControl = `${agentDirectory}/agent/tools/oneagentctl`;

/**
 * Defines what tells whether an installer, uninstaller or update holds its lock: after `look_at_lock`, `lock` is `held`, `dead` or
 * `free`. A lock that is older than the last boot is dead whatever process has its number now.
 */
export const lockLook = `look_at_lock() {
  lock=free
  [ -f /tmp/oneagent.lock ] || return 0
  lock=dead
  owner=$(head -c 20 /tmp/oneagent.lock | head -n 1)
  case $owner in
    "" | *[!0-9]*) lock=free ;;
    *) if kill -0 "$owner" 2>/dev/null; then lock=held; fi ;;
  esac
  booted=0
  while read -r key value _; do
    if [ "$key" = btime ]; then booted=$value; break; fi
  done 2>/dev/null </proc/stat
  if [ "$(stat -c %Y /tmp/oneagent.lock 2>/dev/null || echo "$booted")" -lt "$booted" ]; then lock=dead; fi
}`;

/** What a probe asks for. Only what is wanted is asked, because each question starts a program. */
export interface Questions {
  /** Settings of the agent that are declared. */
  readonly settings: readonly AgentSettingName[];
  /** Whether the agent is asked by which id environments know it. */
  readonly identity: boolean;
  /** The environment that the agent is to report to: what an installer would meet is asked where it does not. */
  readonly environment: string;
  /** Whether an installer may run besides, for another version. */
  readonly mayUpdate: boolean;
  /** Folders that an installer would write to, besides those that no setting moves. */
  readonly installPath: string;
  readonly logPath: string;
  /** Where the cluster is, to ask whether the host reaches it; null: it is not asked. */
  readonly cluster: ClusterPlace | null;
}

interface ClusterPlace {
  readonly host: string;
  readonly port: number;
  /** Whether only a host without an agent is asked. */
  readonly withoutAgent: boolean;
}

/**
 * A script that reads everything about a host in one go, with as few programs as possible: what the shell itself can read
 * it reads.
 */
export const probeScript = (marker: string, questions: Questions): string => `${prelude(marker)}
${lockLook}
${leftFolders(false)}
${tellProcess}
section leftovers "$left_over"
${probeLines(marker, questions)}
section end
`;

/** The same for the end of another script with this marker, which knows `lockLook` and tells its own end. */
export function probeLines(marker: string, questions: Questions): string {
  const { environment, mayUpdate } = questions;
  return `section platform; uname -sm
uptime=
if [ -r /proc/uptime ]; then read -r uptime _ </proc/uptime; fi
section uptime; echo "$uptime"
look_at_lock
case $lock in held) section lock held ;; *) section lock free ;; esac
ctl=${agentControl}
tenant=
if [ -e ${agentDirectory}/agent ]; then
  section agent present
  control=missing
  if [ -x "$ctl" ]; then control=there; elif [ -e "$ctl" ]; then control=broken; fi
  transaction=none; [ -e ${agentDirectory}/transaction.lock ] && transaction=open
  section control "$control"
  section transaction "$transaction"
  section installed
  if [ -f ${agentDirectory}/agent/installer.version ]; then
    IFS= read -r line <${agentDirectory}/agent/installer.version
    printf '%.200s\\n' "$line"
  fi
  section service
  state=
  if command -v systemctl >/dev/null 2>&1; then state=$(systemctl is-active oneagent 2>/dev/null); fi
  case $state in
    active | inactive | failed | activating | deactivating | reloading) ;;
    *)
      state=unknown
      kept=/var/lib/dynatrace/oneagent/agent/config/agent.state
      if command -v service >/dev/null 2>&1; then
        service oneagent status >/dev/null 2>&1
        case $? in 0) state=active ;; 3) state=inactive ;; esac
      fi
      if [ "$state" = unknown ] && [ -f "$kept" ]; then
        if [ "$(cat "$kept")" = RUNNING ]; then state=active; else state=inactive; fi
      fi ;;
  esac
  echo "$state"
  if [ -x "$ctl" ]; then
${agentAsked(marker, questions)}
  fi
else section agent absent; fi
${mayUpdate ? "tenant=" : ""}
if [ "$tenant" != ${quote(environment)} ]; then
${siteAsked(questions)}
fi`;
}

/**
 * All getters in one call, for those agents that answer each of them. Whether an agent does, and in which order, is not
 * documented, so the version is asked for before and after each of the others: an answer is only believed where all of
 * these are there, no other line is like them, and endpoints and environment have their form in their places, which they
 * would not have in another order. Else each is asked for by itself.
 */
function agentAsked(marker: string, { settings, identity }: Questions): string {
  const names: readonly AgentAnswerName[] = [
    // First, where an agent that answers backwards has something without their form.
    ...(["server", "tenant"] as const),
    ...settings,
    ...(settings.includes("monitoringMode") ? (["infraOnly"] as const) : []),
    ...(identity ? (["hostId"] as const) : []),
  ];
  const asked = names.map((name) => [name, agentAnswers[name].getter] as const);
  return `    ask() { value=$("$ctl" "$2" 2>/dev/null); section "$1" $?; printf '%s\\n' "$value"; }
    newline='
'
    together() {
      answer=$("$ctl" --version ${asked.map(([, getter]) => `${getter} --version`).join(" ")} 2>/dev/null) || return 1
      version=\${answer%%"$newline"*}
      case $version in *[!0-9.-]*) return 1 ;; [0-9]*.[0-9]*.[0-9]*) ;; *) return 1 ;; esac
      between=$newline$version$newline
      rest=$newline$answer$newline
      told=
      for name in ${asked.map(([section]) => section).join(" ")}; do
        case $rest in "$between"?*) rest=\${rest#"$between"} ;; *) return 1 ;; esac
        case $newline$rest in
          "$between"*) value= rest=$newline$rest ;;
          *"$between"*) value=\${rest%%"$between"*}; rest=\${rest#"$value"} ;;
          *) return 1 ;;
        esac
        case $name in
          server) case $value in *"$newline"*) return 1 ;; *://*) ;; *) return 1 ;; esac ;;
          tenant) case $value in "" | *[!A-Za-z0-9_-]*) return 1 ;; *) told_tenant=$value ;; esac ;;
        esac
        told="$told${marker} $name 0$newline$value$newline"
      done
      [ "$rest" = "$between" ]
    }
    if together; then
      tenant=$told_tenant
      section version 0; echo "$version"
      printf %s "$told"
    else
      ask version --version
${asked.map(([section, getter]) => `      ask ${section} ${getter}${section === "tenant" ? "; tenant=$value" : ""}`).join("\n")}
    fi`;
}

/** What an installer would meet: see \`HostSite\`. Of a folder that is not there yet the one counts that it would be made in. */
function siteAsked({ installPath, logPath, cluster }: Questions): string {
  return `  section user "\${dtsync_user:-$(id -u)}"
  section memory
  while read -r key value _; do
    if [ "$key" = MemAvailable: ]; then echo "$value"; break; fi
  done 2>/dev/null </proc/meminfo
  set --
  for place in ${quote(installPath)} "\${TMPDIR:-/tmp}" ${dataDirectory} ${quote(logPath)}; do
    while [ ! -e "$place" ]; do
      case $place in /*/*) place=\${place%/*} ;; *) place=/ ;; esac
    done
    set -- "$@" "$place"
  done
  section space; df -kP "$@" 2>/dev/null
  section mounts; cat /proc/self/mounts 2>/dev/null
  downloader=none
  for program in wget curl; do if command -v "$program" >/dev/null 2>&1; then downloader=$program; fi; done
  section downloader "$downloader"
  checksum=none
  for program in sha256sum openssl; do if command -v "$program" >/dev/null 2>&1; then checksum=there; fi; done
  section checksum "$checksum"
${cluster === null ? "" : reachAsked(cluster)}`;
}

/** A connection that the shell opens; without bash nobody on the host can tell. */
const reachAsked = ({ host, port, withoutAgent }: ClusterPlace): string =>
  `  if ${withoutAgent ? `[ ! -e ${agentDirectory}/agent ] && ` : ""}command -v bash >/dev/null 2>&1 && command -v timeout >/dev/null 2>&1; then
    if timeout ${reachSeconds} bash -c ${quote(`: < /dev/tcp/${host}/${port}`)} 2>/dev/null
    then section reach yes; else section reach no; fi
  fi`;

const reachSeconds = 4;
