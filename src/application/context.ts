import type { Paint } from "../lib/printable.ts";
import type { Clock, Output, ProcessVariables } from "../ports.ts";
import type { Redactor } from "../secrets/redactor.ts";
import type { LogLevel } from "./options.ts";

/** What every command is given by cli.ts: the edges of the process. */
export interface Context {
  readonly output: Output;
  readonly redactor: Redactor;
  readonly clock: Clock;
  readonly variables: ProcessVariables;
  readonly version: string;
  /** Aborted at the first interrupt. */
  readonly signal: AbortSignal;
  /** What the first interrupt was; null before. */
  readonly interruptedBy: () => NodeJS.Signals | null;
  readonly terminal: {
    /** Whether somebody can answer a question. */
    readonly input: boolean;
    readonly output: boolean;
    readonly errors: boolean;
  };
}

const levels: readonly LogLevel[] = ["error", "warn", "info", "debug"];

export interface Log {
  error(text: string): void;
  warn(text: string): void;
  info(text: string): void;
  debug(text: string): void;
}

/** Log lines on standard error, from the level on that was asked for. */
export function createLog(context: Context, level: LogLevel, paint: Paint): Log {
  const line = (of: LogLevel, style: "red" | "yellow" | "dim") => (text: string) => {
    if (levels.indexOf(of) <= levels.indexOf(level)) context.output.err(`${paint(style, `${of}:`)} ${text}\n`);
  };
  return {
    error: line("error", "red"),
    warn: line("warn", "yellow"),
    info: line("info", "dim"),
    debug: line("debug", "dim"),
  };
}
