import type { Context } from "../application/context.ts";
import { declareItem } from "../application/declare-items.ts";
import { printChange } from "../application/print-change.ts";
import type { ExitCode } from "../errors.ts";
import type { AddOptions } from "./options/add-options.ts";

/** Declares an environment or hosts in the files of the inventory. */
export const add = async (options: AddOptions, context: Context): Promise<ExitCode> =>
  printChange(await declareItem(options.item, options, context), options, context);
