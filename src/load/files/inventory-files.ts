import { compareText } from "../../lib/text.ts";
import type { DiagnosticText } from "../diagnostics/diagnostics.ts";
import { type FilesBelow, filesBelow } from "./files-below.ts";
import { checkNamedFile, type FileUse, givenText, type ReadText, readText } from "./inventory-folder.ts";
import { type FolderContents, listFolder } from "./list-folder.ts";

/** Everything that reading an inventory asks of the disk. What it gives depends on these answers and the options alone. */
export interface InventoryFiles {
  list(): FolderContents;
  /** `path` is relative to the inventory folder. */
  readText(path: string, use: FileUse): ReadText;
  /** Why a file that the inventory names cannot be used, or null. `path` is absolute. */
  checkNamedFile(path: string): DiagnosticText | null;
  /** The files below a folder that Ansible would read variables from. `path` is relative to the inventory folder. */
  variableFiles(path: string): FilesBelow;
}

/** As Ansible chooses among the files of its folders. */
const isVariableFile = (name: string): boolean =>
  /^[^.][^.]*$|^[^.].*\.(?:ya?ml|json)$/.test(name) && !name.endsWith("~");

/** Characters of all files: several times what 5,000 environments and 12,000 hosts take. */
const mostText = 20_000_000;

/**
 * The files of a folder, whose path must be absolute and without links, as they are or, by their paths, as they would be with
 * these texts, to which the same limits apply.
 */
export function inventoryFiles(root: string, texts: ReadonlyMap<string, string> = new Map()): InventoryFiles {
  let contents: FolderContents | null = null;
  const lengths = new Map<string, number>();
  let total = 0;
  const list = () => {
    contents ??= withPaths(listFolder(root), [...texts.keys()]);
    return contents;
  };
  return {
    list,
    readText: (path, use) => {
      const text = texts.get(path);
      const read = text === undefined ? readText(root, path, use, list().real) : givenText(text, use);
      if (!("text" in read)) return read;
      total += read.text.length - (lengths.get(path) ?? 0);
      lengths.set(path, read.text.length);
      return total > mostText ? { diagnostic: inventoryTooLarge } : read;
    },
    checkNamedFile: (path) => checkNamedFile(root, path),
    variableFiles: (path) => filesBelow(root, path, isVariableFile),
  };
}

function withPaths(contents: FolderContents, paths: readonly string[]): FolderContents {
  const merged = (known: readonly string[], folder: string): readonly string[] =>
    [...new Set([...known, ...paths.filter((path) => path.startsWith(`${folder}/`) && /\.ya?ml$/.test(path))])].sort(
      compareText,
    );
  if (paths.length === 0) return contents;
  return {
    ...contents,
    customers: merged(contents.customers, "customers"),
    groups: merged(contents.groups, "groups"),
  };
}

/** The same, where a text is read from the disk at its first use and given again, and forgotten, at its second. */
export function readAhead(files: InventoryFiles): InventoryFiles {
  const texts = new Map<string, ReadText>();
  return {
    ...files,
    readText(path, use) {
      const key = `${use} ${path}`;
      const known = texts.get(key);
      if (known) {
        texts.delete(key);
        return known;
      }
      const read = files.readText(path, use);
      texts.set(key, read);
      return read;
    },
  };
}

const inventoryTooLarge: DiagnosticText = {
  rule: "inventory-too-large",
  message: "with this file the inventory is larger than 20 MB",
  hint: "Look for a file that does not belong here; more than that takes several inventories.",
};
