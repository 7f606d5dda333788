import { shellQuote } from "./shell-quote.ts";

/** Posts standard input to the address in its argument and prints the status, or 000 when no answer came. */
const postProgram = [
  "const chunks=[];",
  'process.stdin.on("data",(c)=>chunks.push(c)).on("end",()=>{',
  "const body=Buffer.concat(chunks);const url=new URL(process.argv[1]);",
  'const request=require(url.protocol==="https:"?"https":"http").request(url,{method:"POST",',
  'rejectUnauthorized:false,timeout:5000,headers:{"content-type":"application/json","content-length":body.length}},',
  '(answer)=>{answer.resume();answer.on("end",()=>process.stdout.write(String(answer.statusCode)))});',
  'request.on("timeout",()=>request.destroy());request.on("error",()=>process.stdout.write("000"));request.end(body)})',
].join("");

/** The same in bash, for an address of plain HTTP that has a port. */
const postPlainly = `body=$(</dev/stdin)
rest=\${1#*://}
place=\${rest%%/*}
exec 3<>"/dev/tcp/\${place%:*}/\${place##*:}" || exit
printf '%s\\r\\n' "POST /\${rest#*/} HTTP/1.1" "Host: $place" 'Connection: close' 'Content-Type: application/json' \\
  "Content-Length: \${#body}" '' >&3
printf %s "$body" >&3
read -r -t 5 protocol status reason <&3
printf %s "\${status:-000}"`;

/**
 * Shell functions shared by the programs of the stand-in agent: paths, switches, settings files, the connection.
 * What bash cannot post to the communication endpoint the Node.js program `nodePath` does, unless DTSYNC_STAND_IN_NODE names
 * another.
 */
export function agentLibrary(nodePath: string | undefined): string {
  return `# Shared by the programs of the simulated agent.
# Starting a program costs far more than all else that these do, so what the shell can do itself it does.
LC_ALL=C
export LC_ALL
umask 022
NODE=${shellQuote(nodePath ?? "")}
[ -z "\${DTSYNC_STAND_IN_NODE:-}" ] || NODE=$DTSYNC_STAND_IN_NODE
POST_PROGRAM=${shellQuote(postProgram)}
POST_PLAINLY=${shellQuote(postPlainly)}
ROOT=\${DTSYNC_STAND_IN_ROOT:-}
CONTROL=\${DTSYNC_STAND_IN_CONTROL:-$ROOT}
COUNTERS=$CONTROL/var/lib/dtsync-stand-in
INSTALL=$ROOT/opt/dynatrace/oneagent
AGENT=$INSTALL/agent
DATA=$ROOT/var/lib/dynatrace/oneagent
CONFIG=$DATA/agent/config
RUNTIME=$DATA/agent/runtime
LOCK=$ROOT/tmp/oneagent.lock
HOST=\${DTSYNC_STAND_IN_HOST:-$(hostname)}
MACHINE=\${DTSYNC_STAND_IN_MACHINE:-$(uname -m)}

is_superuser() {
  [ "\${DTSYNC_STAND_IN_SUPERUSER:-}" = 1 ] || [ "$(id -u)" = 0 ]
}

# Without one of the two variables this machine is no simulated host, and nothing on it may be touched.
is_simulated() {
  [ -n "$CONTROL" ]
}

# Every KEY=VALUE of the switches file becomes SWITCH_KEY.
load_switches() {
  [ -r "$CONTROL/etc/dtsync-stand-in.conf" ] || return 0
  while IFS= read -r switch_line || [ -n "$switch_line" ]; do
    switch_name=\${switch_line%%=*}
    case $switch_line in [A-Z]*=*) ;; *) continue ;; esac
    case $switch_name in *[!A-Z_]*) continue ;; esac
    eval "SWITCH_$switch_name=\\\${switch_line#*=}"
  done <"$CONTROL/etc/dtsync-stand-in.conf"
}

# in_folder FILE: makes the folder that it is to be in.
in_folder() {
  [ -d "\${1%/*}" ] || mkdir -p "\${1%/*}"
}

# count NAME: adds one to a counter that tests read.
count() {
  in_folder "$COUNTERS/$1"
  counted=0
  [ ! -r "$COUNTERS/$1" ] || read -r counted <"$COUNTERS/$1"
  echo $((counted + 1)) >"$COUNTERS/$1"
}

# exit_code_injected: true while EXIT_CODE is to be used; counts its uses.
exit_code_injected() {
  [ -n "\${SWITCH_EXIT_CODE:-}" ] || return 1
  if [ -n "\${SWITCH_EXIT_CODE_TIMES:-}" ]; then
    used=0
    [ ! -r "$COUNTERS/exit-code-uses" ] || read -r used <"$COUNTERS/exit-code-uses"
    [ "$used" -lt "$SWITCH_EXIT_CODE_TIMES" ] || return 1
  fi
  count exit-code-uses
}

# take_lock NAME: false when another process holds the lock. Whether the holder still lives is not looked at.
take_lock() {
  in_folder "$LOCK"
  set -C
  { printf '%s\\n%s\\n' "$$" "$1" >"$LOCK"; } 2>/dev/null
  lock_taken=$?
  set +C
  return $lock_taken
}

# read_value FILE KEY: sets VALUE.
read_value() {
  VALUE=
  [ -r "$1" ] || return 1
  value_found=1
  while IFS= read -r value_line || [ -n "$value_line" ]; do
    case $value_line in "$2="*) VALUE=\${value_line#*=} value_found=0 ;; esac
  done <"$1"
  return $value_found
}

# write_value FILE KEY VALUE: nobody ever sees half of a file.
write_value() {
  in_folder "$1"
  umask 007
  if read_value "$1" "$2"; then
    {
      while IFS= read -r value_line; do
        case $value_line in "$2="*) ;; *) printf '%s\\n' "$value_line" ;; esac
      done <"$1"
      [ -z "$3" ] || printf '%s=%s\\n' "$2" "$3"
    } >"$1.new" && mv -f "$1.new" "$1"
  elif [ -n "$3" ]; then
    printf '%s=%s\\n' "$2" "$3" >>"$1"
  fi
  umask 022
}

# has_line FILE TEXT
has_line() {
  [ -r "$1" ] || return 1
  while IFS= read -r file_line || [ -n "$file_line" ]; do
    [ "$file_line" != "$2" ] || return 0
  done <"$1"
  return 1
}

# version_number VERSION: sets NUMBER to something that compares as major.minor.revision do.
version_number() {
  IFS=. read -r major minor revision version_rest <<EOV
$1
EOV
  NUMBER=$(((\${major:-0} * 1000000 + \${minor:-0}) * 1000000 + \${revision:-0}))
}

service_is_running() {
  running=
  [ ! -r "$CONFIG/agent.state" ] || read -r running <"$CONFIG/agent.state"
  [ "$running" = RUNNING ]
}
`;
}
