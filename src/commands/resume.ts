import type { ChangeOptions } from "../application/change-inventory.ts";
import type { Context } from "../application/context.ts";
import { declareResumed } from "../application/declare-items.ts";
import { printChange } from "../application/print-change.ts";
import type { ExitCode } from "../errors.ts";

/** Declares that an environment is changed again. */
export const resume = async (id: string, options: ChangeOptions, context: Context): Promise<ExitCode> =>
  printChange(await declareResumed(id, options, context), options, context);
