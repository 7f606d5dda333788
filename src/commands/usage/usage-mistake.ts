import type { Command, CommanderError } from "commander";
import { didYouMean } from "../options/raw-options.ts";
import { commandHelp } from "./command-help.ts";
import { visibleCommands } from "./help-layout.ts";

interface Mistake {
  readonly message: string;
  /** What may have been meant; null: nothing is near. */
  readonly hint: string | null;
}

/** What is wrong with words that commander does not take. It says what it found in its message alone. */
export function usageMistake({ code, message }: CommanderError, command: Command, words: readonly string[]): Mistake {
  const program = command.parent ?? command;
  const quoted = /'(.*?)'/s.exec(message)?.[1] ?? "";
  switch (code) {
    case "commander.unknownCommand":
      return unknownCommand(quoted, program);
    case "commander.unknownOption":
      return unknownOption(quoted.replace(/=.*$/s, ""), command, program, words);
    case "commander.excessArguments":
      return excessArgument(command);
    case "commander.missingArgument":
      return { message: `${called(command)} needs <${quoted}>`, hint: exampleOf(command) };
    case "commander.optionMissingArgument":
      return { message: `${quoted} needs a value`, hint: null };
    case "commander.help":
      return { message: "no command was given", hint: null };
    default:
      return { message: message.replace(/^error: /, ""), hint: null };
  }
}

const called = (command: Command): string => (command.parent ? `dtsync ${command.name()}` : "dtsync");

function unknownCommand(word: string, program: Command): Mistake {
  const names = visibleCommands(program).map((command) => command.name());
  return { message: `there is no command ${word}`, hint: didYouMean(word, names) ?? null };
}

const longNames = (command: Command): readonly string[] => [
  ...command.options.flatMap(({ long }) => (long ? [long] : [])),
  "--help",
];

function unknownOption(flag: string, command: Command, program: Command, words: readonly string[]): Mistake {
  const message = `${called(command)} has no option ${flag}`;
  const owners = visibleCommands(program).filter((candidate) => longNames(candidate).includes(flag));
  if (command === program && owners.length > 0) {
    const meant = owners.find((owner) => words.includes(owner.name()))?.name() ?? "COMMAND";
    return { message, hint: `options follow the command, as in dtsync ${meant} ${flag}` };
  }
  const near = didYouMean(flag, longNames(command));
  if (near !== undefined) return { message, hint: near };
  const names = owners.map((owner) => `dtsync ${owner.name()}`);
  return { message, hint: names.length === 0 ? null : `${flag} belongs to ${names.join(", ")}` };
}

/** A word too many: the value of an option that was forgotten, or a call for help. */
function excessArgument(command: Command): Mistake {
  const word = command.args[command.registeredArguments.length] ?? "";
  const most = command.registeredArguments.length;
  const message =
    most === 0
      ? `${called(command)} takes no argument, but there is ${JSON.stringify(word)}`
      : `${called(command)} takes one argument, but there is ${JSON.stringify(word)} too`;
  const option = command.options.find(({ argChoices = [] }) => argChoices.includes(word));
  const has = (long: string): boolean => command.options.some((candidate) => candidate.long === long);
  const isPlain = /^[\w@%+:,./*?~-]+$/.test(word);
  if (!isPlain || most > 0 || word === "help") return { message, hint: null };
  if (option?.long) {
    const value = option.flags.includes("=") ? `${word}=FILE` : word;
    return { message, hint: `did you mean ${option.long} ${value}?` };
  }
  if (has("--out") && word.endsWith(".json")) {
    return { message, hint: `did you mean --out ${word}, or dtsync apply ${word}?` };
  }
  if (has("--target")) return { message, hint: `did you mean --target ${quotedGlob(word)}?` };
  if (/\.ya?ml$/i.test(word))
    return { message, hint: "it is always about the whole inventory, and --inventory names the folder" };
  return { message, hint: has("--inventory") ? `did you mean --inventory ${word}?` : null };
}

/** A shell would look for files of that name. */
const quotedGlob = (word: string): string => (/[*?]/.test(word) ? `'${word}'` : word);

const exampleOf = (command: Command): string | null => {
  const example = commandHelp[command.name()]?.examples[0];
  return example ? `for example ${example.line}` : null;
};
