import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { linkSignals } from "../lib/linked-signal.ts";
import { exportFolder } from "./export-folder.ts";
import { GitFailure } from "./git-failure.ts";
import type { Repository } from "./open-repository.ts";
import { firstLine, type GitEdges, gitText, runGit } from "./run-git.ts";

/** A branch of another repository, of which a copy without a work tree is kept here. */
export interface FollowedBranch {
  /** The commit that the branch is at, as the other side says: one request. Throws GitFailure. */
  tip(): Promise<string>;
  /** Brings the branch here and gives the commit that it is at then, which may be later than one seen before. Throws GitFailure. */
  fetch(): Promise<string>;
  /** What the folder holds in a commit: equal for equal contents; null: the commit does not have it. */
  contentOf(commit: string): Promise<string | null>;
  /** Whether a commit stands on an earlier one. False where the earlier one is not known any more. */
  standsOn(commit: string, earlier: string): Promise<boolean>;
  /** Why a commit is not signed by one of the signers in the file; null: it is. */
  signatureFault(commit: string, signers: string): Promise<string | null>;
  /** Writes the folder as it is in a commit below `target`, which must be empty, and gives its path. Throws GitFailure. */
  exportTo(commit: string, target: string): Promise<string>;
  /** Forgets the copy: the next fetch makes it again from nothing. */
  forget(): Promise<void>;
}

export interface BranchOptions {
  /** An address that Git takes. */
  readonly address: string;
  readonly branch: string;
  /** Of the folder in the repository, with `/` between names; empty: the top. */
  readonly folder: string;
  /** Where the copy is kept; made where there is none. Nobody else may write there. */
  readonly copy: string;
}

/** Milliseconds. */
const lookTimeout = 60_000;
const fetchTimeout = 300_000;
/** Bytes that the copy may take on disk. */
const largestCopy = 2_147_483_648;
/** Milliseconds between two looks at what a fetch has written. */
const measured = 1_000;
/** Every fetch adds a pack; from so many on they become one, without what no revision needs any more. */
const mostPacks = 20;
const seen = "refs/dtsync/seen";

/**
 * Follows a branch of a repository that is reached by its address. Nothing that the other side configures counts, and the
 * copy has a configuration of dtsync's own; how the other side is reached is the user's, as for origin.
 */
