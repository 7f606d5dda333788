import { findInventory } from "../../application/find-inventory.ts";
import type { CommonOptions } from "../../application/options.ts";
import type { ProcessVariables } from "../../ports.ts";
import { mayColor, oneOf, type RawOptions, textOrNull, texts } from "./raw-options.ts";
import { parseSets } from "./set-overrides.ts";

/** How a result is printed. */
export const printOptions = (
  raw: RawOptions,
  variables: ProcessVariables,
): Pick<CommonOptions, "format" | "color"> => ({
  format: oneOf("--format", raw["format"] ?? "text", ["text", "json", "markdown"]),
  color: mayColor(raw, variables),
});

/** Where the inventory is, for commands that have one. */
export const inventoryFolder = (raw: RawOptions, variables: ProcessVariables): string =>
  textOrNull(raw["inventory"]) ?? (variables["DTSYNC_INVENTORY"] || findInventory("."));

export async function commonOptions(raw: RawOptions, variables: ProcessVariables): Promise<CommonOptions> {
  return {
    inventory: inventoryFolder(raw, variables),
    set: await parseSets(texts(raw["set"])),
    ...printOptions(raw, variables),
    // Where programs read what happens, the log tells it.
    progress: raw["progress"] !== false && raw["logFormat"] !== "json",
  };
}
