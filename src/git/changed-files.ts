import type { Repository } from "./open-repository.ts";
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
  const how = ["--name-only", "--no-renames", "-z", "--no-ext-diff", "--no-textconv"];
  if (head !== null) return paths(await gitText(repository, ["diff-tree", "-r", ...how, base, head]));
  const [known, unknown] = await Promise.all([
    // A submodule's own changes are not looked for: Git would have to run there, by that repository's configuration.
    gitText(repository, ["diff", "--ignore-submodules=dirty", ...how, base]),
    gitText(repository, ["ls-files", "--others", "--exclude-standard", "-z"]),
  ]);
  // What Git is told to ignore is read all the same when it stands in the inventory.
  const ignored = await gitText(repository, [
    "ls-files",
    "--others",
    "--ignored",
    "--exclude-standard",
    "-z",
    "--",
    repository.prefix === "" ? "." : repository.prefix,
  ]);
  return paths(known + unknown + ignored);
}

const paths = (text: string): readonly string[] => [...new Set(text.split("\0").filter((path) => path !== ""))].sort();
