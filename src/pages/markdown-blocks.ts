/** A part of a page in Markdown, as far as pages of the documentation have it. Texts hold inline Markdown. */
export type Block =
  | { readonly kind: "heading"; readonly level: number; readonly text: string }
  | { readonly kind: "paragraph"; readonly text: string }
  /** `depth`: how many lists it is inside of. */
  | { readonly kind: "item"; readonly depth: number; readonly marker: string; readonly text: string }
  | { readonly kind: "table"; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: "code"; readonly lines: readonly string[] };

/** Takes a page apart. What is made for other readers is left out: front matter, comments, HTML, directives of a site. */
export function readBlocks(page: string): readonly Block[] {
  const lines = page
    .replace(/^---\n.*?\n---\n/s, "")
    .replace(/<!--.*?-->/gs, "")
    .split(/\r?\n/);
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; ) {
    const { block, next } = readBlock(lines, at);
    if (block !== null) blocks.push(block);
    at = next;
  }
  return blocks;
}

interface Read {
  readonly block: Block | null;
  /** The line that follows. */
  readonly next: number;
}

const itemStart = /^( *)([-*]|\d+\.) +/;
const leftOut = /^(?::::|<\/?[a-z][^>]*>\s*$|!\[)/i;

function readBlock(lines: readonly string[], at: number): Read {
  const line = lines[at] ?? "";
  if (line.trim() === "" || leftOut.test(line.trim())) return { block: null, next: at + 1 };
  const fence = /^ *(`{3,})/.exec(line)?.[1];
  if (fence !== undefined) return readCode(lines, at, fence);
  const heading = /^(#{1,6}) +(.*?)\s*$/.exec(line);
  if (heading) {
    return { block: { kind: "heading", level: heading[1]?.length ?? 1, text: heading[2] ?? "" }, next: at + 1 };
  }
  if (line.startsWith("|")) return readTable(lines, at);
  const item = itemStart.exec(line);
  const end = endOfText(lines, at + 1);
  const text = [line.replace(itemStart, ""), ...lines.slice(at + 1, end)].map((part) => part.trim()).join(" ");
  if (!item) return { block: { kind: "paragraph", text }, next: end };
  const [, indentation = "", marker = ""] = item;
  const depth = Math.floor(indentation.length / 2);
  return { block: { kind: "item", depth, marker: /\d/.test(marker) ? marker : "-", text }, next: end };
}

/** The line behind those that continue a text. */
function endOfText(lines: readonly string[], start: number): number {
  const length = lines
    .slice(start)
    .findIndex((line) => line.trim() === "" || /^(?:#{1,6} |\||:::| *```)/.test(line) || itemStart.test(line));
  return length < 0 ? lines.length : start + length;
}

function readCode(lines: readonly string[], at: number, fence: string): Read {
  const indentation = /^ */.exec(lines[at] ?? "")?.[0].length ?? 0;
  const length = lines.slice(at + 1).findIndex((line) => line.trim().startsWith(fence));
  const end = length < 0 ? lines.length : at + 1 + length;
  return {
    block: { kind: "code", lines: lines.slice(at + 1, end).map((line) => line.slice(indentation)) },
    next: end + 1,
  };
}

function readTable(lines: readonly string[], at: number): Read {
  const length = lines.slice(at).findIndex((line) => !line.startsWith("|"));
  const end = length < 0 ? lines.length : at + length;
  const [head = [], ...rest] = lines.slice(at, end).map(readCells);
  return { block: { kind: "table", head, rows: rest.slice(1) }, next: end };
}

const readCells = (line: string): readonly string[] =>
  line
    .trim()
    .replace(/^\||\|$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
