import type { SshSettings } from "../../../model/inventory.ts";
import { asRoot, inputOf, newMarker, prelude, type Section } from "../../../ssh/remote-script.ts";
import type { Ending } from "../../../ssh/shell.ts";
import { startOf } from "./private-folder.ts";

/**
 * Ends a script that only asks, together with everything it started. Without it a program that hangs would stay on the host, one more
 * after each plan. As long as nothing hangs it costs the host nothing, because nothing there watches the script. Null: the script
 * did not say which process it is, so there is nothing to end by.
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
