import type { LogSettings } from "../../application/log.ts";
import type { LogLevel, ProcessVariables } from "../../ports.ts";
import { mayColor, oneOf, type RawOptions, textOrNull } from "./raw-options.ts";

/** How a command logs, whatever it does besides. */
export function logOptions(raw: RawOptions, variables: ProcessVariables): LogSettings {
  const level = raw["logLevel"];
  return {
    level: level === undefined ? null : oneOf<LogLevel>("--log-level", level, ["error", "warn", "info", "debug"]),
    format: oneOf("--log-format", raw["logFormat"] ?? "text", ["text", "json"]),
    file: textOrNull(raw["logFile"]),
    color: mayColor(raw, variables),
  };
}
