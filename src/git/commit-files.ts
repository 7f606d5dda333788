import { relative, sep } from "node:path";
import { GitFailure } from "./git-failure.ts";
import type { Repository } from "./open-repository.ts";
import { gitText, runGit } from "./run-git.ts";

/** Throws GitFailure where no commit can be made of some files (absolute paths), or somebody has changed them already. */
export async function requireCommitted(repository: Repository, files: readonly string[]): Promise<void> {
  const branch = await runGit(repository, ["symbolic-ref", "--quiet", "HEAD"]);
  if (branch.code !== 0) throw new GitFailure("unusable", "no branch is checked out, so there is none to commit to");
  const head = await runGit(repository, ["rev-parse", "--verify", "--quiet", "HEAD"]);
  if (head.code !== 0) throw new GitFailure("unusable", "the repository has no commit yet");
  // Fails where Git would not know whose the commit is.
  await gitText(repository, ["var", "GIT_AUTHOR_IDENT"]);
  await gitText(repository, ["var", "GIT_COMMITTER_IDENT"]);
  const status = ["status", "--porcelain", "-z", "--untracked-files=all", "--no-renames", "--ignored"];
  const changed = await gitText(repository, [...status, "--", ...pathsIn(repository, files)]);
  const [first] = changed.split("\0");
  if (first) throw new GitFailure("unusable", `${first.slice(3)} has changes that are not committed`);
}

/**
 * Makes one commit of some files (absolute paths) as they are in the work tree, on the branch that is checked out, and gives
 * its hash. What else is staged stays staged and out of it. No hook runs. Throws GitFailure where Git does not make it.
 */
export async function commitFiles(repository: Repository, files: readonly string[], message: string): Promise<string> {
  const paths = pathsIn(repository, files);
  await gitText(repository, ["add", "--", ...paths]);
  await gitText(repository, ["commit", "--quiet", "--no-verify", "--only", "--file=-", "--", ...paths], {
    input: message,
  });
  return (await gitText(repository, ["rev-parse", "--verify", "HEAD"])).trim();
}

const pathsIn = ({ directory }: Repository, files: readonly string[]): readonly string[] =>
  files.map((file) => relative(directory, file).split(sep).join("/"));
