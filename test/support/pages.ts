import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A block of code on a page. */
export interface Block {
  /** The language, and what follows it. */
  readonly info: string;
  readonly text: string;
  /** Where its first line of text is, from 1. */
  readonly line: number;
}

/** A command that a page shows, with the lines that a backslash continues. */
export interface Command {
  readonly text: string;
  readonly line: number;
}

/** The paths of all pages from the root of the repository. */
export const pagePaths: readonly string[] = [".", "docs"]
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)))
  .filter((path) => path.endsWith(".md"))
  .sort();

export const readPage = (path: string): string => readFileSync(join(root, path), "utf8");

/** Blocks may stand in an item of a list, with its indentation. */
const fence = /^( *)```([^\n]*)\n([\s\S]*?)^\1```$/gm;

export function blocksOf(text: string): readonly Block[] {
  return [...text.matchAll(fence)].map(({ 1: margin = "", 2: info = "", 3: content = "", index }) => ({
    info,
    text: content.replaceAll(new RegExp(`^${margin}`, "gm"), ""),
    line: text.slice(0, index).split("\n").length + 1,
  }));
}

export const withoutBlocks = (text: string): string => text.replace(fence, "");

export const inlineCode = (text: string): readonly string[] =>
  [...withoutBlocks(text).matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);

/** The commands of a block: every line of `sh` but comments, and the lines of `console` that follow a prompt. */
export function commandsOf({ info, text, line }: Block): readonly Command[] {
  const prompt = /^console\b/.test(info) ? "$ " : "";
  if (prompt === "" && !/^sh\b/.test(info)) return [];
  const commands: Command[] = [];
  let begun: Command | null = null;
  for (const [index, written] of text.split("\n").entries()) {
    if (begun === null && (!written.startsWith(prompt) || /^(?:#|$)/.test(written.slice(prompt.length)))) continue;
    const whole: string = begun === null ? written.slice(prompt.length) : begun.text + written.trimStart();
    const command: Command = { text: whole.replace(/\\$/, ""), line: begun?.line ?? line + index };
    begun = whole.endsWith("\\") ? command : null;
    if (begun === null) commands.push(command);
  }
  return commands;
}
