import type { Command } from "commander";

/** Words that lead a command to a sandbox, under the option that a command has to have to take them. */
export type WordsForSandbox = Readonly<Record<string, readonly string[]>>;

/**
 * The words of a command line, with those that lead to a sandbox. Which command takes them is seen from its own options: a
 * list of commands would be short of the next one, and that one would ask real clusters. They stand directly after the
 * command, so that what the user gives comes later and wins.
 */
export function leadToSandbox(program: Command, words: readonly string[], added: WordsForSandbox): readonly string[] {
  const [name, ...rest] = words;
  const command = program.commands.find((each) => each.name() === name);
  if (name === undefined || command === undefined) return words;
  const taken = command.options.flatMap(({ long }) => (long == null ? [] : (added[long] ?? [])));
  return [name, ...taken, ...rest];
}
