import type { Context } from "../application/context.ts";
import { declareAbsent } from "../application/declare-items.ts";
import { printChange } from "../application/print-change.ts";
import type { ExitCode } from "../errors.ts";
import type { RemoveOptions } from "./options/remove-options.ts";

/** Declares hosts absent in the files of the inventory. */
export const remove = async (options: RemoveOptions, context: Context): Promise<ExitCode> =>
  printChange(await declareAbsent(options.hosts, options, context), options, context);
