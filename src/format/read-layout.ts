import { type CST, Parser } from "yaml";
import { inCheapSurroundings } from "../load/yaml/parse-yaml.ts";
import type { CollectionNode, Entry, Layout, LayoutNode, Line, ScalarNode } from "./layout.ts";
import { emptyScalar, readScalar } from "./read-scalar.ts";
import { type Comment, createSourceText, linesOf, type SourceText, splitAt } from "./source-comments.ts";

/** Reads text that is known to be one valid YAML document, with its comments and blank lines. */
export function readLayout(text: string): Layout {
  const source = createSourceText(text);
  const tokens = inCheapSurroundings(() => [...new Parser().parse(text)]);
  const document = tokens.find((token): token is CST.Document => token.type === "document");
  const outside = tokens.flatMap((token) => (token.type === "comment" ? [token] : []));
  const split = document ? outside.findIndex(({ offset }) => offset > document.offset) : 0;
  const above = [...source.commentsOf(split < 0 ? outside : outside.slice(0, split))];
  const below = [...source.commentsOf(split < 0 ? [] : outside.slice(split))];
  for (const token of tokens) if (token.type === "doc-end") below.push(...source.commentsOf(token.end));
  above.push(...source.commentsOf(document?.start));
  const end = source.commentsOf(document?.end);
  if (!document?.value) return { header: modelineFirst(linesOf([...above, ...end, ...below])), root: null, after: [] };
  const { node, trailing, rest } = readNode(document.value, propertiesOf(document.start), -1, source);
  const lines = modelineFirst([...linesOf(above), ...spacing(document.value.offset, source), ...linesOf(trailing)]);
  // What stands right above the first entry is about it; what a blank line divides from it is about the file.
  const divider = isBlock(node) ? headerEnd(lines) : lines.length;
  return {
    header: lines.slice(0, divider),
    root: withLeading(node, lines.slice(divider)),
    after: linesOf([...rest, ...end, ...below]),
  };
}

const isModeline = (line: Line): boolean => /^#\s*(?:yaml-language-server:|\$schema:)/.test(line);

function modelineFirst(lines: readonly Line[]): readonly Line[] {
  return [...lines.filter(isModeline), ...lines.filter((line) => !isModeline(line))];
}

function headerEnd(lines: readonly Line[]): number {
  return Math.max(lines.lastIndexOf("") + 1, lines.filter(isModeline).length);
}

const spacing = (offset: number, source: SourceText): readonly Line[] => (source.isSpaced(offset) ? [""] : []);

const propertiesOf = (tokens: readonly CST.SourceToken[] | undefined): readonly string[] =>
  (tokens ?? []).flatMap(({ type, source }) => (type === "anchor" || type === "tag" ? [source] : []));

interface ReadNode {
  readonly node: LayoutNode;
  /** Comments at the end of its line. */
  readonly trailing: readonly Comment[];
  /** Comments below it that may belong to what it stands in. */
  readonly rest: readonly Comment[];
}

/** `column`: of the entry that the node is the value of. */
function readNode(
  token: CST.Token | null | undefined,
  properties: readonly string[],
  column: number,
  source: SourceText,
): ReadNode {
  if (token?.type === "block-map" || token?.type === "block-seq") {
    return readBlockCollection(token, properties, column, source);
  }
  if (token?.type === "flow-collection") {
    const end = source.commentsOf(token.end);
    return {
      node: readFlowCollection(token, properties, source),
      trailing: end.filter(({ alone }) => !alone),
      rest: end.filter(({ alone }) => alone),
    };
  }
  if (token?.type === "block-scalar") {
    const comments = source.commentsOf(token.props.filter((prop): prop is CST.SourceToken => "source" in prop));
    return { node: readScalar(token, properties), trailing: comments, rest: [] };
  }
  if (!isScalarToken(token)) return { node: { ...emptyScalar, properties }, trailing: [], rest: [] };
  const end = source.commentsOf(token.end);
  return {
    node: readScalar(token, properties),

    trailing: end.filter(({ alone }) => !alone),
    rest: end.filter(({ alone }) => alone),
  };
}

function isScalarToken(token: CST.Token | null | undefined): token is CST.FlowScalar {
  return (
    token !== null &&
    token !== undefined &&
    /^(?:scalar|alias|single-quoted-scalar|double-quoted-scalar)$/.test(token.type)
  );
}

function readBlockCollection(
  token: CST.BlockMap | CST.BlockSequence,
  properties: readonly string[],
  column: number,
  source: SourceText,
): ReadNode {
  const kind = token.type === "block-map" ? "map" : "list";
  const entries: Entry[] = [];
  let pending: readonly Comment[] = [];
  for (const item of token.items) {
    const start = source.commentsOf(item.start);
    if (!item.key && !item.sep && !item.value && !item.start.some(({ type }) => isIndicator(type))) {
      pending = [...pending, ...start];
      continue;
    }
    const begin = startOf(item);
    const [above, inside] = [
      start.filter(({ offset }) => offset < begin),
      start.filter(({ offset }) => offset >= begin),
    ];
    const read = readEntry(item, kind, token.indent, inside, source);
    const before = [...linesOf([...pending, ...above]), ...spacing(begin, source)];
    entries.push({ ...read.entry, before: [...before, ...read.entry.before] });
    pending = read.rest;
  }
  const { deeper, rest } = splitAt(pending, column);
  return { node: { kind, properties, flow: false, entries, after: linesOf(deeper) }, trailing: [], rest };
}

