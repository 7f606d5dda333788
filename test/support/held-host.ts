import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HostFiles } from "../../src/sandbox/hosts/host-files.ts";
import { standInCommandFolder } from "../../src/sandbox/hosts/stand-in-commands.ts";
import type { ScriptOfHost } from "./scripted-host.ts";

/** Where a host stops and waits: before one of the scripts that dtsync runs there, or in the middle of its installer. */
export type Halt = { readonly before: Exclude<ScriptOfHost, "restart">; readonly nth: number } | "in the installer";

/** A simulated host that waits where it is told, so that a test need not guess how long something takes. */
export interface HeldHost {
  halt(where: Halt): void;
  /** Whether it waits there. */
  isHalted(): boolean;
  /** Lets it go on, and halts it no more. */
  release(): void;
}

/** Seconds of work with which the installer is told to wait. */
export const heldDuration = 4711;

/** Takes the places of `sudo`, which each script goes through, and of `sleep`. */
export function holdable({ root }: Pick<HostFiles, "root">): HeldHost {
  const commands = join(root, standInCommandFolder);
  const [halt, halted] = [join(root, "etc/halt"), join(root, "etc/halted")];
  const wait = `: >${halted}
  while [ -e ${halt} ]; do /bin/sleep 0.05; done
  rm -f ${halted}`;
  renameSync(join(commands, "sudo"), join(commands, "sudo-of-host"));
  writeFileSync(
    join(commands, "sudo"),
    `#!/bin/sh
case "$*" in
  *Dynatrace-OneAgent-Linux.sh*) script=install ;;
  *uninstall.sh*) script=uninstall ;;
  *--get-tenant*) script=probe ;;
  *) script=configure ;;
esac
echo >>${root}/var/lib/dtsync-stand-in/script-$script
if [ -e ${halt} ] && [ "$(cat ${halt})" = "$script $(wc -l <${root}/var/lib/dtsync-stand-in/script-$script)" ]; then
  ${wait}
fi
exec ${join(commands, "sudo-of-host")} "$@"
`,
    { mode: 0o755 },
  );
  writeFileSync(
    join(commands, "sleep"),
    `#!/bin/sh
[ "$1" = ${heldDuration} ] || exec /bin/sleep "$@"
${wait}
`,
    { mode: 0o755 },
  );
  return {
    halt: (where) =>
      writeFileSync(halt, where === "in the installer" ? "installer\n" : `${where.before} ${where.nth}\n`),
    isHalted: () => existsSync(halted),
    release: () => rmSync(halt, { force: true }),
  };
}
