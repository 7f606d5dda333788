import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

/** The checkout that a folder is in. */
interface TopLevel {
  /** Real absolute path of the folder that holds `.git`. */
  readonly directory: string;
  /** Of the folder below the top, with `/` between names; empty: the top itself. */
  readonly prefix: string;
}

/**
 * Looks for `.git`, a folder or a file, in the folder and all above it; null: there is none. Git's own search would take
 * any folder that looks like a repository without a work tree, which a commit can hold. `.git` it cannot.
 * The folder need not exist: another revision may have it.
 */
export function findTopLevel(folder: string): TopLevel | null {
  const wanted = resolve(folder);
  const start = existingFolder(wanted);
  const place = join(realpathSync.native(start), relative(start, wanted));
  for (let directory = realpathSync.native(start); ; directory = dirname(directory)) {
    if (existsSync(join(directory, ".git"))) {
      return { directory, prefix: relative(directory, place).split(sep).join("/") };
    }
    if (dirname(directory) === directory) return null;
  }
}

/** The folder itself or the nearest one above it that is there. */
function existingFolder(folder: string): string {
  let path = folder;
  while (!existsSync(path) || !statSync(path).isDirectory()) {
    const above = dirname(path);
    if (above === path) break;
    path = above;
  }
  return path;
}
