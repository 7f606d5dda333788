import { join } from "node:path";
import { GitFailure } from "./git-failure.ts";
import { openRepository, type Repository } from "./open-repository.ts";
import { gitText } from "./run-git.ts";

/**
 * Paths, relative to the top of the work tree and sorted, of all files that differ between a commit and another one, or the
 * work tree (null) with files that Git does not know yet. A file with another name is two: one that went and one that came.
 */
export async function changedFiles(
  repository: Repository,
  base: string,
  head: string | null,
): Promise<readonly string[]> {
  if (head !== null) return paths(await gitText(repository, ["diff-tree", "-r", ...how, base, head]));
  const changed = await changedInWorkTree(repository, base);
  // What Git is told to ignore is read all the same when it stands in the inventory.
  const ignored = ["ls-files", "--others", "--ignored", "--exclude-standard", "-z", "--", folderOf(repository)];
  return paths(changed + (await gitText(repository, ignored)));
}

const how: readonly string[] = ["--name-only", "--no-renames", "-z", "--no-ext-diff", "--no-textconv"];

const paths = (text: string): readonly string[] => [...new Set(text.split("\0").filter((path) => path !== ""))].sort();

/** Paths that differ between a commit and the work tree, without those that Git is told to ignore; each ends with NUL. */
async function changedInWorkTree(repository: Repository, base: string): Promise<string> {
  const [known, unknown, submodules] = await Promise.all([
    gitText(repository, ["diff", "--ignore-submodules=dirty", ...how, base]),
    gitText(repository, ["ls-files", "--others", "--exclude-standard", "-z"]),
    changedSubmodules(repository, "."),
  ]);
  return known + unknown + submodules.map((path) => `${path}\0`).join("");
}

/** The repository's folder for Git, which does not take an empty path. */
export const folderOf = ({ prefix }: Pick<Repository, "prefix">): string => (prefix === "" ? "." : prefix);

/**
 * Paths of the submodules in a folder whose files are not as their own commit has them, or cannot be compared. Git would
 * look into them by their own configuration; so each is opened like any other repository.
 */
export async function changedSubmodules(repository: Repository, folder: string): Promise<readonly string[]> {
  const index = await gitText(repository, ["ls-files", "--stage", "-z", "--", folder]);
  const submodules = [...index.matchAll(/(?:^|\0)160000 [^\t]*\t([^\0]+)/g)].map(([, path = ""]) => path);
  const changed: string[] = [];
  for (const path of submodules) if (await isChanged(repository, path)) changed.push(path);
  return changed;
}

async function isChanged({ directory, environment, signal, log }: Repository, path: string): Promise<boolean> {
  const place = join(directory, path);
  try {
    const submodule = await openRepository(place, { environment, signal, log });
    try {
      // Not checked out, it is an empty folder of the repository around it; a link is no submodule any more.
      return submodule.directory === place && (await changedInWorkTree(submodule, "HEAD")) !== "";
    } finally {
      await submodule.close();
    }
  } catch (error) {
    if (error instanceof GitFailure) return true;
    throw error;
  }
}
