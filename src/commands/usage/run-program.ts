import { type Command, CommanderError } from "commander";
import { type DtsyncError, usageError } from "../../errors.ts";
import { OptionError } from "../options/option-error.ts";
import { usageMistake } from "./usage-mistake.ts";

/**
 * Runs the command that the words name. Throws a DtsyncError for words that no command takes, with a hint where its options
 * are described; help and version are printed and end without one.
 */
export async function runProgram(program: Command, words: readonly string[]): Promise<void> {
  const command = program.commands.find((candidate) => candidate.name() === words[0]) ?? program;
  try {
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    if (error instanceof OptionError) throw withHelp(error.message, error.hint, command);
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return;
    const { message, hint } = usageMistake(error, command, words);
    throw withHelp(message, hint, command);
  }
}

function withHelp(message: string, hint: string | null, command: Command): DtsyncError {
  const where = command.parent
    ? `dtsync ${command.name()} --help lists the options`
    : "dtsync --help lists the commands";
  if (hint === null) return usageError(message, where);
  return usageError(message, `${hint}${hint.endsWith("?") ? "" : ";"} ${where}`);
}
