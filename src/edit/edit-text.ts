import type { Edit, YamlPath, YamlValue } from "./edit.ts";
import { Refusal } from "./refusal.ts";
import { showPath } from "./show-path.ts";
import type { Splice } from "./splice.ts";
import {
  afterComments,
  beforeComments,
  columnOf,
  indented,
  insertLines,
  isDivided,
  isFirstInLine,
  lineEnd,
  lineEndOf,
  lineStartOf,
  styleOf,
} from "./text-lines.ts";
import {
  blockLines,
  entryLines,
  inlineText,
  isCollection,
  isEmpty,
  itemLines,
  type TextStyle,
  textOf,
  widest,
} from "./yaml-text.ts";
import { entryAt, type Properties, readTree, type TreeCollection, type TreeEntry, type TreeNode } from "./yaml-tree.ts";

/** What an edit has to know of the file. */
interface Surroundings {
  readonly text: string;
  readonly style: TextStyle;
  readonly aliases: ReadonlySet<string>;
}

/**
 * Where a text has to be changed for an edit that changes its data. The data must have been found to fit the edit. Throws
 * Refusal for what is written in a way that must not be touched.
 */
export function editText(text: string, edit: Edit): readonly Splice[] {
  const { root, properties, aliases } = readTree(text);
  const around: Surroundings = { text, style: styleOf(text, root), aliases };
  const { path } = edit;
  refuseShared(properties, [], around);
  // Collections on the way, and the entry of each that leads on.
  const way: { readonly collection: TreeCollection; readonly entry: TreeEntry }[] = [];
  let node = root;
  for (const [index, step] of path.entries()) {
    if (node?.kind === "alias") throw aliased(path.slice(0, index), node.source);
    const collection = node && "entries" in node ? node : null;
    const entry = collection ? entryAt(collection, step) : undefined;
    if (!collection || !entry) {
      if (edit.action === "remove") return [];
      const value = nested(path.slice(index + 1), edit.action === "set" ? edit.value : edit.items);
      if (collection && collection.entries.length > 0)
        return addKey(collection, String(step), value, edit.before, around);
      return fill(way.at(-1), node, { [step]: value }, around);
    }
    refuseShared(entry.properties, path.slice(0, index + 1), around);
    way.push({ collection, entry });
    node = entry.value;
  }
  const last = way.at(-1);
  if (edit.action === "remove") return last ? remove(last.collection, last.entry, path, way.at(-2), around) : [];
  if (edit.action === "append") {
    if (node?.kind === "alias") throw aliased(path, node.source);
    if (node && "entries" in node && node.entries.length > 0) return addItems(node, edit.items, around);
    return fill(last, node, edit.items, around);
  }
  if (!last) throw new Refusal("a whole file cannot be replaced", "Name a key of it.");
  if (node === null) return fill(last, node, edit.value, around);
  refuseAnchorsInside(text.slice(node.start, node.end), path, around);
  return replace(last, node, edit.value, around);
}

/** A value inside of the mappings that lead to it. */
function nested(path: YamlPath, value: YamlValue): YamlValue {
  return path.reduceRight<YamlValue>((inner, step) => ({ [step]: inner }), value);
}

function refuseShared({ anchor, tag }: Properties, path: YamlPath, { aliases }: Surroundings): void {
  if (tag !== null)
    throw new Refusal(`${showPath(path)} has the YAML tag ${tag}`, "Take the tag away, or change the file by hand.");
  if (anchor === null || !aliases.has(anchor)) return;
  throw new Refusal(
    `${showPath(path)} has the anchor &${anchor}, and other places of the file take over what it holds`,
    "Write it out where the alias stands, or change the file by hand.",
  );
}

/** Anchors of what is taken away with the text. A `&` inside of other text may look like one, which at worst refuses. */
function refuseAnchorsInside(source: string, path: YamlPath, { aliases }: Surroundings): void {
  for (const [, anchor = ""] of source.matchAll(/&([^\s,[\]{}]+)/g))
    if (aliases.has(anchor)) refuseShared({ anchor, tag: null }, path, { text: "", style: noStyle, aliases });
}

const noStyle: TextStyle = { step: 2, listStep: 2 };

const aliased = (path: YamlPath, source: string): Refusal =>
  new Refusal(`${showPath(path)} is the alias ${source}`, "Write out what it stands for, or change the file by hand.");

