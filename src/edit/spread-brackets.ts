import type { Edit, YamlPath, YamlValue } from "./edit.ts";
import type { Splice } from "./splice.ts";
import {
  columnOf,
  indented,
  insertLines,
  isFirstInLine,
  lineEnd,
  lineEndOf,
  lineStartOf,
  styleOf,
} from "./text-lines.ts";
import {
  blockLines,
  entriesOf,
  inlineText,
  isCollection,
  isEmpty,
  isSequence,
  itemLines,
  type TextStyle,
  widest,
} from "./yaml-text.ts";
import { entryAt, readTree, type TreeCollection, type TreeEntry, type TreeNode } from "./yaml-tree.ts";

/** A value that is to be written again. */
type Layout =
  /** As it is written, on one line. */
  | { readonly kind: "text"; readonly text: string }
  /** As it comes from an edit. */
  | { readonly kind: "value"; readonly value: YamlValue }
  /** Brackets on the way to what was edited. */
  | { readonly kind: "brackets"; readonly text: string; readonly list: boolean; readonly entries: readonly LaidOut[] };

interface LaidOut {
  /** As it is written, or null in a list. */
  readonly key: string | null;
  readonly value: Layout;
}

interface Long {
  readonly node: TreeCollection;
  /** From the node to what was edited. */
  readonly rest: YamlPath;
  /** Null for the whole file. */
  readonly parent: TreeCollection | null;
  readonly entry: TreeEntry | null;
}

const hasLongLine = new RegExp(`^.{${widest + 1}}`, "m");

/**
 * Where brackets that an edit has made too long for a line are to be spread over several: as a block, or with an entry a line
 * where they stand in brackets of several lines themselves. Those beside the way to what was edited stay as they are written.
 */
export function spreadBrackets(text: string, edit: Edit): readonly Splice[] {
  if (edit.action === "remove" || !hasLongLine.test(text)) return [];
  const { root } = readTree(text);
  const long = findLong(root, edit.path, text);
  if (long === null) return [];
  const { node, rest, parent, entry } = long;
  const { start, end } = node;
  const style = styleOf(text, root);
  const layout = layoutOf(node, rest, edit, text);
  if (parent?.flow) {
    const column = /^ */.exec(text.slice(lineStartOf(text, start)))?.[0].length ?? 0;
    const [first = "", ...others] = flowLines(layout, column, columnOf(text, start) - column, style);
    return [{ start, end, text: [first, ...indented(others, column)].join(lineEnd(text)) }];
  }
  if (entry === null || entry.key === null || isFirstInLine(text, start)) {
    const column = columnOf(text, start);
    const [first = "", ...others] = bodyLines(layout, column, style);
    const below = others.length === 0 ? [] : [insertLines(text, lineEndOf(text, end), indented(others, column))];
    return [{ start, end, text: first }, ...below];
  }
  const column = columnOf(text, entry.start) + stepOf(node.kind === "list", style);
  const blanks = /[^\S\n]*$/.exec(text.slice(entry.valueFrom, start))?.[0].length ?? 0;
  const lines = indented(bodyLines(layout, column, style), column);
  return [{ start: start - blanks, end, text: "" }, insertLines(text, lineEndOf(text, end), lines)];
}

/** The outermost brackets on the way that stand on one line, if that line is too long. */
function findLong(root: TreeNode | null, path: YamlPath, text: string): Long | null {
  let parent: TreeCollection | null = null;
  let entry: TreeEntry | null = null;
  let node = root;
  for (let depth = 0; node && "entries" in node; depth += 1) {
    if (node.flow && !text.slice(node.start, node.end).includes("\n")) {
      const comma = parent?.flow ? 1 : 0;
      return columnOf(text, node.end) + comma > widest ? { node, rest: path.slice(depth), parent, entry } : null;
    }
    const step = path[depth];
    const next = step === undefined ? undefined : entryAt(node, step);
    if (next === undefined) return null;
    [parent, entry, node] = [node, next, next.value];
  }
  return null;
}

