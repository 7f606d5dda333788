import { Argument, type Command, Option } from "commander";
import { oneOf } from "./raw-options.ts";

/**
 * An option that takes a few words, `words`. They are kept as commander's own choices, from where completion has them, but
 * commander does not check them: who reads the option does, in the words of dtsync.
 */
export function choiceOption(flags: string, description: string, words: readonly string[]): Option {
  const option = new Option(flags, description);
  option.argChoices = [...words];
  return option;
}

/** The same for an argument. */
export function choiceArgument(name: string, words: readonly string[]): Argument {
  const argument = new Argument(name, words.join(", "));
  argument.argChoices = [...words];
  return argument;
}

/** Throws an OptionError where an option with one word has another than this command takes. */
export function checkChoices(command: Command): void {
  for (const option of command.options) {
    const value: unknown = command.getOptionValue(option.attributeName());
    if (option.argChoices && typeof value === "string") oneOf(option.long ?? option.flags, value, option.argChoices);
  }
}
