import { printableLine } from "../lib/printable.ts";

/** Characters of a line on each side of the place that is pointed at. */
const before = 60;
const after = 40;

/** A line of a file as people see it, and below it a caret at the column (from 1, in UTF-16 code units). */
export function sourceExcerpt(text: string, line: number, column: number): readonly [source: string, pointer: string] {
  const at = Math.min(column - 1, text.length);
  const start = wholeCharacter(text, at - before);
  const end = wholeCharacter(text, at + after);
  const lead = `${start > 0 ? "…" : ""}${printableLine(text.slice(start, at))}`;
  const rest = `${printableLine(text.slice(at, end))}${end < text.length ? "…" : ""}`;
  const gutter = String(line).padStart(4);
  return [`${gutter} | ${lead}${rest}`.trimEnd(), `${" ".repeat(gutter.length)} | ${" ".repeat(displayWidth(lead))}^`];
}

/** The offset, inside of the text, and not between the two halves of a character. */
function wholeCharacter(text: string, offset: number): number {
  if (offset <= 0 || offset >= text.length) return Math.max(0, Math.min(offset, text.length));
  const splits = /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(offset - 1, offset + 1));
  return splits ? offset - 1 : offset;
}

/** Columns that the text takes on a terminal: letters of East Asia and pictures take two, marks on letters none. */
function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += /\p{M}/u.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