/** Adds a key to a mapping that has others. */
function addKey(
  collection: TreeCollection,
  key: string,
  value: YamlValue,
  before: readonly string[] | undefined,
  around: Surroundings,
): readonly Splice[] {
  const { text, style } = around;
  const { entries } = collection;
  const next = entries.findIndex(({ key: found }) => before?.includes(found ?? ""));
  const following = entries[next];
  if (collection.flow) {
    const added = `${textOf(key, true)}: ${inlineText(value, true)}`;
    if (following) {
      const { start } = following;
      const between = isFirstInLine(text, start) ? `,${lineEnd(text)}${" ".repeat(columnOf(text, start))}` : ", ";
      return [{ start, end: start, text: added + between }];
    }
    return addInBrackets(collection, [added], text);
  }
  const column = columnOf(text, entries[0]?.start ?? collection.start);
  const lines = indented(entryLines(key, value, column, style), column);
  // What stands behind a dash has nothing above it.
  if (following && (next > 0 || isFirstInLine(text, following.start))) {
    const previous = entries[next - 1];
    const least = previous ? lineEndOf(text, previous.end) : 0;
    if (previous) return [insertLines(text, afterComments(text, least, column + 1), lines)];
    const isRoot = column === 0;
    const at = isRoot ? lineStartOf(text, following.start) : beforeComments(text, following.start, column, least);
    return [insertLines(text, at, lines)];
  }
  return [addLines(collection, lines, column, around)];
}

function addItems(list: TreeCollection, items: readonly YamlValue[], around: Surroundings): readonly Splice[] {
  const { text, style } = around;
  if (list.flow) {
    return addInBrackets(
      list,
      items.map((item) => inlineText(item, true)),
      text,
    );
  }
  const column = columnOf(text, list.entries[0]?.start ?? list.start);
  const lines = items.flatMap((item) => itemLines(item, column, style));
  return [addLines(list, indented(lines, column), column, around)];
}

/** Lines at the end of a block, below the comments there, divided from what is before if that is divided too. */
function addLines(
  { entries, end }: TreeCollection,
  lines: readonly string[],
  column: number,
  { text }: Surroundings,
): Splice {
  const at = afterComments(text, lineEndOf(text, end), column);
  const [previous, last] = entries.slice(-2);
  const divided = previous && last && isDivided(text, previous.end, last.start);
  return insertLines(text, at, divided ? ["", ...lines] : lines);
}

