import { DtsyncError, errorMessage, exitCodes } from "../errors.ts";
import type { LineFile, LineFileOptions } from "../files/append-lines.ts";
import { painter, printable } from "../lib/printable.ts";
import type { Clock, Log, LogFields, LogLevel, LogValue } from "../ports.ts";
import { jsonLine, type LogEntry, textLine } from "./log-line.ts";

export type LogFormat = "text" | "json";

export interface LogSettings {
  /** Null: warnings and errors, and in a file what happens besides. */
  readonly level: LogLevel | null;
  readonly format: LogFormat;
  /** Where everything goes; standard error has warnings and errors then. Null: standard error has everything. */
  readonly file: string | null;
  readonly color: boolean;
}

/** What a command has to say for itself besides its result, whatever level is shown. */
export interface LastWords {
  readonly level?: "error" | "warn" | "info";
  /** Each is a line. */
  readonly details?: readonly string[];
  readonly hint?: string | null;
  readonly exitCode?: number;
}

/** The log of one run, given to all that it does. */
export interface RunLog extends Log {
  /** Whether standard error is JSON lines and nothing else. */
  isJson(): boolean;
  /** Follows the options from now on. Throws DtsyncError where the file cannot be written. */
  open(settings: LogSettings, signal: AbortSignal): Promise<void>;
  say(message: string, words?: LastWords): void;
}

export interface LogEdges {
  /** Standard error. */
  readonly write: (text: string) => void;
  readonly redact: (text: string) => string;
  readonly clock: Pick<Clock, "now">;
  readonly runId: string;
  /** Whether standard error is a terminal. */
  readonly terminal: boolean;
}

const levels: readonly LogLevel[] = ["error", "warn", "info", "debug"];
const includes = (shown: LogLevel, level: LogLevel): boolean => levels.indexOf(level) <= levels.indexOf(shown);
/** Characters of a message or a field; what comes from outside may have more. */
const longest = 10_000;
/** Entries of a list. */
const longestList = 50;
/** Characters that may wait for whoever reads a log that is a pipe. */
const mostWaiting = 1_000_000;

/** A log that shows warnings on standard error until it is opened. */
export function createLog(edges: LogEdges, early: LogFormat = "text"): RunLog {
  let settings: LogSettings = { level: null, format: early, file: null, color: false };
  let file: LineFile | null = null;

  const shown = (): LogLevel => (file !== null && settings.level !== "error" ? "warn" : (settings.level ?? "warn"));
  const kept = (level: LogLevel): boolean => file !== null && includes(settings.level ?? "info", level);

  /** Before anything else is done to a text: a secret is not found once a part of it is escaped. */
  function clean(text: string): string {
    const safe = edges.redact(text);
    return safe.length > longest ? `${safe.slice(0, longest)}…` : safe;
  }

  const entryOf = (level: LogLevel, message: string, fields: LogFields): LogEntry => ({
    time: edges.clock.now(),
    level,
    run: edges.runId,
    message: clean(message),
    fields: mapFields(fields, clean),
  });

  function keep(entry: LogEntry): void {
    file?.write(settings.format === "json" ? jsonLine(entry) : textLine(entry, painter(false), "whole"));
  }

  function show(entry: LogEntry): void {
    const known = includes("warn", shown()) ? "brief" : "whole";
    const paint = painter(settings.color && edges.terminal);
    edges.write(settings.format === "json" ? jsonLine(entry) : textLine(entry, paint, known));
  }

  const at =
    (level: LogLevel): Log[LogLevel] =>
    (message, fields) => {
      const [toShow, toKeep] = [includes(shown(), level), kept(level)];
      if (!toShow && !toKeep) return;
      const entry = entryOf(level, message, fields?.() ?? {});
      if (toShow) show(entry);
      if (toKeep) keep(entry);
    };
  const log: Log = { error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug") };

  return {
    ...log,
    isJson: () => settings.format === "json",
    async open(given, signal) {
      const opened = given.file === null ? null : await openFile(given.file, log, signal);
      settings = given;
      file = opened;
    },
    say(message, { level = "error", details = [], hint = null, exitCode } = {}) {
      const help = [...details, ...(hint === null ? [] : [hint])];
      const fields = { ...(details.length > 0 ? { details } : {}), ...(hint === null ? {} : { hint }), exitCode };
      const entry = entryOf(level, message, fields);
      if (settings.format === "json") show(entry);
      else edges.write(lastWords(entry.message, help.map(clean)));
      if (kept(level)) keep(entry);
    },
  };
}

function mapFields(fields: LogFields, clean: (text: string) => string): LogFields {
  const cleanValue = (value: LogValue | undefined) => {
    if (typeof value === "string") return clean(value);
    return Array.isArray(value) ? shortList(value).map(clean) : value;
  };
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, cleanValue(value)]));
}

const lastWords = (message: string, help: readonly string[]): string =>
  [`dtsync: ${message}`, ...help.map((text) => `  ${text}`), ""].map(printable).join("\n");

const shortList = (list: readonly string[]): readonly string[] =>
  list.length <= longestList ? list : [...list.slice(0, longestList), `… and ${list.length - longestList} more`];

/** A log is worth less than what it tells of: where it cannot be written any more, the run goes on without it. */
async function openFile(path: string, log: Log, signal: AbortSignal): Promise<LineFile> {
  const { openLineFile } = await import("../files/append-lines.ts");
  const options: LineFileOptions = {
    limit: mostWaiting,
    signal,
    onFailure: (error) =>
      log.warn(`${path} cannot be written any more, and the log ends there: ${errorMessage(error)}`),
    onGap: (lines) =>
      log.warn("lines of the log were left out here, because nobody read them in time", () => ({ lines })),
  };
  try {
    return await openLineFile(path, options);
  } catch (error) {
    throw new DtsyncError(`${path} cannot be written (${errorMessage(error)})`, {
      exitCode: exitCodes.failed,
      cause: error,
    });
  }
}
