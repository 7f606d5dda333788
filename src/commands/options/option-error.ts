import { DtsyncError, exitCodes } from "../../errors.ts";

/** An option or its value cannot be used. Whoever runs the command adds where its options are described. */
export class OptionError extends DtsyncError {
  constructor(message: string, hint?: string) {
    super(message, { exitCode: exitCodes.invalid, ...(hint === undefined ? {} : { hint }) });
    this.name = "OptionError";
  }
}
