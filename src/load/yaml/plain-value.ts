import type { Document, Node, Pair, YAMLMap, YAMLSeq } from "yaml";
import type { DiagnosticText } from "../diagnostics/diagnostics.ts";
import { findSecrets } from "../diagnostics/secret-text.ts";
import { showText } from "../diagnostics/show-text.ts";
import { controlCharacterDiagnostic, secretDiagnostic } from "../diagnostics/text-diagnostics.ts";
import { createMap, type Entry } from "./create-map.ts";
import { type Positions, placeAt } from "./positions.ts";
import { deeperItems } from "./slips/deeper-item.ts";
import { isAlias, isMap, isScalar, isSeq } from "./yaml-library.ts";

/** Reports an error at an offset of the text. */
type Report = (offset: number, diagnostic: DiagnosticText) => void;

/** Values that the aliases of one file may stand for. Without a limit nine lines of YAML can stand for billions. */
const mostAliasedValues = 50_000;

/** Characters of text that count as one more value. */
const longText = 100;

const coreTags: ReadonlySet<string> = new Set(
  ["str", "int", "float", "bool", "null", "map", "seq"].map((name) => `tag:yaml.org,2002:${name}`).concat("!"),
);

interface Anchored {
  readonly value: unknown;
  readonly size: number;
}

interface Conversion {
  readonly positions: Positions;
  readonly report: Report;
  /** Values by anchor; null while the anchored value is still being read. */
  readonly anchors: Map<string, Anchored | null>;
  aliasedValues: number;
  /** Whether it was reported that there are too many of them: every further alias would say the same. */
  isTooManyReported: boolean;
}

/**
 * The data of a document as maps, lists and scalars, with the offsets noted in `positions`. Duplicate keys, tags
 * outside of the core schema, dangerous keys and aliases that multiply are reported; what is left is usable.
 */
export function toPlainValue(document: Document.Parsed, positions: Positions, report: Report): unknown {
  const conversion: Conversion = { positions, report, anchors: new Map(), aliasedValues: 0, isTooManyReported: false };
  return document.contents ? convert(conversion, document.contents).value : null;
}

function convert(conversion: Conversion, node: Node): Anchored {
  if (isAlias(node)) return resolveAlias(conversion, node.source, startOf(node));
  if (node.tag !== undefined && !coreTags.has(node.tag)) {
    conversion.report(startOf(node), {
      rule: "unknown-tag",
      message: `unknown YAML tag ${showText(node.tag.replace(/^tag:yaml\.org,2002:/, "!!"))}`,
      hint: "Take the tag away; plain mappings, lists, text, numbers, true and false are all there is.",
    });
  }
  const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
  if (anchor !== undefined) conversion.anchors.set(anchor, null);
  const result = convertContent(conversion, node);
  if (anchor !== undefined) conversion.anchors.set(anchor, result);
  return result;
}

function convertContent(conversion: Conversion, node: Node): Anchored {
  if (isMap(node)) return convertMap(conversion, node);
  if (isSeq(node)) return convertList(conversion, node);
  if (!isScalar(node)) return { value: null, size: 1 };
  const value = node.value;
  if (typeof value === "string") {
    if (node.type !== "PLAIN") checkText(conversion, value, node);
    return { value, size: 1 + Math.floor(value.length / longText) };
  }
  const plain = typeof value === "number" || typeof value === "boolean" ? value : null;
  return { value: plain, size: 1 };
}

function convertMap(conversion: Conversion, node: YAMLMap): Anchored {
  const entries: Entry[] = [];
  const keys = new Set<string>();
  let size = 1;
  for (const pair of node.items as readonly Pair<Node, Node | null>[]) {
    const key = convertKey(conversion, pair.key);
    if (key === null) continue;
    const keyOffset = startOf(pair.key);
    if (keys.has(key)) {
      conversion.report(keyOffset, {
        rule: "duplicate-key",
        message: `duplicate key ${showText(key)}`,
        hint: "Keep one of the two.",
      });
      continue;
    }
    keys.add(key);
    const result = pair.value ? convert(conversion, pair.value) : nothing;
    size += result.size;
    const valueOffset = pair.value && hasText(pair.value) ? startOf(pair.value) : keyOffset;
    entries.push({ key, value: result.value, keyOffset, valueOffset });
  }
  return { value: createMap(conversion.positions, startOf(node), entries), size };
}

