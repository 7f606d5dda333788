import { prelude, quote } from "../../../ssh/remote-script.ts";
import { folderRemoved, privateFolder } from "./private-folder.ts";
import { agentControl, agentDirectory, lockLook, probeLines, type Questions } from "./probe-script.ts";
import { type Download, pullLines } from "./pull-lines.ts";

/** Exit codes of the installer after which trying again on the same host can help. */
const locked = 13;
const endedBySignal = 12;

/** Seconds between tries while another installation holds the lock, and how many. */
export interface LockWait {
  readonly seconds: number;
  readonly tries: number;
}

/** What an installation is run with, wherever its file comes from. */
export interface Installation {
  readonly marker: string;
  readonly parameters: readonly string[];
  readonly wait: LockWait;
  /** Environment of the agent that is there; null: there is none, or none was told it. */
  readonly tenant: string | null;
  /** What the same script asks of the host when the installer has ended well. */
  readonly questions: Questions;
}

/**
 * Takes the installer from standard input and runs it. If dtsync is gone, a half transferred file is noticed by its size,
 * and a running installation is finished first. The installer's output goes to a file: a broken pipe would end it half-way.
 */
export function installScript(installation: Installation, size: number): string {
  const transfer = `cat > "$file" || { section failed transfer; exit 0; }
set -- $(wc -c < "$file")
[ "$1" = ${size} ] || { section failed size "$1"; exit 0; }`;
  return runInstaller(installation, transfer);
}

/** The same with the host fetching the file from the cluster; the token comes on the first line of standard input. */
export function pullScript(installation: Installation, download: Download): string {
  return runInstaller(installation, pullLines(download));
}

function runInstaller({ marker, parameters, wait, tenant, questions }: Installation, transfer: string): string {
  return `${prelude(marker)}
${privateFolder}
${lockLook}
file=$directory/Dynatrace-OneAgent-Linux.sh
${transfer}
${stillThere}
${leftoversRemoved}
${unchanged(tenant ?? "", questions.environment)}
${ownMask}
${retried(`/bin/sh "$file" ${parameters.map(quote).join(" ")} > "$directory/output" 2>&1 < /dev/null`, wait)}
section ended "$code"
[ "$code" = 0 ] || ${lastWords('"$directory/output"')}
${folderRemoved}
if [ "$code" = 0 ]; then
${probeLines(marker, questions)}
fi
section end
`;
}

/**
 * An installation that was cut off leaves a lock whose owner is dead, and a removal leaves the link of a custom path that
 * leads nowhere; the installer never gets past either.
 */
const leftoversRemoved = `look_at_lock
if [ "$lock" = dead ]; then rm -f /tmp/oneagent.lock; fi
if [ -L ${agentDirectory} ] && [ ! -e ${agentDirectory} ]; then rm -f ${agentDirectory}; fi`;

/** The end of what a program said, in lines and in bytes: a line may be as long as it likes. */
const lastWords = (file: string): string => `tail -n 15 ${file} | tail -c 8000`;

/**
 * After a wait the agent must still be that of the same environment (`before`): who held the lock may have installed one, and
 * given it to another environment. What held no lock may have made it that of the wanted one (`after`). While its lock is held it
 * may tell nothing; then it is not changed here either.
 */
const unchanged = (before: string, after: string): string => `unchanged() {
  now=
  if [ -x ${agentControl} ]; then now=$(${agentControl} --get-tenant 2>/dev/null < /dev/null); fi
  case $now in ${quote(before)} | ${quote(before)}[!A-Za-z0-9_-]*) return ;; esac
  if [ "$code" != ${locked} ]; then
    case $now in ${quote(after)} | ${quote(after)}[!A-Za-z0-9_-]*) return ;; esac
  fi
  if [ -z "$now" ]; then
    look_at_lock
    if [ "$lock" = held ]; then return; fi
  fi
  section failed changed
  exit 0
}`;

/** What an installer makes is for all users of the host, as if it were run by hand; only what it is run from is private. */
const ownMask = "umask 022";

/** Removes the agent with its own script. `tenant`: the environment that it is of; null: of none. */
export function uninstallScript(marker: string, wait: LockWait, tenant: string | null): string {
  return `${prelude(marker)}
${privateFolder}
${lockLook}
${unchanged(tenant ?? "", "")}
[ -f ${agentDirectory}/agent/uninstall.sh ] || { section failed no-uninstaller; exit 0; }
${retried(`/bin/sh ${agentDirectory}/agent/uninstall.sh > "$directory/output" 2>&1 < /dev/null`, wait)}
section ended "$code"
if [ "$code" != 0 ]; then ${lastWords('"$directory/output"')}; fi
section end
`;
}

/** One oneagentctl call for all settings, so that the agent restarts once. */
export function configureScript(marker: string, parameters: readonly string[]): string {
  return `${prelude(marker)}
output=$(${agentControl} ${parameters.map(quote).join(" ")} --restart-service 2>&1 < /dev/null)
section ended $?
printf '%s\\n' "$output" | ${lastWords("")}
section end
`;
}

/** Removes the folders that scripts of this user left whose processes are gone, and tells whether any works; its own goes with it. */
export function cleanUpScript(marker: string): string {
  return `${prelude(marker)}
${privateFolder}
section ended 0
section others "$others"
section end
`;
}

/** Restarts the service where nothing else has to change. */
export function restartScript(marker: string): string {
  return `${prelude(marker)}
if command -v systemctl >/dev/null 2>&1 && systemctl restart oneagent 2>/dev/null; then code=0
elif command -v service >/dev/null 2>&1 && service oneagent restart >/dev/null 2>&1; then code=0
else ${agentDirectory}/agent/initscripts/oneagent start >/dev/null 2>&1 < /dev/null; code=$?; fi
section ended "$code"
section end
`;
}

/**
 * Ends the script where dtsync is gone: nobody would see what came of it, and what it was asked for may no longer be wanted. A
 * connection that has ended takes no more output.
 */
const stillThere = "section waiting || exit 1";

/** Runs a command again where that can help, and the agent is `unchanged`. */
function retried(command: string, wait: LockWait): string {
  return `tries=0
while :; do
  if [ "$tries" -gt 0 ]; then ${stillThere}; unchanged; fi
  ${command}
  code=$?
  tries=$((tries + 1))
  case $code in
    ${locked}) [ "$tries" -lt ${wait.tries} ] || break; sleep ${wait.seconds} ;;
    2 | 3 | ${endedBySignal}) [ "$tries" -lt 2 ] || break; sleep ${wait.seconds} ;;
    *) break ;;
  esac
done`;
}
