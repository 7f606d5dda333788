import type { SshSettings } from "../../../model/inventory.ts";
import { asRoot, inputOf, newMarker, prelude, type Section } from "../../../ssh/remote-script.ts";
import type { Ending } from "../../../ssh/shell.ts";
import { startOf } from "./private-folder.ts";

/**
 * What ends a script that only asks, with all that it has started: a program that hangs would stay on the host for ever, and
 * one more with each plan. The script costs nothing for it as long as nothing hangs, because nobody watches it there. Null: it did
 * not tell its process, so that nobody knows what to end.
 */
export function endingOf(sections: ReadonlyMap<string, Section>, become: SshSettings["become"]): Ending | null {
  const [process = "", started = ""] = sections.get("process")?.words ?? [];
  if (!/^\d{1,10}$/.test(process) || !/^\d{1,20}$/.test(started)) return null;
  const call = asRoot(endScript(process, started), become);
  const stdin = inputOf(call, undefined);
  return { command: call.command, ...(stdin === undefined ? {} : { stdin }) };
}

/** Processes are found by their parents, because there need be no `ps`. What does not end when it is asked to is killed. */
const endScript = (process: string, started: string): string => `${prelude(newMarker())}
${startOf}
start_of ${process}
[ "$started" = ${started} ] || exit 0
family=" ${process} "
found=yes
while [ "$found" = yes ]; do
  found=no
  for entry in /proc/[0-9]*; do
    number=\${entry#/proc/}
    case $family in *" $number "*) continue ;; esac
    IFS= read -r line 2>/dev/null < "$entry/stat" || continue
    set -- \${line##*) }
    case $family in *" $2 "*) family="$family$number "; found=yes ;; esac
  done
done
kill $family 2>/dev/null
sleep 1
kill -KILL $family 2>/dev/null`;
