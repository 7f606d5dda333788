import { folderOf } from "./changed-files.ts";
import type { Repository } from "./open-repository.ts";
import { deepen } from "./resolve-commit.ts";
import { gitText } from "./run-git.ts";

/**
 * At most `most` commits before `commit`, newest first, each the last one before a change of the repository's folder on
 * the way of first parents. A shallow clone is made deeper when its commits are used up.
 */
export async function* olderCommits(repository: Repository, commit: string, most: number): AsyncGenerator<string> {
  let given = 0;
  const look = async (): Promise<readonly string[]> => (await knownCommits(repository, commit, most)).slice(given);
  const give = function* (found: readonly string[]): Generator<string> {
    given += found.length;
    yield* found;
  };
  yield* give(await look());
  if (given >= most) return;
  for await (const _step of deepen(repository)) {
    yield* give(await look());
    if (given >= most) return;
  }
}

async function knownCommits(repository: Repository, commit: string, most: number): Promise<readonly string[]> {
  const changing = await gitText(repository, [
    "rev-list",
    "--first-parent",
    "--parents",
    `--max-count=${most}`,
    commit,
    "--",
    folderOf(repository),
  ]);
  // What the folder was before each of those changes is what the parent of the commit has.
  return changing
    .split("\n")
    .flatMap((line) => line.split(" ").slice(1, 2))
    .filter((hash) => hash !== "");
}