/** Adds what is written to a list or mapping in brackets that has entries. */
function addInBrackets(
  { entries, start, lastComma }: TreeCollection,
  added: readonly string[],
  text: string,
): readonly Splice[] {
  const last = entries.at(-1);
  if (!last) throw new Refusal("brackets without anything in them", "Change the file by hand.");
  const isOneALine = text.slice(entries.at(-2)?.end ?? start, last.start).includes("\n");
  const join = isOneALine ? `,${lineEnd(text)}${" ".repeat(columnOf(text, last.start))}` : ", ";
  if (!isOneALine) {
    if (lastComma === null) return [{ start: last.end, end: last.end, text: `, ${added.join(join)}` }];
    return [{ start: lastComma + 1, end: lastComma + 1, text: ` ${added.join(join)},` }];
  }
  const indent = " ".repeat(columnOf(text, last.start));
  const from = lastComma === null ? last.end : lastComma + 1;
  const rest = text.slice(from, lineEndOf(text, from));
  // A closing bracket may stand in the same line.
  if (!/^[^\S\n]*(?:#.*)?\r?\n$/.test(rest)) {
    const begin = lastComma === null ? "," : "";
    const end = lastComma === null ? "" : ",";
    return [{ start: from, end: from, text: `${begin}${lineEnd(text)}${indent}${added.join(join)}${end}` }];
  }
  const lines = added.map(
    (line, index) => `${indent}${line}${lastComma !== null || index < added.length - 1 ? "," : ""}`,
  );
  const comma = lastComma === null ? [{ start: last.end, end: last.end, text: "," }] : [];
  return [...comma, insertLines(text, lineEndOf(text, from), lines)];
}

interface Place {
  readonly collection: TreeCollection;
  readonly entry: TreeEntry;
}

/** Gives a value to an entry that has none, or a null, or empty brackets; to the file, where it has nothing. */
function fill(
  place: Place | undefined,
  node: TreeNode | null,
  value: YamlValue,
  around: Surroundings,
): readonly Splice[] {
  const { text, style } = around;
  if (node) {
    if (place) return replace(place, node, value, around);
    return [{ start: node.start, end: node.end, text: inlineText(value, false) }];
  }
  if (!place) return [insertLines(text, text.length, blockLines(value, 0, style))];
  const { entry } = place;
  const { valueFrom, hasIndicator, end: after } = entry;
  if (place.collection.flow) {
    const start = hasIndicator || entry.key === null ? "" : ":";
    return [{ start: after, end: after, text: `${start} ${inlineText(value, true)}` }];
  }
  if (!hasIndicator) throw unusual();
  if (!isCollection(value) || isEmpty(value))
    return [{ start: valueFrom, end: valueFrom, text: ` ${inlineText(value, false)}` }];
  return [insertLines(text, lineEndOf(text, after), below(entry, value, around))];
}

const unusual = (): Refusal =>
  new Refusal("the file is written in an unusual way there", "Write it more plainly, or change the file by hand.");

/** The lines of a mapping or list below the key that it is the value of, or below the dash. */
function below(entry: TreeEntry, value: YamlValue, { text, style }: Surroundings): readonly string[] {
  const step = entry.key !== null && Array.isArray(value) ? style.listStep : style.step;
  const column = columnOf(text, entry.start) + (entry.key === null ? 2 : step);
  return indented(blockLines(value, column, style), column);
}

function replace({ collection, entry }: Place, node: TreeNode, value: YamlValue, around: Surroundings) {
  const { text } = around;
  const { start, end } = node;
  if (collection.flow) return [{ start, end, text: inlineText(value, true) }];
  if (entry.isExplicit) throw unusual();
  const inline = inlineText(value, false);
  const isBlock = "entries" in node && !node.flow;
  const staysInline =
    !isCollection(value) || isEmpty(value) || (!isBlock && fitsInline(entry, node, value, inline, around));
  if (entry.key === null && !staysInline) return replaceItem(entry, node, value, around);
  const isBelow = isBlock && isFirstInLine(text, start);
  const block = below(entry, value, around);
  if (staysInline) {
    if (!isBelow) return [{ start, end, text: node.kind === "text-block" ? inline + lineEnd(text) : inline }];
    return [
      { start: entry.valueFrom, end: entry.valueFrom, text: ` ${inline}` },
      { start: lineEndOf(text, entry.valueFrom), end: lineEndOf(text, end), text: "" },
    ];
  }
  if (isBelow) {
    const from = lineStartOf(text, start);
    return [{ start: from, end: lineEndOf(text, end), text: insertLines(text, from, block).text }];
  }
  if (node.kind === "text-block")
    return [{ start: entry.valueFrom, end, text: `${lineEnd(text)}${insertLines(text, 0, block).text}` }];
  const blanks = /[^\S\n]*$/.exec(text.slice(entry.valueFrom, start))?.[0].length ?? 0;
  return [{ start: start - blanks, end, text: "" }, insertLines(text, lineEndOf(text, end), block)];
}

/** Whether a collection in a block may be written in brackets: those that were there are kept where it fits. */
function fitsInline(
  { start, key }: TreeEntry,
  node: TreeNode,
  value: YamlValue,
  inline: string,
  { text }: Surroundings,
): boolean {
  if (key === null) return !partsOf(value).some(isCollection) && columnOf(text, start) + 2 + inline.length <= widest;
  const wasFilled = "entries" in node && node.entries.length > 0;
  return (
    (wasFilled || !isDeep(value)) && columnOf(text, node.start) + inline.length <= (wasFilled ? widest : comfortable)
  );
}

/** Columns: brackets that are new should leave room for more. */
const comfortable = 80;

/** Whether there are mappings or lists with more of them inside. */
const isDeep = (value: YamlValue): boolean => partsOf(value).some((inner) => partsOf(inner).some(isCollection));

const partsOf = (value: YamlValue): readonly YamlValue[] =>
  isCollection(value) ? Object.values(value).filter((inner) => inner !== undefined) : [];

/** Replaces an item by a mapping or list that begins behind the dash and goes on below. */
function replaceItem(entry: TreeEntry, node: TreeNode, value: YamlValue, { text, style }: Surroundings) {
  const { start, end } = node;
  if (!entry.hasIndicator || !/^ +$/.test(text.slice(entry.valueFrom, start))) throw unusual();
  const column = columnOf(text, start);
  const [first = "", ...others] = blockLines(value, column, style);
  const rest = indented(others, column);
  if (node.kind === "scalar" || node.kind === "alias" || ("entries" in node && node.flow))
    return [{ start, end, text: first }, ...(rest.length > 0 ? [insertLines(text, lineEndOf(text, end), rest)] : [])];
  const isWhole = text[end - 1] === "\n";
  return [{ start, end, text: [first, ...rest].join(lineEnd(text)) + (isWhole ? lineEnd(text) : "") }];
}

function remove(
  collection: TreeCollection,
  entry: TreeEntry,
  path: YamlPath,
  parent: Place | undefined,
  around: Surroundings,
): readonly Splice[] {
  const { text } = around;
  refuseAnchorsInside(text.slice(entry.start, entry.end), path, around);
  const { entries, flow } = collection;
  const index = entries.indexOf(entry);
  const [previous, next] = [entries[index - 1], entries[index + 1]];
  if (entries.length === 1) {
    if (!parent) throw new Refusal("nothing would be left in the file", "Remove the file.");
    const empty = collection.kind === "map" ? {} : [];
    return replace(parent, collection, empty, around);
  }
  if (flow) {
    if (next) return [{ start: entry.start, end: next.start, text: "" }];
    return [{ start: previous?.end ?? entry.start, end: entry.end, text: "" }];
  }
  if (!isFirstInLine(text, entry.start)) {
    // The first key behind a dash: the next one comes to stand there, unless there are comments between the two.
    const isCommented = next !== undefined && text.slice(entry.end, next.start).trim() !== "";
    return [{ start: entry.start, end: next && !isCommented ? next.start : entry.end, text: "" }];
  }
  const start = lineStartOf(text, entry.start);
  const end = lineEndOf(text, entry.end);
  // At the end of a text without a last line end, that of the line above goes.
  if (end === text.length && text[end - 1] !== "\n") {
    const above = text.slice(0, start).replace(/\r?\n$/, "").length;
    return [{ start: above, end, text: "" }];
  }
  return [{ start, end, text: "" }];
}
