import type { CommonOptions } from "../../application/options.ts";
import type { ProcessVariables } from "../../ports.ts";
import { oneOf, type RawOptions, textOrNull, texts } from "./raw-options.ts";
import { parseSets } from "./set-overrides.ts";

/** How a result is printed. */
export const printOptions = (
  raw: RawOptions,
  variables: ProcessVariables,
): Pick<CommonOptions, "format" | "color"> => ({
  format: oneOf("--format", raw["format"] ?? "text", ["text", "json", "markdown"]),
  color: raw["color"] !== false && !variables["NO_COLOR"],
});

export async function commonOptions(raw: RawOptions, variables: ProcessVariables): Promise<CommonOptions> {
  return {
    inventory: textOrNull(raw["inventory"]) ?? (variables["DTSYNC_INVENTORY"] || "inventory"),
    set: await parseSets(texts(raw["set"])),
    ...printOptions(raw, variables),
    logLevel: oneOf("--log-level", raw["logLevel"] ?? "warn", ["error", "warn", "info", "debug"]),
    progress: raw["progress"] !== false,
  };
}
