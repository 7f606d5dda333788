import { HostError } from "../../../ssh/host-error.ts";
import type { CommandResult } from "../../../ssh/shell.ts";

/** What cmd.exe says of the first word of a script, in its languages as far as they are known, or of its length; and PowerShell. */
const wordsOfWindows =
  /is not recognized as (?:an internal or external command|(?:the |a )?name of a cmdlet)|The command line is too long|ist entweder falsch geschrieben|n'est pas reconnu en tant que commande interne|no se reconoce como un comando interno|riconosciuto come comando interno|\bCommandNotFoundException\b|\bParserError\b/;

/** Why a host whose shell is none of Unix cannot be judged; null: its answer does not tell that. */
export function foreignShell({ stdout, stderr }: Pick<CommandResult, "stdout" | "stderr">): HostError | null {
  if (!wordsOfWindows.test(`${stderr}\n${stdout}`)) return null;
  return new HostError("unsupported-system", "it runs Windows (its shell says so), and dtsync deploys to Linux only");
}
