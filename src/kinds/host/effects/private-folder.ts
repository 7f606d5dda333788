/**
 * A script makes a folder for it alone, which is removed however the script ends. Its name tells the process that it is of, by
 * its number and its start, so that the folder of one that was killed can be told.
 */

/** Defines what tells when the process with a number was started: `$started`, empty where nobody knows. */
export const startOf = `start_of() {
  started=
  IFS= read -r line 2>/dev/null < "/proc/$1/stat" || return 0
  set -- \${line##*) }
  started=\${20:-}
}`;

/** Lines that say which process a script is of. They need `start_of`. */
export const tellProcess = `start_of $$
section process $$ "$started"`;

/**
 * Lines of a script that look for the folders of such as were killed, and remove them where that is wanted. Anybody can put
 * anything into a folder for temporary files, so only what is a folder, no link, of this user and of that form counts. `$others`
 * is `working` where a process is still there that has one; `$left_over` is `there` where one stays whose process is gone.
 */
export const leftFolders = (removes: boolean): string => `temporary=\${TMPDIR:-/tmp}
${startOf}
others=none
left_over=none
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
    ${removes ? 'rm -rf "$left" && continue\n    ' : ""}left_over=there
  fi
done`;

/** Lines of a script that make its own folder, `$directory`, after those of scripts that were killed are removed. */
export const privateFolder = `umask 077
${leftFolders(true)}
${tellProcess}
directory=$(mktemp -d "$temporary/dtsync.$$.\${started:-0}.XXXXXXXXXX") || { section failed directory; exit 0; }
trap 'rm -rf "$directory"' EXIT
trap 'exit 1' HUP INT TERM PIPE`;

/** Removes it before the end: what comes then may hang, and would keep the installer there. */
export const folderRemoved = `rm -rf "$directory"
trap - EXIT HUP INT TERM PIPE`;
