import type { ReportTarget } from "../../application/options.ts";
import { usageError } from "../../errors.ts";
import { type RawOptions, texts } from "./raw-options.ts";

/** `--report KIND=FILE`, of the kinds that there are renderers for. */
export function reportTargets<Kind extends string>(
  raw: RawOptions,
  renderers: Readonly<Record<Kind, unknown>>,
): readonly ReportTarget<Kind>[] {
  const kinds = Object.keys(renderers) as Kind[];
  return texts(raw["report"]).map((text) => {
    const separator = text.indexOf("=");
    const name = text.slice(0, separator);
    const file = text.slice(separator + 1);
    if (separator < 1 || file === "") throw usageError(`--report takes KIND=FILE, not ${JSON.stringify(text)}`);
    const kind = kinds.find((candidate) => candidate === name);
    if (kind === undefined)
      throw usageError(`--report ${name} is not known here`, `kinds of this command: ${kinds.join(", ")}`);
    return { kind, file };
  });
}
