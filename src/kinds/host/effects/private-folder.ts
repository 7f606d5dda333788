/**
 * Lines of a script that make a folder for it alone, `$directory`, which is removed however the script ends. Its name tells
 * the process that it is of, so that what one left that was killed is removed by the next script of the same user: a process
 * is known by its number and its start, and by its number alone where the system (AIX) does not say more. Anybody can put
 * anything into a folder for temporary files, so only what is a folder, no link, of this user and of that form counts. `$others` is
 * `working` where a process is still there that has one.
 */
export function privateFolder(marker: string): string {
  // Where there is no mktemp, a name that nobody can know long before.
  const unguessed = marker.replace(/[^0-9a-z]/gi, "");
  return `umask 077
temporary=\${TMPDIR:-/tmp}
start_of() {
  started=
  IFS= read -r line 2>/dev/null < "/proc/$1/stat" || return 0
  set -- \${line##*) }
  started=\${20:-}
}
others=none
for left in "$temporary"/dtsync.*.*.*; do
  if [ -d "$left" ] && [ ! -L "$left" ] && [ -O "$left" ]; then
    owner=\${left##*/dtsync.}
    born=\${owner#*.}
    born=\${born%%.*}
    owner=\${owner%%.*}
    case $owner/$born in /* | */ | *[!0-9/]*) continue ;; esac
    start_of "$owner"
    if [ "$born" != 0 ] && [ -n "$started" ]; then [ "$born" = "$started" ] && { others=working; continue; }
    elif kill -0 "$owner" 2>/dev/null; then others=working; continue; fi
    rm -rf "$left"
  fi
done
start_of $$
directory=$temporary/dtsync.$$.\${started:-0}
if command -v mktemp >/dev/null 2>&1; then directory=$(mktemp -d "$directory.XXXXXXXXXX")
else directory=$directory.${unguessed}; mkdir "$directory"; fi || { section failed directory; exit 0; }
trap 'rm -rf "$directory"' EXIT
trap 'exit 1' HUP INT TERM PIPE`;
}
