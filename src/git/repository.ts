import { simpleGit } from "simple-git";
import { GitFailure } from "./git-failure.ts";
import { openRepository, type Repository } from "./open-repository.ts";
import { type GitEdges, overrides, placeEnvironment } from "./run-git.ts";

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
    // Whoever interrupts a run does not want to know, and outside of Git there is nothing to say.
    if (edges.signal.aborted || (error instanceof GitFailure && error.reason === "outside")) return none;
    return { ...none, reason: error instanceof Error ? error.message : String(error) };
  }
}

async function revisionOf(repository: Repository): Promise<Revision> {
  const { directory, prefix, signal } = repository;
  const environment = placeEnvironment(repository);
  const git = simpleGit({
    baseDir: directory,
    abort: signal,
    config: [...overrides],
    // All of these are dtsync's or the user's: nothing here comes from the repository.
    allowEnvironment: Object.keys(environment),
    unsafe: {
      allowUnsafeConfigEnvCount: true,
      allowUnsafeConfigPaths: true,
      allowUnsafeExec: true,
      allowUnsafeFsMonitor: true,
      allowUnsafeHooksPath: true,
    },
  }).env(environment);
  const options = ["--porcelain", "--untracked-files=all", "--ignore-submodules=dirty", "--no-renames"];
  const [head, status] = await Promise.all([
    // Quiet, it fails without a word where there is no commit yet.
    git.raw(["rev-parse", "--verify", "--quiet", "HEAD"]).catch(() => ""),
    git.raw(["--literal-pathspecs", "status", ...options, "--", prefix === "" ? "." : prefix]),
  ]);
  const commit = head.trim();
  const known = /^[0-9a-f]{40,64}$/.test(commit);
  return { commit: known ? commit : null, dirty: known && status.trim() !== "", reason: null };
}