const isBlock = (node: LayoutNode): boolean => node.kind !== "scalar" && !node.flow;

const isIndicator = (type: string): boolean => type === "seq-item-ind" || type === "explicit-key-ind";

/**
 * An entry without the comments above it, and the comments below it that belong to what follows. `inside`: those between its
 * dash or question mark and what stands behind it; behind a dash without anything that is all there is up to the next one.
 */
function readEntry(
  item: CST.CollectionItem,
  kind: "map" | "list",
  column: number,
  inside: readonly Comment[],
  source: SourceText,
): { readonly entry: Entry; readonly rest: readonly Comment[] } {
  const key = kind === "map" ? readKey(item, source) : null;
  const separator = kind === "map" ? source.commentsOf(item.sep) : inside;
  const value = readNode(item.value, propertiesOf(kind === "map" ? item.sep : item.start), column, source);
  const line = separator.filter(({ alone }) => !alone);
  const inner = separator.filter(({ alone }) => alone);
  const isEmpty = value.node.kind === "scalar" && value.node.content.style === "empty";
  // Of several comments that could end the line the last one does, and the others go above it.
  const ends = [...line, ...value.trailing];
  const above = [...ends.slice(0, -1), ...(isEmpty || isBlock(value.node) ? [] : inner)];
  const below = splitAt(isEmpty ? [...inner, ...value.rest] : value.rest, column);
  return {
    entry: {
      before: [...(kind === "map" ? linesOf(inside) : []), ...(key?.comments ?? []), ...linesOf(above)],
      key: key?.node ?? null,
      value: isBlock(value.node) ? withLeading(value.node, linesOf(inner)) : value.node,
      trailing: ends.at(-1)?.text ?? null,
      after: linesOf(below.deeper),
    },
    rest: below.rest,
  };
}

/** Where an entry begins: its dash, question mark or key. */
function startOf({ start, key, sep, value }: CST.CollectionItem): number {
  const indicator = start.find(({ type }) => isIndicator(type) || type === "anchor" || type === "tag");
  return indicator?.offset ?? key?.offset ?? sep?.[0]?.offset ?? value?.offset ?? 0;
}

function readKey(
  { start, key }: CST.CollectionItem,
  source: SourceText,
): { readonly node: ScalarNode; readonly comments: readonly Line[] } {
  const { node, trailing, rest } = readNode(key, propertiesOf(start), -1, source);
  if (node.kind !== "scalar") throw new Error("a key is a collection");
  return { node, comments: linesOf([...trailing, ...rest]) };
}

function readFlowCollection(
  token: CST.FlowCollection,
  properties: readonly string[],
  source: SourceText,
): CollectionNode {
  const kind = token.start.type === "flow-map-start" ? "map" : "list";
  const entries: Entry[] = [];
  let after: readonly Line[] = [];
  for (const item of token.items) {
    let start = source.commentsOf(item.start);
    const previous = entries.at(-1);
    // A comment behind a comma is about what stands before it.
    if (previous?.trailing === null && start[0]?.alone === false) {
      entries[entries.length - 1] = { ...previous, trailing: start[0].text };
      start = start.slice(1);
    }
    if (!item.key && !item.sep && !item.value) {
      after = [...after, ...linesOf(start)];
      continue;
    }
    // `[a: 1]` is a list with a map in it.
    const isPair = kind === "list" && Boolean(item.key || item.sep);
    const { entry } = readEntry(item, isPair ? "map" : kind, -1, [], source);
    const before = [...after, ...linesOf(start), ...entry.before];
    entries.push({ ...(isPair ? asMap(entry) : entry), before });
    after = [];
  }
  const withoutBlankLines = entries.map((entry) => ({ ...entry, before: entry.before.filter((line) => line !== "") }));
  return { kind, properties, flow: true, entries: withoutBlankLines, after: after.filter((line) => line !== "") };
}

function asMap({ key, value, ...comments }: Entry): Entry {
  const inner: Entry = { before: [], key, value, trailing: null, after: [] };
  return { ...comments, key: null, value: { kind: "map", properties: [], flow: true, entries: [inner], after: [] } };
}

/** The node with lines above its first entry. */
function withLeading(node: LayoutNode, lines: readonly Line[]): LayoutNode {
  if (node.kind === "scalar" || lines.length === 0) return node;
  const [first, ...others] = node.entries;
  if (!first) return { ...node, after: [...lines, ...node.after] };
  return { ...node, entries: [{ ...first, before: [...lines, ...first.before] }, ...others] };
}
