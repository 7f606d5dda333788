import type { Context } from "../application/context.ts";
import { type ExitCode, exitCodes } from "../errors.ts";
import { completionScripts, shells } from "./completion/scripts.ts";
import { oneOf } from "./options/raw-options.ts";

/** Prints the script with which a shell completes dtsync. Throws an OptionError for another shell. */
export function completion(shell: string, context: Context): ExitCode {
  context.output.out(completionScripts[oneOf("the shell", shell, shells)]);
  return exitCodes.done;
}
