// The scripts ask the hidden command `dtsync complete` and evaluate nothing that it answers. It is always the dtsync of the
// PATH: one that lies in a repository does not run before Enter is pressed.

const bash = `# Completion of dtsync for bash 3.2 and newer.
_dtsync() {
  local line first=
  COMPREPLY=()
  while IFS= read -r line; do
    if [ -z "$first" ]; then first=$line; else COMPREPLY+=("$line"); fi
  done < <(command dtsync complete bash -- "$COMP_LINE" "$COMP_POINT" "\${COMP_WORDS[COMP_CWORD]}" 2> /dev/null < /dev/null)
  case $first in
    files) compopt -o default 2> /dev/null ;;
    folders) compopt -o dirnames 2> /dev/null ;;
    open) compopt -o nospace 2> /dev/null ;;
  esac
}
complete -F _dtsync dtsync
`;

const zsh = `#compdef dtsync
# Completion of dtsync for zsh.
_dtsync() {
  local line
  local -a lines parts whole whole_shown open open_shown
  lines=("\${(@f)$(command dtsync complete zsh -- "\${(@Q)words[1,CURRENT-1]}" "\${(Q)PREFIX}" 2> /dev/null < /dev/null)}")
  parts=("\${(@ps:\\t:)lines[1]}")
  case $parts[1] in
    files) compset -P '*='; _files; return ;;
    folders) compset -P '*='; _files -/; return ;;
  esac
  for line in "\${(@)lines[2,-1]}"; do
    parts=("\${(@ps:\\t:)line}")
    line=$parts[1]
    (( $#line < 28 )) && line=\${(r:28:)line}
    if [[ $parts[3] == open ]]; then
      open+=("$parts[1]"); open_shown+=("$line  $parts[2]")
    else
      whole+=("$parts[1]"); whole_shown+=("$line  $parts[2]")
    fi
  done
  (( $#whole )) && compadd -l -d whole_shown -a -- whole
  (( $#open )) && compadd -l -S '' -d open_shown -a -- open
}
if [[ $funcstack[1] == _dtsync ]]; then _dtsync "$@"; else compdef _dtsync dtsync; fi
`;

const fish = `# Completion of dtsync for fish 3 and newer.
function __dtsync_complete
  set -l current (commandline -ct)
  set -l lines (command dtsync complete fish -- (commandline -opc) "$current" 2> /dev/null < /dev/null)
  set -l first (string split \\t -- $lines[1])
  set -l path (string sub --start (math (string length -- "$first[2]") + 1) -- "$current")
  switch "$first[1]"
    case files
      for found in (__fish_complete_path "$path")
        printf '%s%s\\n' "$first[2]" $found
      end
    case folders
      for found in (__fish_complete_directories "$path")
        printf '%s%s\\n' "$first[2]" $found
      end
  end
  for line in $lines[2..-1]
    set -l parts (string split \\t -- $line)
    printf '%s\\t%s\\n' "$parts[1]" "$parts[2]"
  end
end
complete --command dtsync --no-files --arguments '(__dtsync_complete)'
`;

/** By the name of the shell. */
export const completionScripts = { bash, zsh, fish } as const;

export type Shell = keyof typeof completionScripts;

export const shells = Object.keys(completionScripts) as readonly Shell[];
