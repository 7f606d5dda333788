import {
  type CollectionNode,
  type Entry,
  fromComment,
  hasComments,
  type Layout,
  type LayoutNode,
  type Line,
  type ScalarNode,
} from "./layout.ts";
import { scalarText } from "./scalar-text.ts";

/** Columns. Brackets that need more are written as a block. */
const widest = 120;

/** The text of a layout, which ends with one line end unless it is empty. */
export function writeLayout({ header, root, after }: Layout): string {
  const lines: string[] = [];
  addLines(lines, header, 0);
  if (root) writeValue(lines, "", root, -2, null);
  addLines(lines, after, 0);
  while (lines.at(-1) === "") lines.pop();
  return lines.map((line) => `${line}\n`).join("");
}

/** Adds comments and blank lines, of which there is never one at the start nor two in a row. */
function addLines(lines: string[], added: readonly Line[], indent: number): void {
  for (const line of added) {
    if (line !== "") lines.push(" ".repeat(indent) + line);
    else if (lines.length > 0 && lines.at(-1) !== "") lines.push("");
  }
}

/** Whether a node fits behind what already takes some columns of its line. */
function isInline(node: LayoutNode, columns: number): boolean {
  if (node.kind === "scalar") return node.content.style !== "block";
  if (node.entries.length === 0) return true;
  return node.flow && columnsLeft(node, widest - columns) >= 0 && !hasComments(node);
}

/** What is left of some columns after a node with brackets; less than 0 as soon as it does not fit. */
function columnsLeft(node: CollectionNode, columns: number): number {
  let left = columns - node.properties.join(" ").length - (node.kind === "map" ? 4 : 2);
  for (const [index, { key, value }] of node.entries.entries()) {
    if (index > 0) left -= 2;
    if (key) left -= scalarText(key, true).length + 2;
    left = value.kind === "scalar" ? left - scalarText(value, true).length : columnsLeft(value, left);
    if (left < 0) break;
  }
  return left;
}

function inlineText(node: LayoutNode, inFlow: boolean): string {
  if (node.kind === "scalar") return scalarText(node, inFlow);
  const entries = node.entries.map(({ key, value }) => {
    const text = inlineText(value, true);
    return key ? `${scalarText(key, true)}: ${text}` : text;
  });
  const inner = entries.join(", ");
  const brackets = node.kind === "list" ? `[${inner}]` : inner === "" ? "{}" : `{ ${inner} }`;
  return [...node.properties, brackets].join(" ");
}

function writeEntries(lines: string[], { entries, after }: CollectionNode, indent: number): void {
  for (const [index, entry] of entries.entries()) {
    const { before, key, value, trailing, after: below } = entry.key === null ? hoisted(entry, indent) : entry;
    addLines(lines, index === 0 ? fromComment(before) : before, indent);
    writeValue(lines, " ".repeat(indent) + (key ? `${scalarText(key, false)}:` : "-"), value, indent, trailing);
    addLines(lines, below, indent + 2);
  }
  addLines(lines, after, indent);
}

/** An item of a list with the comments above it that stood between its dash and its content. */
function hoisted(item: Entry, indent: number): Entry {
  const { value, before, trailing } = item;
  if (!isCompact(value, indent)) return item;
  const [first, ...others] = value.entries;
  if (first === undefined) return item;
  const inner = first.key === null ? hoisted(first, indent + 2) : first;
  return {
    ...item,
    before: [...before, ...(trailing === null ? [] : [trailing]), ...fromComment(inner.before)],
    value: { ...value, entries: [{ ...inner, before: [] }, ...others] },
    trailing: null,
  };
}

/** Whether an item of a list begins right behind its dash and goes on below. */
function isCompact(value: LayoutNode, indent: number): value is CollectionNode {
  return value.kind !== "scalar" && value.properties.length === 0 && !isInline(value, indent + 2);
}

/** Writes a value behind what its first line begins with, and below. */
function writeValue(lines: string[], start: string, value: LayoutNode, indent: number, trailing: string | null): void {
  const comment = trailing === null ? "" : `  ${trailing}`;
  const isText = value.kind === "scalar";
  if (isInline(value, start.length + 1)) {
    lines.push(joined([start, inlineText(value, false)]) + comment);
    if (!isText) addLines(lines, value.after, indent + 2);
  } else if (isText) {
    writeBlock(lines, joined([start, ...value.properties]), value.content, indent, comment);
  } else if (start.endsWith("-") && isCompact(value, indent)) {
    const first = lines.length;
    writeEntries(lines, value, indent + 2);
    lines[first] = `${start} ${lines[first]?.slice(indent + 2) ?? ""}`;
  } else {
    const line = joined([start, ...value.properties]) + comment;
    if (line !== "") lines.push(line);
    writeEntries(lines, value, indent + 2);
  }
}

function writeBlock(lines: string[], start: string, content: ScalarNode["content"], indent: number, comment: string) {
  if (content.style !== "block") return;
  const { header, lines: text } = content;
  // Text that begins with a blank needs to say where its indentation ends.
  const indicator = text.find((line) => line.trim() !== "")?.startsWith(" ") ? "2" : "";
  lines.push(joined([start, `${header.charAt(0)}${indicator}${header.slice(1)}`]) + comment);
  for (const line of text) lines.push(line === "" ? "" : " ".repeat(indent + 2) + line);
}

const joined = (parts: readonly string[]): string => parts.filter((part) => part !== "").join(" ");
