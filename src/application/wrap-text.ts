import { createRequire } from "node:module";
import { stripVTControlCharacters } from "node:util";
import { displayWidth } from "../lib/display-width.ts";

/** The library is loaded for the first line that is too long, which most commands never write. */
const require = createRequire(import.meta.url);
const wrap: typeof import("wrap-ansi").default = (...given) => require("wrap-ansi").default(...given);

/**
 * Text with lines of at most this many columns, broken between words; null: as it is. What a line goes on with stands below
 * the second column of a table, below the text of a list's item, else a little further in than the line. A word that is
 * longer than a line stays whole, so that it can be copied, and so do lines that are made to be copied (commands, options)
 * or have something below them (lines of files).
 */
export function wrapText(text: string, columns: number | null): string {
  if (columns === null) return text;
  return text
    .split("\n")
    .map((line) => wrapLine(line, columns))
    .join("\n");
}

/** A line of at most this many columns, of which the end is left out where it is longer. */
export function cutLine(line: string, columns: number): string {
  if (displayWidth(stripVTControlCharacters(line)) <= columns) return line;
  const [start = ""] = wrap(line, columns - 1, { hard: true, wordWrap: false, trim: false }).split("\n");
  return `${start}…`;
}

/** Options in a table with what they do are none to copy. */
const stayWhole = /^\s*(?:\$ |--(?!.*\S {2,}\S)|\d* *\| )/;

function wrapLine(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line);
  if (displayWidth(plain) <= columns || stayWhole.test(plain)) return line;
  const lead = leadOf(plain, columns);
  const at = indexInStyled(line, lead.taken);
  const goOn = `\n${" ".repeat(lead.indentation)}`;
  return `${line.slice(0, at)}${wrap(line.slice(at), columns - lead.indentation).replaceAll("\n", goOn)}`;
}

/** How much of a line comes before the text that is broken, in characters, and how far in that goes on, in columns. */
function leadOf(plain: string, columns: number): { readonly taken: number; readonly indentation: number } {
  for (const lead of [/^ *\S+(?: \S+)* {2,}(?=\S)/, /^ *[-+~»•·✔✖!] +/]) {
    const found = lead.exec(plain)?.[0] ?? "";
    const width = displayWidth(found);
    if (width > 0 && width <= columns / 2) return { taken: found.length, indentation: width };
  }
  const blanks = /^ */.exec(plain)?.[0].length ?? 0;
  return { taken: blanks, indentation: Math.min(blanks + 2, Math.floor(columns / 2)) };
}

/** Where in a text with styles this many of its visible characters have passed. */
function indexInStyled(text: string, characters: number): number {
  const style = /\u001b\[[\d;]*m/y;
  let index = 0;
  for (let passed = 0; passed < characters; ) {
    style.lastIndex = index;
    const [code] = style.exec(text) ?? [];
    if (code === undefined) passed += 1;
    index += code?.length ?? 1;
  }
  return index;
}
