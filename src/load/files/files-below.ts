import { readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { compareText } from "../../lib/text.ts";
import type { DiagnosticText } from "../diagnostics/diagnostics.ts";
import { errorCode, isInside, outsideDiagnostic, unreadable } from "./inventory-folder.ts";

/** Paths relative to the inventory folder, sorted; why they cannot be told; null: nothing is there. */
export type FilesBelow = { readonly files: readonly string[] } | { readonly diagnostic: DiagnosticText } | null;

const mostEntries = 2_000;
/** Links may lead in a circle. */
const deepest = 20;

/** The ordinary files below a folder whose names `wanted` takes. Links are followed inside of the inventory folder. */
export function filesBelow(root: string, folder: string, wanted: (name: string) => boolean): FilesBelow {
  const files: string[] = [];
  const waiting = [{ path: folder, depth: 0 }];
  let entries = 0;
  try {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { path, depth } = next;
      const real = realpathSync.native(join(root, path));
      if (!isInside(root, real)) return { diagnostic: outsideDiagnostic };
      const found = statSync(real);
      if (found.isFile() && depth > 0) files.push(path);
      if (!found.isDirectory()) continue;
      const names = readdirSync(real);
      entries += names.length;
      if (depth > deepest || entries > mostEntries) return { diagnostic: tooMuchDiagnostic };
      const isMeant = (name: string) => wanted(name) || statSync(join(real, name)).isDirectory();
      for (const name of names.filter(isMeant)) waiting.push({ path: `${path}/${name}`, depth: depth + 1 });
    }
  } catch (error) {
    if (errorCode(error) === "ENOENT" && files.length === 0 && entries === 0) return null;
    return { diagnostic: unreadable(errorCode(error)) };
  }
  return { files: files.sort(compareText) };
}

const tooMuchDiagnostic: DiagnosticText = {
  rule: "too-deep",
  message: `it has more than ${mostEntries} entries, or folders more than ${deepest} levels deep`,
  hint: "Look for a link that leads in a circle, or for files that do not belong here.",
};
