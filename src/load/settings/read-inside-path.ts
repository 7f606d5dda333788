import { showText } from "../diagnostics/show-text.ts";
import { resolveInside } from "../files/setting-paths.ts";
import type { LoadedFile } from "../schema/loaded-file.ts";
import { valuePlace } from "../yaml/positions.ts";
import type { SettingsContext } from "./settings-context.ts";

/** The absolute path of a file that must be there, inside of the inventory; null when it is not, which is reported. */
export function readInsidePath(
  container: object,
  key: string,
  path: string,
  file: LoadedFile<unknown>,
  context: SettingsContext,
): string | null {
  const where = valuePlace(file.positions, container as Readonly<Record<string, unknown>>, key);
  const absolute = resolveInside(path, file.base);
  if (absolute === null) {
    context.diagnostics.error(where, {
      rule: "outside-folder",
      message: `${showText(path)} leads out of the inventory folder`,
      hint: "Put the file into the inventory folder and name it relative to this file.",
    });
    return null;
  }
  const diagnostic = context.checkFile(absolute);
  if (diagnostic) context.diagnostics.error(where, diagnostic);
  return diagnostic ? null : absolute;
}