function layoutOf(node: TreeNode, rest: YamlPath, edit: Exclude<Edit, { action: "remove" }>, text: string): Layout {
  const source = text.slice(node.start, node.end);
  const [step, ...further] = rest;
  if (step === undefined && edit.action === "set") return { kind: "value", value: edit.value };
  if (!("entries" in node) || !node.flow) return { kind: "text", text: source };
  const { entries } = node;
  const added = step === undefined && edit.action === "append" ? edit.items : [];
  const next = step === undefined ? undefined : entryAt(node, step);
  const laidOut = entries.map((entry, index): LaidOut => {
    const { start, valueFrom, hasIndicator, value } = entry;
    const key = entry.key === null ? null : text.slice(start, hasIndicator ? valueFrom - 1 : valueFrom).trimEnd();
    const item = added[index - entries.length + added.length];
    if (item !== undefined) return { key, value: { kind: "value", value: item } };
    if (entry === next && value) return { key, value: layoutOf(value, further, edit, text) };
    return { key, value: { kind: "text", text: text.slice(key === null ? start : valueFrom, entry.end).trim() } };
  });
  return { kind: "brackets", text: source, list: node.kind === "list", entries: laidOut };
}

const stepOf = (list: boolean, { step, listStep }: TextStyle): number => (list ? listStep : step);

/** The lines of a value as a block that begins in a column. */
function bodyLines(layout: Layout, column: number, style: TextStyle): readonly string[] {
  if (layout.kind === "text") return [layout.text];
  if (layout.kind === "value") return blockLines(layout.value, column, style);
  return layout.entries.flatMap(({ key, value }) => {
    if (key === null) {
      if (value.kind === "value") return itemLines(value.value, column, style);
      const lines = isOpen(value, column + 2) ? bodyLines(value, column + 2, style) : [inlineOf(value, false)];
      return lines.map((line, index) => (index === 0 ? "- " : "  ") + line);
    }
    if (!isOpen(value, column + key.length + 2)) return [`${key}: ${inlineOf(value, false)}`.trimEnd()];
    const step = stepOf(isList(value), style);
    return [`${key}:`, ...indented(bodyLines(value, column + step, style), step)];
  });
}

/** The lines of a value in brackets. `column`: where the line begins that it stands in; `used`: what that has before it. */
function flowLines(layout: Layout, column: number, used: number, style: TextStyle): readonly string[] {
  const inline = inlineOf(layout, true);
  // A comma may come behind it.
  if (layout.kind === "text" || column + used + inline.length < widest) return [inline];
  const entries = layout.kind === "brackets" ? layout.entries : partsOf(layout.value);
  if (entries.length === 0) return [inline];
  const lines = entries.flatMap(({ key, value }, index) => {
    const start = key === null ? "" : `${key}: `;
    const own = flowLines(value, column + style.step, start.length, style);
    const [first = "", ...others] = own;
    const whole = [`${start}${first}`.trimEnd(), ...others];
    return index === entries.length - 1 ? whole : [...whole.slice(0, -1), `${whole.at(-1)},`];
  });
  const [open, close] = isList(layout) ? ["[", "]"] : ["{", "}"];
  return [open, ...indented(lines, style.step), close];
}

function partsOf(value: YamlValue): readonly LaidOut[] {
  if (!isCollection(value)) return [];
  const part = (inner: YamlValue): Layout => ({ kind: "value", value: inner });
  if (isSequence(value)) return value.map((inner) => ({ key: null, value: part(inner) }));
  return entriesOf(value).map(([key, inner]) => ({ key: inlineText(key, true), value: part(inner) }));
}

const inlineOf = (layout: Layout, inFlow: boolean): string =>
  layout.kind === "value" ? inlineText(layout.value, inFlow) : layout.text;

const isList = (layout: Layout): boolean =>
  layout.kind === "brackets" ? layout.list : layout.kind === "value" && isSequence(layout.value);

/** Whether a value goes on below: what is new as in any block, brackets that were there where they do not fit. */
function isOpen(layout: Layout, column: number): boolean {
  if (layout.kind === "value") return isCollection(layout.value) && !isEmpty(layout.value);
  return layout.kind === "brackets" && column + layout.text.length > widest;
}
