import type { ReportTarget } from "../../application/options.ts";
import { OptionError } from "./option-error.ts";
import { didYouMean, type RawOptions, texts } from "./raw-options.ts";

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
    if (separator < 1 || file === "") throw new OptionError(`--report takes KIND=FILE, not ${JSON.stringify(text)}`);
    const kind = kinds.find((candidate) => candidate === name);
    if (kind === undefined) {
      const hints = [didYouMean(name, kinds), `kinds of this command: ${kinds.join(", ")}`];
      throw new OptionError(`--report ${name} is not known here`, hints.filter(Boolean).join(" "));
    }
    return { kind, file };
  });
}
