import { painter } from "../lib/printable.ts";
import type { Context } from "./context.ts";
import type { CommonOptions, LogLevel } from "./options.ts";

const levels: readonly LogLevel[] = ["error", "warn", "info", "debug"];
const styles = { error: "red", warn: "yellow", info: "dim", debug: "dim" } as const;

export type Log = Readonly<Record<LogLevel, (text: string) => void>>;

/** Log lines on standard error, from the level on that was asked for. */
export function createLog(
  { logLevel, color }: Pick<CommonOptions, "logLevel" | "color">,
  { output, terminal }: Pick<Context, "output" | "terminal">,
): Log {
  const paint = painter(color && terminal.errors);
  const line = (level: LogLevel) => (text: string) => {
    if (levels.indexOf(level) <= levels.indexOf(logLevel)) output.err(`${paint(styles[level], `${level}:`)} ${text}\n`);
  };
  return { error: line("error"), warn: line("warn"), info: line("info"), debug: line("debug") };
}
