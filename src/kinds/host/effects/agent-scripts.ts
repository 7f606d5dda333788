import { prelude, quote } from "../../../ssh/remote-script.ts";
import { agentControl, agentDirectory, lockLooked } from "./probe-script.ts";

/** Exit codes of the installer after which trying again on the same host can help. */
const locked = 13;
const endedBySignal = 12;

/** Seconds between tries while another installation holds the lock, and how many. */
export interface LockWait {
  readonly seconds: number;
  readonly tries: number;
}

/**
 * Takes the installer from standard input and runs it. The folder is private and is removed however the script ends; if
 * dtsync is gone, a half transferred file is noticed by its size, and a running installation is finished first. The
 * installer's output goes to a file: a broken pipe would end it half-way.
 */
export function installScript(marker: string, size: number, parameters: readonly string[], wait: LockWait): string {
  return runInstaller(
    marker,
    `cat > "$file" || { section failed transfer; exit 0; }
received=$(wc -c < "$file" | tr -d ' ')
[ "$received" = ${size} ] || { section failed size "$received"; exit 0; }`,
    parameters,
    wait,
  );
}

/**
 * The same with the host fetching the file from the cluster. The token comes on the first line of standard input and the
 * certificate authorities, if any, after it: neither is ever an argument. The part of the file that is the same for all
 * environments must be the one that was checked before.
 */
export function pullScript(
  marker: string,
  download: { readonly url: string; readonly size: number; readonly sha256: string; readonly ca: boolean },
  parameters: readonly string[],
  wait: LockWait,
): string {
  const authority = (option: string) => (download.ca ? ` ${option} "$directory/ca.pem"` : "");
  return runInstaller(
    marker,
    `IFS= read -r token
cat > "$directory/ca.pem"
if command -v curl >/dev/null 2>&1; then
  printf 'header = "Authorization: Api-Token %s"\\n' "$token" |
    curl --config - --silent --show-error --fail --retry 3${authority("--cacert")} --output "$file" ${quote(download.url)} ||
    { section failed download; exit 0; }
elif command -v wget >/dev/null 2>&1; then
  printf 'header = Authorization: Api-Token %s\\n' "$token" > "$directory/wgetrc"
  wget --config="$directory/wgetrc" --quiet --tries=3${authority("--ca-certificate")} --output-document="$file" ${quote(download.url)} ||
    { section failed download; exit 0; }
else section failed no-downloader; exit 0; fi
if command -v sha256sum >/dev/null 2>&1; then sum=$(head -c ${download.size} "$file" | sha256sum | cut -d' ' -f1)
else sum=$(head -c ${download.size} "$file" | openssl dgst -sha256 | sed 's/.* //'); fi
[ "$sum" = ${download.sha256} ] || { section failed content; exit 0; }`,
    parameters,
    wait,
  );
}

function runInstaller(marker: string, transfer: string, parameters: readonly string[], wait: LockWait): string {
  return `${prelude(marker)}
umask 077
directory=$(mktemp -d "\${TMPDIR:-/tmp}/dtsync.XXXXXXXXXX") || { section failed directory; exit 0; }
trap 'rm -rf "$directory"' EXIT
trap 'exit 1' HUP INT TERM PIPE
file=$directory/Dynatrace-OneAgent-Linux.sh
${transfer}
${leftoversRemoved}
${retried(`/bin/sh "$file" ${parameters.map(quote).join(" ")} > "$directory/output" 2>&1 < /dev/null`, wait)}
section ended "$code"
${lastWords('"$directory/output"')}
section end
`;
}

/**
 * An installation that was cut off leaves a lock whose owner is dead, and a removal leaves the link of a custom path that
 * leads nowhere; the installer never gets past either.
 */
const leftoversRemoved = `${lockLooked}
if [ "$lock" = dead ]; then rm -f /tmp/oneagent.lock; fi
if [ -L ${agentDirectory} ] && [ ! -e ${agentDirectory} ]; then rm -f ${agentDirectory}; fi`;

/** The end of what a program said, in lines and in bytes: a line may be as long as it likes. */
const lastWords = (file: string): string => `tail -n 15 ${file} | tail -c 8000`;

/** Removes the agent with its own script. */
export function uninstallScript(marker: string, wait: LockWait): string {
  return `${prelude(marker)}
umask 077
output=$(mktemp "\${TMPDIR:-/tmp}/dtsync.XXXXXXXXXX") || { section failed directory; exit 0; }
trap 'rm -f "$output"' EXIT
trap 'exit 1' HUP INT TERM PIPE
[ -f ${agentDirectory}/agent/uninstall.sh ] || { section failed no-uninstaller; exit 0; }
${retried(`/bin/sh ${agentDirectory}/agent/uninstall.sh > "$output" 2>&1 < /dev/null`, wait)}
section ended "$code"
${lastWords('"$output"')}
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

function retried(command: string, wait: LockWait): string {
  return `tries=0
while :; do
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
