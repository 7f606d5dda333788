import { type ExplainedFault, explained } from "./slip.ts";

/** One of the items that a text over several lines was meant to be. */
interface MeantItem {
  readonly text: string;
  readonly offset: number;
  /** Null: it is the first one, which stands where it should. */
  readonly fault: ExplainedFault | null;
}

/**
 * `- web01` and below it, further in, `- web02`: for YAML that is one text over two lines, `web01 - web02`, which nobody means. Null
 * where the text between the offsets, which is an item of a list without quotation marks, is something else.
 */
export function deeperItems(
  text: string,
  start: number,
  end: number,
  lineAt: (offset: number) => number,
): readonly MeantItem[] | null {
  const lineStart = text.lastIndexOf("\n", start) + 1;
  const [, blanks = "", dashes = ""] = /^(( *(?:- +)*)- +)/.exec(text.slice(lineStart, start)) ?? [];
  const source = text.slice(start, end);
  const breaks = [...source.matchAll(/\r?\n *- +/g)];
  if (blanks.length !== start - lineStart || breaks.length === 0) return null;
  const indent = blanks.length === 0 ? 0 : dashes.length;
  const above = lineAt(start);
  const starts = [0, ...breaks.map(({ index, 0: { length } }) => index + length)];
  return starts.map((from, number) => {
    const offset = start + from;
    const dash = text.lastIndexOf("-", offset - 1);
    const words = source
      .slice(from, breaks[number]?.index)
      .trim()
      .replace(/\s*\n\s*/g, " ");
    const fault = explained(
      dash,
      `the item is further in than the item in line ${above}, so that both are one text`,
      `Indent it by ${indent === 1 ? "1 blank" : `${indent} blanks`} like the item in line ${above}, or put the whole text in quotation marks.`,
    );
    return { text: words, offset, fault: number === 0 ? null : fault };
  });
}
