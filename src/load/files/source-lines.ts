import { showableLines } from "../diagnostics/showable-lines.ts";
import { openFolder, readText } from "./inventory-folder.ts";

/**
 * Reads lines (from 1) of the files of an inventory so that they can be shown beside a diagnostic. Null: there is none, or
 * it may hold a secret; that is any line of a file in which a secret was found, and any at or below a key like `token`.
 */
export function openSourceLines(directory: string): (file: string, line: number) => string | null {
  const root = openFolder(directory);
  // Diagnostics come sorted by file, so that one file at a time is enough.
  let open: { readonly file: string; readonly lines: readonly (string | null)[] } | null = null;
  return (file, line) => {
    if (root === null) return null;
    if (open?.file !== file) {
      const read = readText(root, file, "hosts", new Map());
      open = { file, lines: "text" in read ? showableLines(read.text) : [] };
    }
    return open.lines[line - 1] ?? null;
  };
}
