import { displayWidth } from "../lib/display-width.ts";
import { printableLine } from "../lib/printable.ts";

/** Characters of a line that are shown at most, and those of them before the place that is pointed at. */
const most = 100;
const shareBefore = 0.6;
/** Columns for the number of the line, and for what says that something is left out. */
const around = 9;

/**
 * A line of a file as people see it, and below it a caret at the column (from 1, in UTF-16 code units). `columns`: what both
 * have to fit in, unless letters are wide; null: they may be long.
 */
export function sourceExcerpt(
  text: string,
  line: number,
  column: number,
  columns: number | null = null,
): readonly [source: string, pointer: string] {
  const room = Math.max(10, Math.min(most, (columns ?? Number.POSITIVE_INFINITY) - around));
  const before = Math.round(room * shareBefore);
  const after = room - before;
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
