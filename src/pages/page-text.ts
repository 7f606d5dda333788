import type { Paint } from "../lib/printable.ts";
import { plainText, wrapInline } from "./inline-text.ts";
import type { Block } from "./markdown-blocks.ts";
import { tableLines } from "./table-lines.ts";

export interface PageLayout {
  /** Columns of a line. */
  readonly width: number;
  readonly paint: Paint;
  /** Whether `paint` colours anything. */
  readonly isColoured: boolean;
}

/** Blocks of a page as text for a terminal: headings at the edge, everything else below them. */
export function renderBlocks(blocks: readonly Block[], layout: PageLayout): string {
  const texts = blocks.map((block, index) => {
    const next = blocks[index + 1];
    const isTight = block.kind === "item" && next?.kind === "item";
    return `${linesOf(block, layout).join("\n")}\n${isTight || next === undefined ? "" : "\n"}`;
  });
  return texts.join("");
}

const margin = "  ";

function linesOf(block: Block, layout: PageLayout): readonly string[] {
  const { paint } = layout;
  switch (block.kind) {
    case "heading": {
      const text = plainText(block.text);
      return [paint("bold", block.level === 1 ? text.toUpperCase() : text)];
    }
    case "paragraph":
      return hanging(block.text, margin, margin, layout);
    case "item": {
      const indentation = margin + "  ".repeat(block.depth);
      const marker = `${indentation}${block.marker} `;
      return hanging(block.text, marker, " ".repeat(marker.length), layout);
    }
    case "code":
      return block.lines.map((line) => (line === "" ? "" : `${margin}${margin}${line}`));
    case "table":
      return tableLines(block, { ...layout, width: layout.width - margin.length }).map((line) =>
        `${margin}${line}`.trimEnd(),
      );
  }
}

function hanging(text: string, first: string, others: string, layout: PageLayout): readonly string[] {
  const lines = wrapInline(text, layout.width - first.length, layout.paint, layout.isColoured);
  return lines.map((line, index) => `${index === 0 ? first : others}${line.text}`);
}
