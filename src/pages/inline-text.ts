import type { Paint, Style } from "../lib/printable.ts";

/** A piece of a text in one style. */
export interface Piece {
  readonly text: string;
  readonly style: "plain" | "bold" | "code";
}

const inline =
  /(`+)(.+?)\1|\*\*(.+?)\*\*|\[((?:`[^`]*`|[^\]`])*)\]\(([^)\s]*)\)|(?<![\w*])[*_](?=\S)([^*_]+?)[*_](?!\w)|\\([^A-Za-z0-9\s])/gs;

/** Inline Markdown without its marks. Of links inside of the documentation the text is left, of others the address too. */
export function readInline(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(inline)) {
    if (match.index > end) pieces.push({ text: text.slice(end, match.index), style: "plain" });
    const [whole, , code, bold, label, address, emphasis, escaped] = match;
    if (code !== undefined) pieces.push({ text: code, style: "code" });
    else if (bold !== undefined)
      pieces.push(...readInline(bold).map((piece) => ({ ...piece, style: "bold" as const })));
    else if (label !== undefined) {
      pieces.push(...readInline(label));
      if (/^[a-z]+:/.test(address ?? "")) pieces.push({ text: ` (${address})`, style: "plain" });
    } else
      pieces.push(
        ...(emphasis === undefined ? [{ text: escaped ?? whole, style: "plain" as const }] : readInline(emphasis)),
      );
    end = match.index + whole.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), style: "plain" });
  return pieces;
}

/** The text alone. */
export const plainText = (text: string): string =>
  readInline(text)
    .map((piece) => piece.text)
    .join("");

const styles: Readonly<Record<Piece["style"], Style | null>> = { plain: null, bold: "bold", code: "cyan" };

/** A text in lines of at most so many columns, broken between words; a word that is longer than a line is cut. */
export function wrapInline(text: string, width: number, paint: Paint, isColoured: boolean): readonly Line[] {
  const lines: Line[] = [];
  let line: Line = { text: "", width: 0 };
  for (const word of wordsOf(text, width, !isColoured)) {
    const length = widthOf(word);
    if (line.width > 0 && line.width + 1 + length > width) {
      lines.push(line);
      line = { text: "", width: 0 };
    }
    const blank = line.width === 0 ? 0 : 1;
    const painted = word.map((piece) => paintPiece(piece, paint)).join("");
    line = { text: `${line.text}${" ".repeat(blank)}${painted}`, width: line.width + blank + length };
  }
  return [...lines, line];
}

/** Columns of the longest word that is not cut. */
export const longestWord = (text: string, width: number, isColoured: boolean): number =>
  Math.max(0, ...wordsOf(text, width, !isColoured).map(widthOf));

export interface Line {
  readonly text: string;
  /** Columns that it takes, colours aside. */
  readonly width: number;
}

type Word = readonly Piece[];

const widthOf = (word: Word): number => word.reduce((sum, { text }) => sum + text.length, 0);

function paintPiece({ text, style }: Piece, paint: Paint): string {
  const colour = styles[style];
  return colour === null ? text : paint(colour, text);
}

/**
 * Words of a text, none wider than a line. Code is kept together, because it is to be copied, unless it takes more than half of
 * a line. Without colours it is marked, so that what is to be typed can be told from the rest.
 */
function wordsOf(text: string, width: number, isMarked: boolean): readonly Word[] {
  const words: Piece[][] = [[]];
  for (const { text: content, style } of readInline(text)) {
    const shown = style === "code" && isMarked ? `\`${content}\`` : content;
    const parts = style === "code" && shown.length <= width / 2 ? [shown] : shown.split(/\s+/);
    for (const [index, part] of parts.entries()) {
      if (index > 0) words.push([]);
      if (part !== "") words.at(-1)?.push({ text: part, style });
    }
  }
  return words.flatMap((word) => (widthOf(word) > width ? cut(word, width) : word.length > 0 ? [word] : []));
}

const cut = (word: Word, width: number): readonly Word[] =>
  word.flatMap(({ text, style }) =>
    Array.from({ length: Math.ceil(text.length / width) }, (_, index) => [
      { text: text.slice(index * width, (index + 1) * width), style },
    ]),
  );
