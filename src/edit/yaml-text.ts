import { scalarText } from "../format/scalar-text.ts";
import type { YamlMapping, YamlValue } from "./edit.ts";

/** How the file that text is for is laid out. */
export interface TextStyle {
  /** Blanks by which a mapping stands in from its key. */
  readonly step: number;
  /** The same for a list. */
  readonly listStep: number;
}

/** Columns. Brackets that need more are written as a block. */
export const widest = 120;

export const isSequence = (value: YamlValue): value is readonly YamlValue[] => Array.isArray(value);

export const isCollection = (value: YamlValue): value is readonly YamlValue[] | YamlMapping =>
  typeof value === "object" && value !== null;

export const entriesOf = (value: YamlMapping): readonly (readonly [string, YamlValue])[] =>
  Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : [[key, inner] as const]));

export const isEmpty = (value: YamlValue): boolean =>
  isCollection(value) && (isSequence(value) ? value.length === 0 : entriesOf(value).length === 0);

/** Text that may begin with a digit and is no number for any reader: an address, a day, a UUID. */
const plainDigits = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\d{4}-\d{2}-\d{2}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/;

export function textOf(text: string, inFlow: boolean): string {
  if (plainDigits.test(text)) return text;
  return scalarText({ kind: "scalar", properties: [], content: { style: "quoted", text } }, inFlow);
}

/** A value on one line. `inFlow`: it stands in brackets. */
export function inlineText(value: YamlValue, inFlow: boolean): string {
  if (typeof value === "string") return textOf(value, inFlow);
  if (!isCollection(value)) return String(value);
  if (isSequence(value)) return `[${value.map((item) => inlineText(item, true)).join(", ")}]`;
  const inner = entriesOf(value)
    .map(([key, item]) => `${textOf(key, true)}: ${inlineText(item, true)}`)
    .join(", ");
  return inner === "" ? "{}" : `{ ${inner} }`;
}

/** The lines of a mapping or list as a block that begins in a column; they are not indented. */
export function blockLines(value: YamlValue, column: number, style: TextStyle): readonly string[] {
  if (!isCollection(value) || isEmpty(value)) return [inlineText(value, false)];
  if (isSequence(value)) return value.flatMap((item) => itemLines(item, column, style));
  return entriesOf(value).flatMap(([key, inner]) => entryLines(key, inner, column, style));
}

/** The lines of a key and its value. */
export function entryLines(key: string, value: YamlValue, column: number, style: TextStyle): readonly string[] {
  const start = `${textOf(key, false)}:`;
  if (!isCollection(value) || isEmpty(value)) return [`${start} ${inlineText(value, false)}`];
  const step = isSequence(value) ? style.listStep : style.step;
  return [start, ...blockLines(value, column + step, style).map((line) => " ".repeat(step) + line)];
}

/** The lines of an item of a list, its dash included. A mapping of single values stands in brackets where they fit. */
export function itemLines(value: YamlValue, column: number, style: TextStyle): readonly string[] {
  const inline = `- ${inlineText(value, false)}`;
  const isSmall =
    isCollection(value) && (isSequence(value) || entriesOf(value).every(([, inner]) => !isCollection(inner)));
  if (!isCollection(value) || (isSmall && column + inline.length <= widest)) return [inline];
  return blockLines(value, column + 2, style).map((line, index) => (index === 0 ? "- " : "  ") + line);
}
