import type { Log, LogFields, LogLevel } from "../../src/ports.ts";

interface Logged {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** A log that keeps every entry, whatever its level. */
export function keepingLog(): Log & { readonly entries: readonly Logged[] } {
  const entries: Logged[] = [];
  const at =
    (level: LogLevel): Log[LogLevel] =>
    (message, fields) =>
      void entries.push({ level, message, fields: fields?.() ?? {} });
  return { entries, error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug") };
}

/** A log for tests of something else. */
export const silentLog: Log = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