/** The key as text, or null when it cannot be one. Keys that look like numbers are taken as they are written. */
function convertKey(conversion: Conversion, node: Node): string | null {
  const value = isAlias(node) ? convert(conversion, node).value : isScalar(node) ? node.value : undefined;
  const text = typeof value === "string" ? value : isScalar(node) ? (node.source ?? String(value)) : null;
  if (text === null) {
    const placeholder = placeholderAt(conversion, node);
    if (placeholder !== null) return placeholder;
    conversion.report(startOf(node), {
      rule: "invalid-key",
      message: "a key must be text, not a mapping or a list",
      hint: "Write a plain name before the colon; put text with [ or { in quotation marks.",
    });
    return null;
  }
  if (text === "__proto__") {
    conversion.report(startOf(node), {
      rule: "invalid-key",
      message: `the key ${showText(text)} is not allowed`,
      hint: "Take it away.",
    });
    return null;
  }
  checkText(conversion, text, node);
  return text;
}

/** `{customer}` without quotation marks, which is reported and then taken as it was meant; null for other keys. */
function placeholderAt({ positions, report }: Conversion, node: Node): string | null {
  const [start, end] = node.range ?? [0, 0];
  const [text] = /^\{\w{1,40}\}$/.exec(positions.text.slice(start, end)) ?? [];
  if (text === undefined) return null;
  report(start, {
    rule: "invalid-key",
    message: `${text} needs quotation marks, because of its brackets`,
    hint: `Write ${showText(text)}.`,
  });
  return text;
}

function convertList(conversion: Conversion, node: YAMLSeq): Anchored {
  const list: unknown[] = [];
  const offsets: number[] = [startOf(node)];
  let size = 1;
  for (const item of node.items as readonly (Node | Pair<Node, Node | null>)[]) {
    const meant = meantItems(conversion, item);
    if (meant !== null) {
      for (const { text, offset } of meant) {
        list.push(text);
        offsets.push(offset, offset);
      }
      size += meant.length;
      continue;
    }
    // A pair is in a flow list only: `[a: 1]`. It is a map with one entry.
    const isNode = isScalar(item) || isMap(item) || isSeq(item) || isAlias(item);
    const result = isNode ? convert(conversion, item) : { value: null, size: 1 };
    const offset = isNode ? startOf(item) : (offsets[0] ?? 0);
    list.push(result.value);
    size += result.size;
    offsets.push(offset, offset);
  }
  conversion.positions.offsets.set(list, offsets);
  return { value: list, size };
}

/** Items that YAML takes for one text, which is reported; they are then taken as they were meant. */
function meantItems({ positions, report }: Conversion, item: Node | Pair): ReturnType<typeof deeperItems> {
  if (!isScalar(item) || item.type !== "PLAIN" || !item.range) return null;
  const meant = deeperItems(positions.text, item.range[0], item.range[1], (offset) => placeAt(positions, offset).line);
  for (const { fault } of meant ?? []) if (fault !== null) report(fault.offset, fault.diagnostic);
  return meant;
}

function resolveAlias(conversion: Conversion, anchor: string, offset: number): Anchored {
  const anchored = conversion.anchors.get(anchor);
  if (anchored === undefined || anchored === null) {
    const message = anchored === null ? "contains itself" : "has no anchor before it";
    conversion.report(offset, {
      rule: "invalid-alias",
      message: `the alias ${showText(`*${anchor}`)} ${message}`,
      hint: "Write the value out, or put the anchor (&name) before its first use.",
    });
    return nothing;
  }
  conversion.aliasedValues += anchored.size;
  if (conversion.aliasedValues <= mostAliasedValues) return anchored;
  if (!conversion.isTooManyReported) {
    conversion.report(offset, {
      rule: "too-many-aliases",
      message: `the aliases of this file stand for more than ${mostAliasedValues} values`,
      hint: "Write the values out, or move them to the defaults.",
    });
  }
  conversion.isTooManyReported = true;
  return nothing;
}

/** Escapes in quotation marks can bring in what the text of the file itself must not hold. */
function checkText(conversion: Conversion, text: string, node: Node): void {
  const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]|\p{Surrogate}/u.exec(text);
  if (control) conversion.report(startOf(node), controlCharacterDiagnostic(control[0]));
  const [secret] = findSecrets(text);
  if (secret === undefined) return;
  const [start, end] = node.range ?? [0, 0];
  // What the file has as it is was found there.
  if (findSecrets(conversion.positions.text.slice(start, end)).length === 0)
    conversion.report(startOf(node), secretDiagnostic(secret.what));
}

const nothing: Anchored = { value: null, size: 1 };

const startOf = (node: Node): number => node.range?.[0] ?? 0;

const hasText = (node: Node): boolean => node.range != null && node.range[1] > node.range[0];
