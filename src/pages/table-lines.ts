import { type Line, longestWord, wrapInline } from "./inline-text.ts";
import type { Block } from "./markdown-blocks.ts";
import type { PageLayout } from "./page-text.ts";

type Table = Extract<Block, { readonly kind: "table" }>;

const gap = 2;
/** A column that is narrower cannot be read. */
const narrowest = 14;
/** A longer word is cut. */
const widestWord = 32;
const unlimited = 1_000_000;

/** A table in columns; where they would be too narrow, each row with its cells below each other. */
export function tableLines({ head, rows }: Table, layout: PageLayout): readonly string[] {
  const wrap = (cell: string, width: number) => wrapInline(cell, width, layout.paint, layout.isColoured);
  const columns = head.map((title, column): Column => {
    const cells = [title, ...rows.map((row) => row[column] ?? "")];
    const natural = Math.max(...cells.map((cell) => wrap(cell, unlimited)[0]?.width ?? 0));
    const words = cells.map((cell) => longestWord(cell, widestWord, layout.isColoured));
    return { natural, least: Math.min(natural, Math.max(narrowest, ...words)) };
  });
  const widths = shareWidth(columns, layout.width - gap * (head.length - 1));
  if (widths === null) return rows.flatMap((row) => stackedRow(head, row, layout));
  const line = (cells: readonly string[]) =>
    inColumns(
      cells.map((cell, column) => wrap(cell, widths[column] ?? 0)),
      widths,
    );
  const isWrapped = rows.some((row) => line(row).length > 1);
  const titles = line(head).map((text) => layout.paint("dim", text.trimEnd()));
  const rule = widths.map((width) => "─".repeat(width)).join(" ".repeat(gap));
  return [...titles, rule, ...rows.flatMap((row, index) => [...(isWrapped && index > 0 ? [""] : []), ...line(row)])];
}

interface Column {
  /** Width of its widest cell on one line, and of its longest word. */
  readonly natural: number;
  readonly least: number;
}

/** Widths of columns, of which the wide ones give way first. Null: there is no room for the longest words. */
function shareWidth(columns: readonly Column[], width: number): readonly number[] | null {
  for (let limit = width; limit > 0; limit -= 1) {
    const widths = columns.map(({ natural, least }) => Math.max(least, Math.min(natural, limit)));
    if (widths.reduce((sum, each) => sum + each, 0) <= width) return widths;
  }
  return null;
}

function inColumns(cells: readonly (readonly Line[])[], widths: readonly number[]): readonly string[] {
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, row) =>
    cells
      .map((lines, column) => {
        const { text, width } = lines[row] ?? { text: "", width: 0 };
        return `${text}${" ".repeat(Math.max(0, (widths[column] ?? 0) - width))}`;
      })
      .join(" ".repeat(gap))
      .trimEnd(),
  );
}

/** The first cell, and below it the others with the titles of their columns. */
export function stackedRow(head: readonly string[], row: readonly string[], layout: PageLayout): readonly string[] {
  const { width, paint, isColoured } = layout;
  const [name = "", ...cells] = row;
  const lines = cells.flatMap((cell, index) => {
    if (cell === "") return [];
    const title = head[index + 1] ?? "";
    const text = title === "" ? cell : `**${title}:** ${cell}`;
    return wrapInline(text, width - gap, paint, isColoured).map((line) => `${" ".repeat(gap)}${line.text}`);
  });
  return [...wrapInline(name, width, paint, isColoured).map(({ text }) => text), ...lines, ""];
}
