import { compareText } from "../../lib/text.ts";
import type { InventoryFiles } from "./inventory-files.ts";

/** The files of an inventory as they would be with these texts, by path. */
export function overlaidFiles(files: InventoryFiles, texts: ReadonlyMap<string, string>): InventoryFiles {
  const added = (folder: string): readonly string[] =>
    [...texts.keys()].filter((path) => path.startsWith(`${folder}/`));
  const merged = (known: readonly string[], folder: string): readonly string[] =>
    [...new Set([...known, ...added(folder)])].sort(compareText);
  return {
    ...files,
    list() {
      const contents = files.list();
      return {
        ...contents,
        customers: merged(contents.customers, "customers"),
        groups: merged(contents.groups, "groups"),
      };
    },
    readText(path, use) {
      const text = texts.get(path);
      return text === undefined ? files.readText(path, use) : { text };
    },
  };
}
