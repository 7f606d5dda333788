import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { GitFailure } from "./git-failure.ts";
import { firstLine, type GitPlace, runGit } from "./run-git.ts";

/** A repository, and where in it a folder stands. */
export interface Repository extends GitPlace {
  /** Absolute path of the top of the work tree; Git is called there. */
  readonly directory: string;
  /** Of the folder below the top, with `/` between names; empty: the top itself. */
  readonly prefix: string;
}

/**
 * Finds the repository of a folder, which itself need not exist in the work tree (another revision may have it).
 * Throws GitFailure outside of Git.
 */
export async function openRepository(folder: string, edges: Omit<GitPlace, "directory">): Promise<Repository> {
  const wanted = resolve(folder);
  const start = existingFolder(wanted);
  const { code, output, errors } = await runGit({ ...edges, directory: start }, ["rev-parse", "--show-toplevel"]);
  if (code !== 0) {
    if (errors.includes("not a git repository"))
      throw new GitFailure("outside", `${folder} is not in a Git repository`);
    // As in containers that run as another user than the one who cloned.
    const advice = errors.includes("safe.directory")
      ? "; if you trust it, git config --global --add safe.directory with its path lets Git read it"
      : "";
    throw new GitFailure("unusable", `Git cannot read the repository: ${firstLine(errors)}${advice}`);
  }
  const top = realpathSync.native(output.toString("utf8").replace(/\n$/, ""));
  const below = relative(top, join(realpathSync.native(start), relative(start, wanted)));
  if (below === ".." || below.startsWith(`..${sep}`)) {
    throw new GitFailure("outside", `${folder} is not in the work tree of its Git repository`);
  }
  return { ...edges, directory: top, prefix: below.split(sep).join("/") };
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
