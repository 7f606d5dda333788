import { printableLine } from "../lib/printable.ts";
import { compareText } from "../lib/text.ts";

/** Labels in one line, as `--target label.KEY=VALUE` takes their parts; empty where there are none. */
export const showLabels = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .sort(([left], [right]) => compareText(left, right))
    .map(([key, value]) => `${key}=${printableLine(value)}`)
    .join(", ");
