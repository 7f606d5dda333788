import type { Command } from "commander";
import type { Context } from "../application/context.ts";
import { type KnownNames, knownNames, noNames } from "../application/known-names.ts";
import { loadOptions } from "../application/load-declared.ts";
import { type ExitCode, exitCodes } from "../errors.ts";
import { openCacheFolder } from "../state/cache-folder.ts";
import { type Candidate, type Expected, expectedHere } from "./completion/expected-here.ts";
import { offerFor } from "./completion/offer.ts";
import { type Shell, shells } from "./completion/scripts.ts";
import { readTypedLine, type TypedLine, wordsOfProgram } from "./completion/typed-line.ts";
import { writeOffer, writeOfferForBash } from "./completion/write-offer.ts";
import { commonOptions } from "./options/common-options.ts";
import { oneOf } from "./options/raw-options.ts";
import { visibleCommands } from "./usage/help-layout.ts";

/**
 * What the scripts of shells call at each press of Tab. It sends nothing, runs nothing of the inventory, writes nothing but the
 * cache, and says nothing of what is wrong: somebody is typing.
 *
 * `given`: `--`, then for bash the line, the position of the cursor in it and the current word as bash has it; else the words of the line up
 * to the cursor.
 */
export async function complete(
  program: Command,
  shell: string,
  given: readonly string[],
  context: Context,
): Promise<ExitCode> {
  try {
    context.output.out(await answer(program, oneOf("the shell", shell, shells), given, context));
  } catch {
    // As good as nothing to offer.
  }
  return exitCodes.done;
}

async function answer(program: Command, shell: Shell, given: readonly string[], context: Context): Promise<string> {
  const [, ...words] = given;
  const [line = "", point = "", current = ""] = words;
  const typed = shell === "bash" ? readTypedLine(line.slice(0, Number(point))) : readLastWord(words, shell);
  if (typed === null) return "";
  const expected = expectedHere(program, wordsOfProgram(typed.words));
  const offer = offerFor(expected, await namesFor(expected, context), await topicsFor(expected, program));
  return shell === "bash" ? writeOfferForBash(offer, typed, current) : writeOffer(offer);
}

/** fish gives the last word as it stands in the line, zsh without quotes. */
function readLastWord(words: readonly string[], shell: Shell): TypedLine | null {
  const last = words.at(-1) ?? "";
  if (shell === "zsh") return { words, raw: last, quote: null };
  const read = readTypedLine(last);
  return read && { ...read, words: [...words.slice(0, -1), read.words.at(-1) ?? ""] };
}

/** The inventory is looked into only where its names are asked for. */
async function namesFor({ value, before }: Expected, context: Context): Promise<KnownNames> {
  if (value.kind !== "items" && value.kind !== "targets") return noNames;
  const { variables, version } = context;
  const options = await commonOptions({ inventory: inventoryGiven(before, variables["HOME"] ?? "~") }, variables);
  return knownNames(loadOptions(options, context), openCacheFolder(variables), version);
}

/** What `dtsync help` takes, codes and settings aside: they are too many. */
async function topicsFor({ value }: Expected, program: Command): Promise<readonly Candidate[]> {
  if (value.kind !== "topics") return [];
  const { readPages } = await import("../application/documentation.ts");
  const commands = visibleCommands(program).map((command) => [command.name(), command.description()] as const);
  const pages = readPages().map(({ topic, title }) => [topic, title] as const);
  return [...commands, ...pages].map(([text, about]) => ({ text, about, open: false }));
}

/** The folder of the last `--inventory`; a shell would put the home in place of `~`. */
function inventoryGiven(words: readonly string[], home: string): string | undefined {
  const given = words.flatMap((word, index) => {
    if (word === "--inventory") return words[index + 1] ?? [];
    return word.startsWith("--inventory=") ? word.slice("--inventory=".length) : [];
  });
  return given.at(-1)?.replace(/^~(?=\/|$)/, home);
}
