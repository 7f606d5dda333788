import type { Command } from "commander";
import { oneOf } from "./raw-options.ts";

/** Throws an OptionError where an option with one word has another than this command takes. */
export function checkChoices(command: Command): void {
  for (const option of command.options) {
    const value: unknown = command.getOptionValue(option.attributeName());
    if (option.argChoices && typeof value === "string") oneOf(option.long ?? option.flags, value, option.argChoices);
  }
}
