import type { Repository } from "./open-repository.ts";
import { gitText } from "./run-git.ts";

/** The commits before `commit`, newest first, that changed the repository's folder on the way of first parents. */
export async function olderCommits(repository: Repository, commit: string, most: number): Promise<readonly string[]> {
  const folder = repository.prefix === "" ? "." : repository.prefix;
  const changing = await gitText(repository, [
    "rev-list",
    "--first-parent",
    "--parents",
    `--max-count=${most}`,
    commit,
    "--",
    folder,
  ]);
  // What the folder was before each of those changes is what the parent of the commit has.
  return changing
    .split("\n")
    .flatMap((line) => line.split(" ").slice(1, 2))
    .filter((hash) => hash !== "");
}
