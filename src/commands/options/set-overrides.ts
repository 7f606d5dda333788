import type { CommonOptions } from "../../application/options.ts";
import { parseFast } from "../../load/yaml/parse-fast.ts";
import { createPositions } from "../../load/yaml/positions.ts";
import { OptionError } from "./option-error.ts";

/** `--set PATH=VALUE`. The values are YAML, so that numbers, null and maps can be given. */
export async function parseSets(sets: readonly string[]): Promise<CommonOptions["set"]> {
  if (sets.length === 0) return [];
  const values = await Promise.all(sets.map((text) => readValue(text.slice(text.indexOf("=") + 1))));
  return sets.map((text, index) => {
    const separator = text.indexOf("=");
    const path = text.slice(0, separator);
    if (separator < 1)
      throw new OptionError(
        `--set takes PATH=VALUE, not ${JSON.stringify(text)}`,
        "for example --set clusters.emea.url=http://127.0.0.1:9301",
      );
    const read = values[index];
    if (read === undefined || read === null) throw new OptionError(`the value of --set ${path} is not YAML`);
    return { path, value: read.value, text };
  });
}

/** Null: it is no YAML. The large library, which takes as long to load as Node.js to start, is for what is rare. */
async function readValue(text: string): Promise<{ readonly value: unknown } | null> {
  const fast = parseFast(text, createPositions("", text));
  if ("value" in fast) return fast;
  const { parse } = await import("yaml");
  try {
    return { value: parse(text, { version: "1.2", maxAliasCount: 0 }) };
  } catch {
    return null;
  }
}
