import { styleText } from "node:util";
import type { Value } from "./json.ts";

/** Control characters, other ends of lines, what turns the direction of writing, and what cannot be seen, tags beyond U+FFFF included. */
const unprintable =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]|\u034f|\u17b4|\u17b5|\u180b|\u180c|\u180d|\u180e|\u180f|\udb40[\udc00-\udfff]|(?<![\u2000-\u33ff\ud83c-\udfff])[\ufe00-\ufe0f]/g;

/**
 * Text from outside (names on a cluster, answers of servers, output of hosts) made safe for a terminal: what is not to be seen in
 * it, or would control it, becomes escapes. What chooses the look of a sign stays behind a sign.
 */
export function printable(text: string): string {
  return text.replace(unprintable, (characters) =>
    characters
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}

/** The same for text that must stay on one line. */
export function printableLine(text: string): string {
  return printable(text).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

/** The same for all text of JSON data, keys included. What is equal stays equal. */
export function printableData<T>(value: T): T;
export function printableData(value: unknown): unknown {
  if (typeof value === "string") return printableLine(value);
  if (Array.isArray(value)) return value.map((item: unknown) => printableData(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [printableLine(key), printableData(item)]));
}

/**
 * Text for what may be the log of a pipeline, in which nothing is a command: `##[error]` anywhere and `::error::` at the start of
 * a line for GitHub's runner, `##vso[…]` for Azure's. One of their characters becomes an escape, by which JSON stays what it is.
 */
export const withoutLogCommands = (text: string): string =>
  text.replace(/##(?=(?:vso)?\[)/gi, "#\\u0023").replace(/^([^\S\n]*):(?=:[a-z][a-z-]*(?: [^\n]*)?::)/gim, "$1\\u003a");

/** A value of a change, as a person reads it. */
export function showValue(value: Value | undefined): string {
  if (value === undefined || value === null) return "none";
  if (typeof value === "string") return value === "" ? '""' : printableLine(value);
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(showValue).join(", ");
  if (typeof value === "object") {
    const entries = Object.entries(value);
    return entries.length === 0
      ? "none"
      : entries.map(([key, item]) => `${printableLine(key)}=${showValue(item)}`).join(", ");
  }
  return String(value);
}

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Colours text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

export const painter =
  (coloured: boolean): Paint =>
  (style, text) =>
    coloured ? styleText(style, text, { validateStream: false }) : text;

/** `12,000`. Not by the number's own way, which loads a locale for a fortieth of a second. */
export const separated = (number: number): string => String(number).replace(/\B(?=(?:\d{3})+$)/g, ",");

/** `1 host`, `12,000 hosts`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${separated(number)} ${number === 1 ? singular : plural}`;
}
