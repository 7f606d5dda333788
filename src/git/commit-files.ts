import { relative, sep } from "node:path";
import { GitFailure } from "./git-failure.ts";
import type { Repository } from "./open-repository.ts";
import { firstLine, gitText, runGit } from "./run-git.ts";

/** Throws GitFailure where no commit can be made of some files (absolute paths), or somebody has changed them already. */
export async function requireCommitted(repository: Repository, files: readonly string[]): Promise<void> {
  const branch = await runGit(repository, ["symbolic-ref", "--quiet", "HEAD"]);
  if (branch.code !== 0) throw new GitFailure("unusable", "no branch is checked out, so there is none to commit to");
  const head = await runGit(repository, ["rev-parse", "--verify", "--quiet", "HEAD"]);
  if (head.code !== 0) throw new GitFailure("unusable", "the repository has no commit yet");
  for (const [ref, name] of underWay) {
    const { code } = await runGit(repository, ["rev-parse", "--verify", "--quiet", ref]);
    if (code === 0) throw new GitFailure("unusable", `a ${name} is under way, which has to be finished first`);
  }
  // Fails where Git would not know whose the commit is.
  await gitText(repository, ["var", "GIT_AUTHOR_IDENT"]);
  await gitText(repository, ["var", "GIT_COMMITTER_IDENT"]);
  const paths = pathsIn(repository, files);
  // The files need not be there yet. It fails for one that is ignored and not tracked, and where the index is in use.
  for (const path of paths) {
    const { code, errors } = await runGit(repository, ["add", "--dry-run", "--ignore-missing", "--", path]);
    if (code === 0) continue;
    const isIgnored = errors.startsWith("The following paths are ignored");
    const reason = isIgnored ? `${path} is ignored by Git (git check-ignore -v shows where)` : firstLine(errors);
    throw new GitFailure("unusable", reason);
  }
  const status = ["status", "--porcelain", "-z", "--untracked-files=all", "--no-renames", "--ignored"];
  const changed = await gitText(repository, [...status, "--", ...paths]);
  const [first] = changed.split("\0");
  if (first) throw new GitFailure("unusable", `${first.slice(3)} has changes that are not committed`);
}

/**
 * Makes one commit of some files (absolute paths) as they are in the work tree, on the branch that is checked out, and gives
 * its hash. What else is staged stays staged and out of it. No hook runs. Throws GitFailure where Git does not make it; what is
 * staged is as before then.
 */
export async function commitFiles(repository: Repository, files: readonly string[], message: string): Promise<string> {
  const paths = pathsIn(repository, files);
  await gitText(repository, ["add", "--", ...paths]);
  try {
    await gitText(repository, ["commit", "--quiet", "--no-verify", "--only", "--file=-", "--", ...paths], {
      input: message,
    });
  } catch (error) {
    // The files were as in the last commit before. What fails here as well is told by the first failure.
    if (error instanceof GitFailure) await runGit(repository, ["reset", "--quiet", "--", ...paths]);
    throw error;
  }
  return (await gitText(repository, ["rev-parse", "--verify", "HEAD"])).trim();
}

/** What Git does not take a commit of some files alone in. */
const underWay: readonly (readonly [ref: string, name: string])[] = [
  ["MERGE_HEAD", "merge"],
  ["CHERRY_PICK_HEAD", "cherry-pick"],
  ["REVERT_HEAD", "revert"],
];

const pathsIn = ({ directory }: Repository, files: readonly string[]): readonly string[] =>
  files.map((file) => relative(directory, file).split(sep).join("/"));
