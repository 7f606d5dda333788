import { GitFailure } from "./git-failure.ts";
import type { Repository } from "./open-repository.ts";
import { lookUp, mergeBase, resolveCommit } from "./resolve-commit.ts";

interface Base {
  readonly commit: string;
  /** How it was found, for people. */
  readonly name: string;
}

/**
 * The commit that a change began from. In a merge request pipeline GitLab names it; elsewhere it is the merge base with
 * the default branch. Throws GitFailure when there is no such commit.
 */
export async function defaultBase(repository: Repository): Promise<Base> {
  const { environment } = repository;
  const event = environment["CI_MERGE_REQUEST_EVENT_TYPE"];
  const target = environment["CI_MERGE_REQUEST_TARGET_BRANCH_SHA"];
  // There HEAD is the merge with the target branch: seen from the diff base, foreign changes would be in it too.
  if (event && event !== "detached" && target) {
    return { commit: await resolveCommit(repository, target), name: "target branch of the merge request" };
  }
  const base = environment["CI_MERGE_REQUEST_DIFF_BASE_SHA"];
  if (base) return { commit: await resolveCommit(repository, base), name: "base of the merge request" };
  const head = await resolveCommit(repository, "HEAD");
  const branch = await defaultBranch(repository);
  return { commit: await mergeBase(repository, branch.commit, head), name: `merge base with ${branch.name}` };
}

/** In a pipeline the branch that is merged into, or else the default branch; elsewhere that of origin or here. */
async function defaultBranch(repository: Repository): Promise<Base> {
  const { environment } = repository;
  const named = environment["CI_MERGE_REQUEST_TARGET_BRANCH_NAME"] || environment["CI_DEFAULT_BRANCH"];
  if (named) return { commit: await resolveCommit(repository, `origin/${named}`), name: `origin/${named}` };
  for (const name of ["origin/HEAD", "origin/main", "origin/master", "main", "master"]) {
    const prefix = name.startsWith("origin/") ? "refs/remotes/" : "refs/heads/";
    const commit = await lookUp(repository, `${prefix}${name}`);
    if (commit !== null) return { commit, name };
  }
  throw new GitFailure("missing", "the default branch is not known here: there is no origin/HEAD, main or master");
}
