import {
  EVENT_ID,
  type Event,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  type ScalarEvent,
  YAMLException,
} from "js-yaml";
import type { DiagnosticText } from "../diagnostics/diagnostics.ts";
import { showText } from "../diagnostics/show-text.ts";
import { explainSyntax } from "./explain-syntax.ts";

/** A value of a YAML text as it is written: what a plain scalar means, its reader decides. */
export type YamlNode = ScalarNode | MapNode | ListNode;

interface Written {
  readonly offset: number;
  /** As written, for example `!vault`; null: none. */
  readonly tag: string | null;
}

export interface ScalarNode extends Written {
  readonly kind: "scalar";
  readonly text: string;
  /** Without quotation marks, and no block of text. */
  readonly isPlain: boolean;
}

/** Pairs in the order of the file; a key may stand there twice, and an alias is the node that it stands for. */
export interface MapNode extends Written {
  readonly kind: "map";
  readonly pairs: (readonly [key: ScalarNode, value: YamlNode])[];
}

export interface ListNode extends Written {
  readonly kind: "list";
  readonly items: YamlNode[];
}

type Tags = ReadonlyMap<string, YamlNode["kind"] | null>;

interface NodeFault {
  readonly offset: number;
  readonly diagnostic: DiagnosticText;
}

/** Maps and lists inside of each other. */
const deepest = 100;

/**
 * The one document of a YAML text as nodes, or what is wrong with it; null: it has none. Aliases are resolved, tags
 * other than those of `tags` are a fault.
 */
export function parseNodes(text: string, tags: Tags): { readonly root: YamlNode | null } | NodeFault {
  try {
    return build(parseEvents(text, {}), text, tags);
  } catch (error) {
    if (error instanceof NotReadable) return error.fault;
    if (error instanceof YAMLException) return explainSyntax(text, "", error.mark?.position ?? 0);
    throw error;
  }
}

class NotReadable extends Error {
  readonly fault: NodeFault;
  constructor(fault: NodeFault) {
    super(fault.diagnostic.message);
    this.fault = fault;
  }
}

function refuse(offset: number, rule: string, message: string, hint: string): never {
  throw new NotReadable({ offset, diagnostic: { rule, message, hint } });
}

interface Frame {
  readonly node: MapNode | ListNode;
  key: ScalarNode | null;
}

interface Tagged {
  readonly tagStart: number;
  readonly tagEnd: number;
}

function build(events: readonly Event[], text: string, tags: Tags): { readonly root: YamlNode | null } {
  const frames: Frame[] = [];
  const anchors = new Map<string, YamlNode>();
  let root: YamlNode | null = null;
  let documents = 0;
  let end = 0;

  const add = (node: YamlNode): void => {
    const frame = frames.at(-1);
    if (!frame) root = node;
    else if (frame.node.kind === "list") frame.node.items.push(node);
    else if (frame.key === null && node.kind === "scalar") frame.key = node;
    else if (frame.key === null)
      refuse(
        node.offset,
        "invalid-key",
        "a key must be text, not a mapping or a list",
        "Put text with [ or { in quotation marks.",
      );
    else {
      frame.node.pairs.push([frame.key, node]);
      frame.key = null;
    }
  };
  const tagOf = ({ tagStart, tagEnd }: Tagged, kind: YamlNode["kind"]): string | null => {
    if (tagStart < 0) return null;
    const tag = text.slice(tagStart, tagEnd);
    const wanted = tags.get(tag);
    if (wanted === undefined)
      refuse(tagStart, "unknown-tag", `unknown YAML tag ${showText(tag)}`, "Take the tag away.");
    if (wanted !== null && wanted !== kind)
      refuse(
        tagStart,
        "unknown-tag",
        `the tag ${showText(tag)} does not fit what it stands before`,
        "Take the tag away.",
      );
    return tag;
  };
  const anchor = ({ anchorStart, anchorEnd }: { readonly anchorStart: number; readonly anchorEnd: number }): string =>
    text.slice(anchorStart, anchorEnd);

  for (const event of events) {
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        documents += 1;
        if (documents > 1)
          refuse(end, "several-documents", "a second YAML document begins after this", "Keep one document in a file.");
        if (event.directives.some(({ kind }) => kind === "tag"))
          refuse(0, "unknown-tag", "the file declares YAML tags of its own", "Delete the %TAG line.");
        break;
      case EVENT_ID.SEQUENCE:
      case EVENT_ID.MAPPING: {
        end = event.start;
        if (frames.length >= deepest)
          refuse(
            event.start,
            "too-deep",
            `mappings and lists are more than ${deepest} levels deep`,
            "Look for stray brackets or dashes.",
          );
        const isMap = event.type === EVENT_ID.MAPPING;
        const written = { offset: event.start, tag: tagOf(event, isMap ? "map" : "list") };
        const node: MapNode | ListNode = isMap
          ? { kind: "map", ...written, pairs: [] }
          : { kind: "list", ...written, items: [] };
        frames.push({ node, key: null });
        if (event.anchorStart >= 0) anchors.set(anchor(event), node);
        break;
      }
      case EVENT_ID.SCALAR: {
        if (event.valueEnd >= 0) end = event.valueEnd;
        const node = readScalar(event, text, tagOf(event, "scalar"), end);
        if (event.anchorStart >= 0) anchors.set(anchor(event), node);
        add(node);
        break;
      }
      case EVENT_ID.ALIAS: {
        end = event.anchorEnd;
        const name = anchor(event);
        const node = anchors.get(name);
        if (!node || frames.some((frame) => frame.node === node)) {
          const message = node ? "contains itself" : "has no anchor before it";
          refuse(
            event.anchorStart - 1,
            "invalid-alias",
            `the alias ${showText(`*${name}`)} ${message}`,
            "Write the value out.",
          );
        }
        add(node);
        break;
      }
      case EVENT_ID.POP: {
        const frame = frames.pop();
        if (frame) add(frame.node);
        break;
      }
      default:
    }
  }
  return { root };
}

function readScalar(event: ScalarEvent, text: string, tag: string | null, end: number): ScalarNode {
  // A value without text stands behind what comes before it.
  if (event.valueStart < 0) return { kind: "scalar", offset: end, tag, text: "", isPlain: true };
  const isPlain = event.style === SCALAR_STYLE.PLAIN;
  const isQuoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
  const value = event.fast ? text.slice(event.valueStart, event.valueEnd) : getScalarValue(text, event);
  return { kind: "scalar", offset: isQuoted ? event.valueStart - 1 : event.valueStart, tag, text: value, isPlain };
}
