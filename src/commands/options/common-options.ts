import { findInventory } from "../../application/find-inventory.ts";
import type { CommonOptions } from "../../application/options.ts";
import type { ProcessVariables } from "../../ports.ts";
import { mayColor, oneOf, type RawOptions, textOrNull, texts } from "./raw-options.ts";
import { parseSets } from "./set-overrides.ts";

export async function commonOptions(raw: RawOptions, variables: ProcessVariables): Promise<CommonOptions> {
  return {
    inventory: textOrNull(raw["inventory"]) ?? (variables["DTSYNC_INVENTORY"] || findInventory(".")),
    set: await parseSets(texts(raw["set"])),
    format: oneOf("--format", raw["format"] ?? "text", ["text", "json", "markdown"]),
    color: mayColor(raw, variables),
    // Where programs read what happens, the log tells it.
    progress: raw["progress"] !== false && raw["logFormat"] !== "json",
  };
}
