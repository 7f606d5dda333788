import { EVENT_ID, type Event, parseEvents, SCALAR_STYLE, type ScalarEvent, YAMLException } from "js-yaml";
import { createMap, type Entry } from "./create-map.ts";
import type { Positions } from "./positions.ts";

/**
 * Reads the YAML that inventories are written in several times as fast as the full parser, with the same data and the
 * same positions, or says that it cannot. It leaves everything that is rare, doubtful or invalid to the full parser:
 * anchors, aliases, tags, directives, several documents, escapes, text over several lines, numbers that are not plain
 * decimals, tabs, duplicate keys.
 */
export function parseFast(text: string, positions: Positions): FastResult {
  const unusual = unusualText.exec(text);
  if (unusual) return { stoppedAt: unusual.index };
  const reached = { offset: 0 };
  try {
    return build(parseEvents(text, {}), text, positions, reached) ?? { stoppedAt: reached.offset };
  } catch (error) {
    // Whatever is wrong, the full parser says it in its own words.
    return { stoppedAt: error instanceof YAMLException ? (error.mark?.position ?? 0) : reached.offset };
  }
}

/** The data, or an offset near which the full parser is needed. */
type FastResult = { readonly value: unknown } | { readonly stoppedAt: number };

/** Tabs, carriage returns alone, document and directive lines, and flow collections that go on in the next line. */
const unusualText = /[\t\ufeff]|\r(?!\n)|^(?:---|\.\.\.|%)|[[{,]\s*(?:#.*)?$/m;
const deepest = 60;

interface Frame {
  /** Null: a list. */
  readonly entries: Entry[] | null;
  readonly keys: Set<string>;
  readonly items: unknown[];
  readonly offsets: number[];
  readonly start: number;
  key: { readonly text: string; readonly offset: number } | null;
}

/** Thrown where the full parser has to decide. */
class Unusual extends Error {}

/** Undefined, or an exception, where the full parser has to decide; `reached` tells how far it came. */
function build(
  events: readonly Event[],
  text: string,
  positions: Positions,
  reached: { offset: number },
): { readonly value: unknown } | undefined {
  const frames: Frame[] = [];
  let root: { readonly value: unknown } | undefined;
  let documents = 0;

  const add = (value: unknown, offset: number, hasText: boolean): void => {
    const frame = frames.at(-1);
    if (!frame) {
      if (root) throw new Unusual();
      root = { value };
    } else if (!frame.entries) {
      frame.items.push(value);
      frame.offsets.push(offset, offset);
    } else if (frame.key) {
      const { text: key, offset: keyOffset } = frame.key;
      frame.entries.push({ key, value, keyOffset, valueOffset: hasText ? offset : keyOffset });
      frame.key = null;
    } else throw new Unusual();
  };

  for (const event of events) {
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        documents += 1;
        if (documents > 1 || event.explicitStart || event.explicitEnd || event.directives.length > 0) return undefined;
        break;
      case EVENT_ID.SEQUENCE:
      case EVENT_ID.MAPPING: {
        if (event.anchorStart >= 0 || event.tagStart >= 0 || frames.length >= deepest) return undefined;
        const isMap = event.type === EVENT_ID.MAPPING;
        const parent = frames.at(-1);
        if (parent?.entries && !parent.key) return undefined;
        const flow = text[event.start] === (isMap ? "{" : "[");
        if (!flow && event.style === 2) return undefined;
        frames.push({
          entries: isMap ? [] : null,
          keys: new Set(),
          items: [],
          offsets: [event.start],
          start: event.start,
          key: null,
        });
        break;
      }
      case EVENT_ID.SCALAR: {
        if (event.valueStart >= 0) reached.offset = event.valueStart;
        const frame = frames.at(-1);
        if (frame?.entries && !frame.key) frame.key = readKey(event, text, frame.keys);
        else {
          const hasText = event.valueStart >= 0;
          // An item without text stands nowhere that both parsers agree on.
          if (!hasText && !frame?.entries) return undefined;
          add(readScalar(event, text), startOf(event), hasText);
        }
        break;
      }
      case EVENT_ID.POP: {
        const frame = frames.pop();
        if (!frame) break;
        if (frame.key) return undefined;
        if (frame.entries) add(createMap(positions, frame.start, frame.entries), frame.start, true);
        else {
          positions.offsets.set(frame.items, frame.offsets);
          add(frame.items, frame.start, true);
        }
        break;
      }
      default:
        return undefined;
    }
  }
  return root;
}

function readKey(event: ScalarEvent, text: string, keys: Set<string>): { text: string; offset: number } {
  const key = sourceOf(event, text);
  if (key === "" || key === "__proto__" || key === "<<" || keys.has(key)) throw new Unusual();
  keys.add(key);
  return { text: key, offset: startOf(event) };
}

/** The text of a scalar that the file has as it is. */
function sourceOf(event: ScalarEvent, text: string): string {
  if (!event.fast || event.anchorStart >= 0 || event.tagStart >= 0) throw new Unusual();
  return text.slice(event.valueStart, event.valueEnd);
}

/** Quotation marks are part of the place of a text. */
const startOf = (event: ScalarEvent): number =>
  event.style === SCALAR_STYLE.PLAIN ? event.valueStart : event.valueStart - 1;

const decimal = /^(?:0|[1-9][0-9]{0,8})$/;
/** Everything else that the core schema takes for a number. */
const otherNumber =
  /^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

function readScalar(event: ScalarEvent, text: string): unknown {
  if (event.valueStart < 0) {
    if (event.anchorStart >= 0 || event.tagStart >= 0) throw new Unusual();
    return null;
  }
  const source = sourceOf(event, text);
  if (event.style !== SCALAR_STYLE.PLAIN) {
    if (event.style !== SCALAR_STYLE.SINGLE_QUOTED && event.style !== SCALAR_STYLE.DOUBLE_QUOTED) throw new Unusual();
    return source;
  }
  switch (source) {
    case "null":
    case "Null":
    case "NULL":
    case "~":
      return null;
    case "true":
    case "True":
    case "TRUE":
      return true;
    case "false":
    case "False":
    case "FALSE":
      return false;
    default:
  }
  if (decimal.test(source)) return Number(source);
  if (otherNumber.test(source)) throw new Unusual();
  return source;
}
