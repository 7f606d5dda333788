import type { CST } from "yaml";
import type { Line } from "./layout.ts";

/** A comment and where it stood. */
export interface Comment {
  readonly text: string;
  readonly offset: number;
  /** From 0. */
  readonly column: number;
  /** Nothing but blanks stands before it on its line. */
  readonly alone: boolean;
  /** A blank line stands above it. */
  readonly spaced: boolean;
}

/** Answers about places in the text. */
export interface SourceText {
  commentsOf(tokens: readonly CST.SourceToken[] | undefined): readonly Comment[];
  /** Whether a blank line stands above the line of the offset. */
  isSpaced(offset: number): boolean;
}

export function createSourceText(text: string): SourceText {
  const lineStart = (offset: number): number => text.lastIndexOf("\n", offset - 1) + 1;
  const isSpaced = (offset: number): boolean => {
    const start = lineStart(offset);
    return start > 0 && text.slice(lineStart(start - 1), start).trim() === "";
  };
  return {
    isSpaced,
    commentsOf: (tokens) =>
      (tokens ?? []).flatMap(({ type, offset, source }) => {
        if (type !== "comment") return [];
        const start = lineStart(offset);
        const alone = text.slice(start, offset).trim() === "";
        return [{ text: source.trimEnd(), offset, column: offset - start, alone, spaced: alone && isSpaced(offset) }];
      }),
  };
}

export function linesOf(comments: readonly Comment[]): readonly Line[] {
  return comments.flatMap(({ text, spaced }) => (spaced ? ["", text] : [text]));
}

/** The comments that are indented further than the column, and the others from the first that is not. */
export function splitAt(
  comments: readonly Comment[],
  column: number,
): { readonly deeper: readonly Comment[]; readonly rest: readonly Comment[] } {
  const first = comments.findIndex((comment) => comment.column <= column);
  const end = first < 0 ? comments.length : first;
  return { deeper: comments.slice(0, end), rest: comments.slice(end) };
}
