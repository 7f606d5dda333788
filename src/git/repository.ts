import { changedSubmodules, folderOf } from "./changed-files.ts";
import { createGitClient } from "./git-client.ts";
import { GitFailure } from "./git-failure.ts";
import { openRepository, type Repository } from "./open-repository.ts";
import { firstLine, type GitEdges, timedGit } from "./run-git.ts";

export interface Revision {
  /** Null outside of Git, before the first commit, and where Git does not read the repository. */
  readonly commit: string | null;
  /** Whether files of the folder differ from that commit. */
  readonly dirty: boolean;
  /** Why there is no commit, although the folder is in a repository that has some. */
  readonly reason: string | null;
}

/** The Git revision of a folder. Outside of Git there is none, which is no fault. */
export async function readRevision(folder: string, edges: GitEdges): Promise<Revision> {
  try {
    const repository = await openRepository(folder, edges);
    try {
      return await revisionOf(repository);
    } finally {
      await repository.close();
    }
  } catch (error) {
    const none = { commit: null, dirty: false, reason: null };
    // After an interrupt nobody asks, and outside of Git there is nothing to say.
    if (edges.signal.aborted || (error instanceof GitFailure && error.reason === "outside")) return none;
    return { ...none, reason: error instanceof GitFailure ? error.message : firstLine(String(error)) };
  }
}

async function revisionOf(repository: Repository): Promise<Revision> {
  const folder = folderOf(repository);
  const git = createGitClient(repository);
  const raw = (command: string, parameters: readonly string[]) =>
    timedGit(repository.log, command, () => git.raw([...parameters]));
  const options = ["--porcelain", "--untracked-files=all", "--ignore-submodules=dirty", "--no-renames"];
  const [head, status, submodules] = await Promise.all([
    // Quiet, it fails without a word where there is no commit yet.
    raw("rev-parse", ["rev-parse", "--verify", "--quiet", "HEAD"]).catch(() => ""),
    raw("status", ["--literal-pathspecs", "status", ...options, "--", folder]),
    changedSubmodules(repository, folder),
  ]);
  const commit = head.trim();
  const known = /^[0-9a-f]{40,64}$/.test(commit);
  const dirty = status.trim() !== "" || submodules.length > 0;
  return known ? { commit, dirty, reason: null } : { commit: null, dirty: false, reason: null };
}
