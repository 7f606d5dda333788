import type { CommonOptions } from "../../application/options.ts";
import { OptionError } from "./option-error.ts";

/** `--set PATH=VALUE`. The values are YAML, so that numbers, null and maps can be given. */
export async function parseSets(sets: readonly string[]): Promise<CommonOptions["set"]> {
  if (sets.length === 0) return [];
  const { parse } = await import("yaml");
  return sets.map((text) => {
    const separator = text.indexOf("=");
    const path = text.slice(0, separator);
    if (separator < 1)
      throw new OptionError(
        `--set takes PATH=VALUE, not ${JSON.stringify(text)}`,
        "for example --set clusters.emea.url=http://127.0.0.1:9301",
      );
    try {
      const value: unknown = parse(text.slice(separator + 1), { version: "1.2", maxAliasCount: 0 });
      return { path, value, text };
    } catch {
      throw new OptionError(`the value of --set ${path} is not YAML`);
    }
  });
}
