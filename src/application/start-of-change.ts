import { GitFailure } from "../git/git-failure.ts";
import type { Repository } from "../git/open-repository.ts";
import { mergeBase, resolveCommit } from "../git/resolve-commit.ts";

/**
 * The commit that a change began from. A hash is taken as it is; a branch may have gone on since, so for a name it is
 * the merge base with what is checked out, if there is one.
 */
export async function startOfChange(repository: Repository, revision: string): Promise<string> {
  const commit = await resolveCommit(repository, revision);
  if (/^[0-9a-f]{7,64}$/i.test(revision)) return commit;
  try {
    return await mergeBase(repository, commit, await resolveCommit(repository, "HEAD"));
  } catch (error) {
    if (error instanceof GitFailure && error.reason === "missing") return commit;
    throw error;
  }
}