export function followBranch(options: BranchOptions, edges: GitEdges): FollowedBranch {
  const { address, branch, folder, copy } = options;
  const repository: Repository = {
    ...edges,
    directory: copy,
    gitDirectory: join(copy, "git"),
    partial: false,
    prefix: folder,
    close: async () => undefined,
  };
  const reference = `refs/heads/${branch}`;
  let hash: string | null = null;

  async function make(): Promise<void> {
    if (await isThere(join(repository.gitDirectory, "HEAD"))) return;
    for (const name of ["objects", "refs"]) await mkdir(join(repository.gitDirectory, name), { recursive: true });
    const sha256 = hash !== null && hash.length === 64;
    const format = sha256
      ? "repositoryFormatVersion = 1\n[extensions]\n\tobjectFormat = sha256"
      : "repositoryFormatVersion = 0";
    await writeFile(join(repository.gitDirectory, "config"), `[core]\n\tbare = false\n\t${format}\n`);
    await writeFile(join(repository.gitDirectory, "HEAD"), `ref: ${reference}\n`);
  }

  async function fetchWithin(limit: AbortController): Promise<void> {
    const { signal, close } = linkSignals([edges.signal, limit.signal]);
    const place = { ...repository, signal };
    const parameters = ["--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--force"];
    const { code, errors } = await runGit(
      place,
      ["-c", "fetch.unpackLimit=1", "fetch", ...parameters, "--", address, `+${reference}:${seen}`],
      { timeout: fetchTimeout, origin: true },
    ).finally(close);
    if (code !== 0) throw new GitFailure("unusable", `the branch ${branch} cannot be fetched: ${firstLine(errors)}`);
  }

  async function tidy(): Promise<void> {
    const packs = await packsOf(repository.gitDirectory);
    if (packs.filter((name) => name.endsWith(".pack")).length <= mostPacks) return;
    await gitText(repository, ["repack", "-a", "-d", "--quiet"], { timeout: fetchTimeout });
    await gitText(repository, ["prune", "--expire=now"], { timeout: fetchTimeout });
  }

  return {
    async tip() {
      await mkdir(copy, { recursive: true });
      const { code, output, errors } = await runGit(repository, ["ls-remote", "--quiet", "--", address, reference], {
        timeout: lookTimeout,
        limit: 1_048_576,
        origin: true,
      });
      if (code !== 0) throw new GitFailure("unusable", `the repository does not answer: ${firstLine(errors)}`);
      const found = output
        .toString("utf8")
        .split("\n")
        .map((line) => /^([0-9a-f]{40}|[0-9a-f]{64})\t(.+)$/.exec(line))
        .find((match) => match?.[2] === reference)?.[1];
      if (found === undefined) throw new GitFailure("missing", `the repository has no branch ${branch}`);
      hash = found;
      return found;
    },
    async fetch() {
      await make();
      const limit = new AbortController();
      const look = async () => {
        if ((await sizeOf(repository.gitDirectory)) > largestCopy)
          limit.abort(
            new GitFailure("unusable", `the branch ${branch} is larger than ${largestCopy / 1_073_741_824} GB`),
          );
      };
      const timer = setInterval(() => void look(), measured);
      try {
        await fetchWithin(limit);
      } finally {
        clearInterval(timer);
      }
      await tidy();
      return (await gitText(repository, ["rev-parse", "--verify", "--quiet", `${seen}^{commit}`])).trim();
    },
    async contentOf(commit) {
      const object = folder === "" ? `${commit}^{tree}` : `${commit}:${folder}`;
      const { code, output } = await runGit(repository, ["rev-parse", "--verify", "--quiet", object]);
      return code === 0 ? output.toString("utf8").trim() : null;
    },
    async standsOn(commit, earlier) {
      const { code } = await runGit(repository, ["merge-base", "--is-ancestor", earlier, commit]);
      return code === 0;
    },
    async signatureFault(commit, signers) {
      // Only signatures by SSH keys: those of other kinds count whatever keyring the user happens to have.
      const settings = ["gpg.program", "gpg.openpgp.program", "gpg.x509.program"].map((name) => `${name}=false`);
      const options = [`gpg.ssh.allowedSignersFile=${signers}`, ...settings].flatMap((setting) => ["-c", setting]);
      const { code, errors } = await runGit(repository, [...options, "verify-commit", commit]);
      if (code === 0) return null;
      if (errors.trim() === "") return "it has no signature";
      return /^Good /m.test(errors) ? "its signature is by a key of nobody among the signers" : firstLine(errors);
    },
    async exportTo(commit, target) {
      const { directory, files, submodules } = await exportFolder(repository, commit, target);
      if (files === 0) throw new GitFailure("missing", `the revision has no folder ${folder === "" ? "." : folder}`);
      if (submodules.length > 0)
        throw new GitFailure("unusable", `the folder has a submodule (${submodules[0]}), which is not followed`);
      return directory;
    },
    forget: () => rm(repository.gitDirectory, { recursive: true, force: true }),
  };
}

const isThere = (path: string): Promise<boolean> =>
  readFile(path).then(
    () => true,
    () => false,
  );

const packsOf = (gitDirectory: string): Promise<readonly string[]> =>
  readdir(join(gitDirectory, "objects", "pack")).catch(() => []);

/** Bytes of all packs, unfinished ones included. */
async function sizeOf(gitDirectory: string): Promise<number> {
  let bytes = 0;
  for (const name of await packsOf(gitDirectory)) {
    const found = await stat(join(gitDirectory, "objects", "pack", name)).catch(() => null);
    bytes += found?.size ?? 0;
  }
  return bytes;
}
