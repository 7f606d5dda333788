import type { Command, Option } from "commander";
import { type ValueKind, valueOfArgument, valueOfOption } from "./value-kinds.ts";

/** Something that may stand where the cursor is. */
export interface Candidate {
  readonly text: string;
  /** What it is, in a few words. */
  readonly about: string;
  /** Whether it is only a beginning, behind which the word goes on. */
  readonly open: boolean;
}

/** What is expected in the last word: a value of a kind, or one of some candidates. */
export interface Expected {
  /** The part of the word that stays as it is, for example `--format=`. */
  readonly kept: string;
  /** The part that is to be completed. */
  readonly text: string;
  readonly value: ValueKind | { readonly kind: "candidates"; readonly candidates: readonly Candidate[] };
  /** Words before, of the same command. */
  readonly before: readonly string[];
}

/** What the definitions of the program expect in the last of the words that follow its name. */
export function expectedHere(program: Command, words: readonly string[]): Expected {
  const [name, ...rest] = words;
  const text = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const nothing: Expected = { kept: "", text, value: { kind: "nothing" }, before };
  if (name === undefined || words.length === 1) {
    const candidates = text.startsWith("-") ? optionsOf(program, []) : commandsOf(program);
    return { ...nothing, value: { kind: "candidates", candidates } };
  }
  const command = program.commands.find((candidate) => candidate.name() === name);
  return command === undefined ? nothing : expectedOf(command, rest, program, nothing);
}

function expectedOf(command: Command, words: readonly string[], program: Command, nothing: Expected): Expected {
  const { text } = nothing;
  const given: string[] = [];
  let positional = 0;
  let optionsEnded = false;
  let waiting: Option | null = null;
  for (const [index, word] of words.slice(0, -1).entries()) {
    if (waiting !== null) waiting = null;
    else if (!optionsEnded && word === "--") optionsEnded = true;
    else if (!optionsEnded && word.startsWith("-")) {
      const flag = word.replace(/=.*$/s, "");
      given.push(flag);
      const option = optionNamed(command, flag);
      waiting = option && !word.includes("=") && valueOfOption(option) !== null ? option : null;
    } else {
      if (argumentAt(command, positional)?.kind === "program") return ofProgram(program, words.slice(index), nothing);
      positional += 1;
    }
  }
  if (waiting !== null) return { ...nothing, value: valueOfOption(waiting) ?? nothing.value };
  if (!optionsEnded && /^--[^=]+=/.test(text)) {
    const [kept = ""] = /^[^=]+=/.exec(text) ?? [];
    const option = optionNamed(command, kept.slice(0, -1));
    const value = option === undefined ? null : valueOfOption(option);
    return { ...nothing, kept, text: text.slice(kept.length), value: value ?? nothing.value };
  }
  if (!optionsEnded && text.startsWith("-")) {
    return { ...nothing, value: { kind: "candidates", candidates: optionsOf(command, given) } };
  }
  return { ...nothing, value: argumentAt(command, positional) ?? nothing.value };
}

/** What a command calls: dtsync itself as anywhere, of others the files alone. */
function ofProgram(program: Command, words: readonly string[], nothing: Expected): Expected {
  return words[0] === "dtsync" ? expectedHere(program, words.slice(1)) : { ...nothing, value: { kind: "files" } };
}

function argumentAt(command: Command, position: number): ValueKind | undefined {
  const { registeredArguments } = command;
  const last = registeredArguments.at(-1);
  const argument = registeredArguments[position] ?? (last?.variadic ? last : undefined);
  return argument && valueOfArgument(argument);
}

const optionNamed = (command: Command, flag: string): Option | undefined =>
  command.options.find(({ long, short }) => long === flag || short === flag);

const commandsOf = (program: Command): readonly Candidate[] =>
  program
    .createHelp()
    .visibleCommands(program)
    .map((command) => ({ text: command.name(), about: command.description(), open: false }));

/** Without those that are given already and make no sense twice. */
function optionsOf(command: Command, given: readonly string[]): readonly Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .filter(
      ({ long, short, parseArg }) => parseArg !== undefined || !given.some((flag) => flag === long || flag === short),
    )
    .map(({ long, short, description }) => ({ text: long ?? short ?? "", about: description, open: false }));
}
