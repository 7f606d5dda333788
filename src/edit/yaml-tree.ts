import type { CST } from "yaml";
import { inCheapSurroundings } from "../load/yaml/parse-yaml.ts";
import { yamlLibrary } from "../load/yaml/yaml-library.ts";

/** A value of a YAML text and where it stands. Offsets are into the text; an end is behind the last character. */
export type TreeNode = TreeScalar | TreeCollection;

interface Span {
  readonly start: number;
  /** Without comments. Of a block of text with the line end that belongs to it. */
  readonly end: number;
}

export interface TreeScalar extends Span {
  readonly kind: "scalar" | "text-block" | "alias";
  /** As it is written. */
  readonly source: string;
}

export interface TreeCollection extends Span {
  readonly kind: "map" | "list";
  /** With brackets. */
  readonly flow: boolean;
  readonly entries: readonly TreeEntry[];
  /** Offset of a comma behind the last entry; null: there is none. */
  readonly lastComma: number | null;
}

export interface TreeEntry extends Span {
  /** Null in a list. */
  readonly key: string | null;
  /** Behind the colon or dash; behind the key where there is no colon, at the start where there is no dash. */
  readonly valueFrom: number;
  /** A colon or dash is there. */
  readonly hasIndicator: boolean;
  /** Written with `?`. */
  readonly isExplicit: boolean;
  readonly properties: Properties;
  /** Null: nothing is written. */
  readonly value: TreeNode | null;
}

/** What may stand before a value. */
export interface Properties {
  readonly anchor: string | null;
  readonly tag: string | null;
}

interface Tree {
  readonly properties: Properties;
  /** Null: there are only comments. */
  readonly root: TreeNode | null;
  /** Names of anchors that something refers to. */
  readonly aliases: ReadonlySet<string>;
}

/** Where everything stands in a text that is known to be one valid YAML document. */
export function readTree(text: string): Tree {
  const { CST, Lexer, Parser } = yamlLibrary();
  const aliases = new Set<string>();
  for (const lexeme of inCheapSurroundings(() => [...new Lexer().lex(text)]))
    if (CST.tokenType(lexeme) === "alias") aliases.add(lexeme.slice(1));
  const tokens = inCheapSurroundings(() => [...new Parser().parse(text)]);
  const document = tokens.find((token): token is CST.Document => token.type === "document");
  return {
    properties: propertiesOf(document?.start),
    root: document?.value ? readNode(document.value) : null,
    aliases,
  };
}

/** The entry of a key, or of an index in a list. */
export function entryAt({ kind, entries }: TreeCollection, step: string | number): TreeEntry | undefined {
  return kind === "list" ? entries[Number(step)] : entries.find(({ key }) => key === step);
}

function propertiesOf(tokens: readonly CST.SourceToken[] = []): Properties {
  return {
    anchor: tokens.find(({ type }) => type === "anchor")?.source.slice(1) ?? null,
    tag: tokens.find(({ type }) => type === "tag")?.source ?? null,
  };
}

function readNode(token: CST.Token): TreeNode | null {
  switch (token.type) {
    case "block-map":
    case "block-seq": {
      const kind = token.type === "block-map" ? "map" : "list";
      const entries = token.items.filter(isEntry).map((item) => readEntry(item, kind));
      const start = entries[0]?.start ?? token.offset;
      return { kind, flow: false, entries, start, end: entries.at(-1)?.end ?? start, lastComma: null };
    }
    case "flow-collection": {
      const kind = token.start.type === "flow-map-start" ? "map" : "list";
      const items: readonly CST.CollectionItem[] = token.items;
      const last = items.at(-1);
      const comma = last && !isEntry(last) ? last.start.find(({ type }) => type === "comma") : undefined;
      const close = token.end.find(({ type }) => type === "flow-map-end" || type === "flow-seq-end");
      return {
        kind,
        flow: true,
        entries: items.filter(isEntry).map((item) => readEntry(item, kind)),
        start: token.start.offset,
        end: close ? endOf(close) : token.offset,
        lastComma: comma?.offset ?? null,
      };
    }
    case "block-scalar": {
      const first = token.props[0];
      const last = token.props.findLast((prop): prop is CST.SourceToken => "source" in prop);
      const end = (last ? endOf(last) : token.offset) + token.source.length;
      return { kind: "text-block", source: token.source, start: first?.offset ?? token.offset, end };
    }
    case "alias":
    case "scalar":
    case "single-quoted-scalar":
    case "double-quoted-scalar":
      if (token.source === "") return null;
      return {
        kind: token.type === "alias" ? "alias" : "scalar",
        source: token.source,
        start: token.offset,
        end: endOf(token),
      };
    default:
      return null;
  }
}

const endOf = ({ offset, source }: { readonly offset: number; readonly source: string }): number =>
  offset + source.length;

const isIndicator = ({ type }: CST.SourceToken): boolean => type === "seq-item-ind" || type === "explicit-key-ind";

const isProperty = ({ type }: CST.SourceToken): boolean => type === "anchor" || type === "tag";

/** Comments and commas at the end of a collection are items of their own for the library. */
const isEntry = ({ start, key, sep, value }: CST.CollectionItem): boolean =>
  Boolean(key || sep || value) || start.some((token) => isIndicator(token) || isProperty(token));

function readEntry({ start, key, sep, value }: CST.CollectionItem, kind: "map" | "list"): TreeEntry {
  const isPair = kind === "map" || Boolean(key || sep);
  const own = start.filter((token) => isIndicator(token) || isProperty(token));
  const colon = sep?.find(({ type }) => type === "map-value-ind");
  const dash = start.find(({ type }) => type === "seq-item-ind");
  const node = value ? readNode(value) : null;
  const keyNode = key ? readNode(key) : null;
  const begin = own[0]?.offset ?? keyNode?.start ?? colon?.offset ?? node?.start ?? 0;
  const indicator = isPair ? colon : dash;
  const valueFrom = indicator ? endOf(indicator) : ((isPair ? keyNode?.end : undefined) ?? begin);
  const properties = (isPair ? sep : start)?.filter(isProperty) ?? [];
  const lastProperty = properties.at(-1);
  const entry = {
    start: begin,
    end: node?.end ?? (lastProperty ? endOf(lastProperty) : valueFrom),
    key: isPair ? keyText(key) : null,
    valueFrom,
    hasIndicator: indicator !== undefined,
    isExplicit: start.some(({ type }) => type === "explicit-key-ind"),
    properties: propertiesOf(properties),
    value: node,
  };
  if (kind === "map" || !isPair) return entry;
  // `[a: 1]` is a list with a mapping in it.
  const inner: TreeCollection = {
    kind: "map",
    flow: true,
    entries: [entry],
    start: entry.start,
    end: entry.end,
    lastComma: null,
  };
  return {
    start: entry.start,
    end: entry.end,
    key: null,
    valueFrom: entry.start,
    hasIndicator: false,
    isExplicit: false,
    properties: propertiesOf(),
    value: inner,
  };
}

function keyText(token: CST.Token | null | undefined): string {
  return (token && yamlLibrary().CST.resolveAsScalar(token)?.value) ?? "";
}
