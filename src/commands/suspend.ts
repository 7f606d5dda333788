import type { Context } from "../application/context.ts";
import { declareSuspended } from "../application/declare-items.ts";
import { printChange } from "../application/print-change.ts";
import type { ExitCode } from "../errors.ts";
import type { SuspendOptions } from "./options/suspend-options.ts";

/** Declares that an environment is not changed for a while. */
export const suspend = async (options: SuspendOptions, context: Context): Promise<ExitCode> =>
  printChange(await declareSuspended(options.id, options, options, context), options, context);
