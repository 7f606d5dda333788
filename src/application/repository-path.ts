import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";

/**
 * The path of a folder from the root of its Git work tree, with forward slashes and one at its end; empty where it is
 * that root. Outside of Git it is the name of the folder. Git itself is not asked: it need not be installed, and it
 * refuses folders of other users, which those of pipelines often are.
 */
export function repositoryPath(directory: string): string {
  const folder = realPath(resolve(directory));
  for (let top = folder; ; top = dirname(top)) {
    // A folder, or a file in further work trees and submodules.
    if (existsSync(join(top, ".git"))) return withSlash(relative(top, folder).split(sep).join("/"));
    if (dirname(top) === top) return withSlash(basename(folder));
  }
}

const withSlash = (path: string): string => (path === "" ? "" : `${path}/`);

function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    // There is no such folder, which the report is going to say.
    return path;
  }
}
