import type { Fault } from "./fault-list.ts";
import { checkNamedFile, type FolderContents, listFolder, type ReadText, readText } from "./inventory-folder.ts";

/** Everything that reading an inventory asks of the disk. What it gives depends on these answers and the options alone. */
export interface InventoryFiles {
  list(): FolderContents;
  /** `path` is relative to the inventory folder. */
  readText(path: string): ReadText;
  /** Why a file that the inventory names cannot be used, or null. `path` is absolute. */
  checkNamedFile(path: string): Fault | null;
}

/** The files of a folder, whose path must be absolute and without links. */
export function inventoryFiles(root: string): InventoryFiles {
  let contents: FolderContents | null = null;
  const list = () => {
    contents ??= listFolder(root);
    return contents;
  };
  return {
    list,
    readText: (path) => readText(root, path, list().real),
    checkNamedFile: (path) => checkNamedFile(root, path),
  };
}

/** The same, where a text is read from the disk at its first use and given again, and forgotten, at its second. */
export function readAhead(files: InventoryFiles): InventoryFiles {
  const texts = new Map<string, ReadText>();
  return {
    ...files,
    readText(path) {
      const known = texts.get(path);
      if (known) {
        texts.delete(path);
        return known;
      }
      const read = files.readText(path);
      texts.set(path, read);
      return read;
    },
  };
}
