import type { YamlMapping } from "../edit/edit.ts";
import { blockLines } from "../edit/yaml-text.ts";

const style = { step: 2, listStep: 2 };

/** A path below the inventory that nothing has yet. `path`: without its ending. */
export function freePath(path: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number += 1) {
    const candidate = `${path}${number === 1 ? "" : `-${number}`}.yaml`;
    if (!taken.has(candidate)) return candidate;
  }
}

/** The text of a new file, with an empty line before each longer part. */
export const fileText = (entry: YamlMapping): string => {
  const keys = Object.entries(entry);
  const blocks = keys.map(([key, value]) => blockLines({ [key]: value }, 0, style));
  return `${blocks.flatMap((lines, index) => (index > 0 && lines.length > 1 ? ["", ...lines] : lines)).join("\n")}\n`;
};
