import { simpleGit } from "simple-git";

export interface Revision {
  /** Null outside of Git and before the first commit. */
  readonly commit: string | null;
  /** Whether files of the folder differ from that commit. */
  readonly dirty: boolean;
}

/** The Git revision of a folder. Outside of Git there is none, which is no fault. */
export async function readRevision(directory: string): Promise<Revision> {
  const none = { commit: null, dirty: false };
  try {
    const git = simpleGit(directory);
    const commit = (await git.raw(["rev-parse", "--verify", "HEAD"])).trim();
    const status = await git.raw(["status", "--porcelain", "--untracked-files=all", "--", "."]);
    return /^[0-9a-f]{40,64}$/.test(commit) ? { commit, dirty: status.trim() !== "" } : none;
  } catch {
    // No Git program, no repository, or no commit yet.
    return none;
  }
}
