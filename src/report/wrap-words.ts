import { displayWidth } from "../lib/display-width.ts";

/**
 * Text as lines of at most so many columns, broken between words, all but the first that much further in. A word that is longer
 * than a line is broken, too: a table or list below it would else lose its shape.
 */
export function wrapWords(text: string, columns: number, indentation: number): readonly string[] {
  const lines: string[] = [];
  let line = /^ */.exec(text)?.[0] ?? "";
  let isEmpty = true;
  const end = () => {
    lines.push(line);
    line = " ".repeat(indentation);
    isEmpty = true;
  };
  for (const word of text.trimStart().split(" ")) {
    if (!isEmpty && displayWidth(`${line} ${word}`) > columns) end();
    if (!isEmpty) line += " ";
    for (const character of word) {
      if (displayWidth(line + character) > columns) end();
      line += character;
      isEmpty = false;
    }
  }
  return [...lines, line];
}
