import { type Command, CommanderError } from "commander";
import { type DtsyncError, usageError } from "../../errors.ts";
import { OptionError } from "../options/option-error.ts";
import { usageMistake } from "./usage-mistake.ts";

/** An error of words or options, with a hint where these are described; every other error as it is. */
export function explainUsage(error: unknown, program: Command, words: readonly string[]): unknown {
  const command = program.commands.find((candidate) => candidate.name() === words[0]) ?? program;
  if (error instanceof OptionError) return withHelp(error.message, error.hint, command);
  if (!(error instanceof CommanderError)) return error;
  const { message, hint } = usageMistake(error, command, words);
  return withHelp(message, hint, command);
}

function withHelp(message: string, hint: string | null, command: Command): DtsyncError {
  const where = command.parent
    ? `dtsync ${command.name()} --help lists the options`
    : "dtsync --help lists the commands";
  if (hint === null) return usageError(message, where);
  return usageError(message, `${hint}${hint.endsWith("?") ? "" : ";"} ${where}`);
}
