import { type Paint, printable, printableLine } from "../lib/printable.ts";
import type { LogFields, LogLevel, LogValue } from "../ports.ts";

/** One thing that a run logs. */
export interface LogEntry {
  readonly time: Date;
  readonly level: LogLevel;
  /** The id of the run. */
  readonly run: string;
  readonly message: string;
  readonly fields: LogFields;
}

const styles = { error: "red", warn: "yellow", info: "dim", debug: "dim" } as const;

/** For people: what it is about, then what is known of it. `known` says when and in which run, where that matters. */
export function textLine(entry: LogEntry, paint: Paint, known: "brief" | "whole"): string {
  const { time, level, run, message } = entry;
  const start = known === "brief" ? "" : `${paint("dim", `${time.toISOString()} ${run}`)} `;
  return `${start}${paint(styles[level], `${level}:`)} ${printableLine(message)}${fieldsText(entry.fields)}\n`;
}

/** For programs: an object. What could do harm on a terminal is an escape of JSON, so that it is read as it was. */
export function jsonLine({ time, level, run, message, fields }: LogEntry): string {
  return `${printable(JSON.stringify({ time: time.toISOString(), level, run, message, ...fields }))}\n`;
}

function fieldsText(fields: LogFields): string {
  const parts = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${showField(value)}`],
  );
  return parts.length === 0 ? "" : `  ${parts.join(" ")}`;
}

function showField(value: LogValue): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : showText(value.join(","));
  return typeof value === "string" ? showText(value) : String(value);
}

/** In quotes where it would not be seen where the text ends. */
const showText = (text: string): string => printableLine(/^[^\s"]+$/.test(text) ? text : JSON.stringify(text));
