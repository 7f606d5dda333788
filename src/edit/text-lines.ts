import type { Splice } from "./splice.ts";
import type { TextStyle } from "./yaml-text.ts";
import type { TreeNode } from "./yaml-tree.ts";

/** Offset behind the line end of the line that the offset is in; what ends with a line end is at an end already. */
export function lineEndOf(text: string, offset: number): number {
  if (text[offset - 1] === "\n") return offset;
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end + 1;
}

/** Offset of the first character of a line. */
export const lineStartOf = (text: string, offset: number): number => text.lastIndexOf("\n", offset - 1) + 1;

export const columnOf = (text: string, offset: number): number => offset - lineStartOf(text, offset);

/** Whether nothing but blanks stands before an offset in its line. */
export const isFirstInLine = (text: string, offset: number): boolean =>
  text.slice(lineStartOf(text, offset), offset).trim() === "";

/** Offset behind the lines from an offset on that have only a comment which begins in the column or further in. */
export function afterComments(text: string, offset: number, column: number): number {
  let end = offset;
  while (end < text.length) {
    const next = lineEndOf(text, end + 1);
    const found = /^( *)#/.exec(text.slice(end, next));
    if (!found || (found[1] ?? "").length < column) break;
    end = next;
  }
  return end;
}

/** Offset of the first of the lines right above an offset's line that have only a comment in the column; not before `least`. */
export function beforeComments(text: string, offset: number, column: number, least: number): number {
  let start = lineStartOf(text, offset);
  while (start > least) {
    const above = lineStartOf(text, start - 1);
    const found = /^( *)#/.exec(text.slice(above, start));
    if (above < least || !found || (found[1] ?? "").length !== column) break;
    start = above;
  }
  return start;
}

/** Whether a blank line stands between two offsets. */
export const isDivided = (text: string, start: number, end: number): boolean =>
  /\n[^\S\n]*\n/.test(text.slice(Math.max(0, start - 1), end));

/** The line end that a text has, by its first one. */
export const lineEnd = (text: string): string => (/\r?\n/.exec(text)?.[0] === "\r\n" ? "\r\n" : "\n");

export const indented = (lines: readonly string[], column: number): readonly string[] =>
  lines.map((line) => (line === "" ? "" : " ".repeat(column) + line));

/** Lines put in at the start of a line, or at the end of the text; whether its last line has an end stays as it is. */
export function insertLines(text: string, offset: number, lines: readonly string[]): Splice {
  const end = lineEnd(text);
  const isOpen = offset > 0 && text[offset - 1] !== "\n";
  const added = isOpen ? end + lines.join(end) : lines.map((line) => line + end).join("");
  return { start: offset, end: offset, text: added };
}

/** How far mappings and lists stand in from their keys, by the first ones of a file that show it. */
export function styleOf(text: string, root: TreeNode | null): TextStyle {
  const steps = { map: null as number | null, list: null as number | null };
  const look = (node: TreeNode | null): void => {
    if (node === null || !("entries" in node) || node.flow) return;
    for (const { key, value, start } of node.entries) {
      if (steps.map !== null && steps.list !== null) return;
      if (key !== null && value && "entries" in value && !value.flow && isFirstInLine(text, value.start))
        steps[value.kind] ??= columnOf(text, value.start) - columnOf(text, start);
      look(value);
    }
  };
  look(root);
  const step = steps.map ?? 2;
  return { step, listStep: steps.list ?? step };
}
