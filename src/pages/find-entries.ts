import { plainText } from "./inline-text.ts";
import type { Block } from "./markdown-blocks.ts";

/** What a page says of one word: a row of a table, or all below a heading. */
export type Entry =
  | {
      readonly kind: "row";
      readonly section: string;
      readonly head: readonly string[];
      readonly cells: readonly string[];
    }
  | { readonly kind: "section"; readonly blocks: readonly Block[] };

/** What stands about a word, such as an error code, where a row or heading begins with it. Case does not count. */
export function findEntries(blocks: readonly Block[], word: string): readonly Entry[] {
  let section = "";
  return blocks.flatMap((block, index): readonly Entry[] => {
    if (block.kind === "heading") {
      section = plainText(block.text);
      return block.level > 1 && names(block.text, word) ? [{ kind: "section", blocks: sectionAt(blocks, index) }] : [];
    }
    if (block.kind !== "table") return [];
    const { head, rows } = block;
    return rows.flatMap((cells) => (names(cells[0] ?? "", word) ? [{ kind: "row", section, head, cells }] : []));
  });
}

/** Every word that entries are found by, patterns as they are written. */
export const entryNames = (blocks: readonly Block[]): readonly string[] =>
  blocks.flatMap((block) => (block.kind === "table" ? block.rows.flatMap(([cell = ""]) => codesIn(cell)) : []));

function names(text: string, word: string): boolean {
  const wanted = word.toLowerCase();
  return plainText(text).toLowerCase() === wanted || codesIn(text).some((code) => matches(code, wanted));
}

/** Pieces of code up to a blank: `--report KIND=FILE` is about `--report`. */
const codesIn = (text: string): readonly string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code.split(/[ =]/)[0] ?? "");

/** `installer-exit-N` and `http-STATUS` stand for any number. `safety.maxRemovals` is called `maxRemovals`, and `--out` `out`, too. */
function matches(code: string, wanted: string): boolean {
  const known = code.toLowerCase();
  const [, stem] = /^(.*-)(?:N|STATUS)$/.exec(code) ?? [];
  const isNumbered = stem !== undefined && wanted.startsWith(stem) && /^\d+$/.test(wanted.slice(stem.length));
  return isNumbered || known === wanted || known === `--${wanted}` || known.endsWith(`.${wanted}`);
}

/** A heading with everything up to the next one that is not below it. */
function sectionAt(blocks: readonly Block[], start: number): readonly Block[] {
  const heading = blocks[start];
  const level = heading?.kind === "heading" ? heading.level : 1;
  const length = blocks.slice(start + 1).findIndex((block) => block.kind === "heading" && block.level <= level);
  return blocks.slice(start, length < 0 ? undefined : start + 1 + length);
}
