import type { Context } from "../application/context.ts";
import { type ExitCode, exitCodes } from "../errors.ts";
import { completionScripts, type Shell } from "./completion/scripts.ts";

/** Prints the script with which a shell completes dtsync. */
export function completion(shell: Shell, context: Context): ExitCode {
  context.output.out(completionScripts[shell]);
  return exitCodes.done;
}
