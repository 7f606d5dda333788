import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { linkSignals } from "../lib/linked-signal.ts";
import { exportFolder } from "./export-folder.ts";
import { GitFailure } from "./git-failure.ts";
import type { Repository } from "./open-repository.ts";
import { firstLine, type GitEdges, gitText, runGit } from "./run-git.ts";

/** A branch of another repository, of which a copy without a work tree is kept here. */
export interface FollowedBranch {
  /** The commit that the branch is at, as the other side says: one request. Throws GitFailure. */
  tip(): Promise<string>;
  /**
   * Brings the branch here and gives the commit that it is at then, which may be later than one seen before. Throws GitFailure,
   * with the reason `content` where the branch is larger than a copy may become.
   */
  fetch(): Promise<string>;
  /**
   * What the folder holds in a commit: equal for equal contents. Throws GitFailure, with the reason `content` where the commit
   * has no such folder.
   */
  contentOf(commit: string): Promise<string>;
  /** Whether a commit stands on an earlier one. False where the earlier one is not known any more. */
  standsOn(commit: string, earlier: string): Promise<boolean>;
  /** Why a commit is not signed by one of the signers in the file; null: it is. */
  signatureFault(commit: string, signers: string): Promise<string | null>;
  /**
   * Writes the folder as it is in a commit below `target`, which must be empty, and gives its path. Throws GitFailure, with the
   * reason `content` for what is not followed, whatever is tried.
   */
  exportTo(commit: string, target: string): Promise<string>;
  /** Whether the copy is not as Git has left it. What it says of commits counts only if it is not. Throws GitFailure where nobody can tell. */
  isDamaged(): Promise<boolean>;
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
  /** Bytes that the copy may take on disk; left out: 2 GiB. */
  readonly mostBytes?: number;
}

/** Milliseconds. */
const lookTimeout = 60_000;
const fetchTimeout = 300_000;
const largestCopy = 2_147_483_648;
/** Milliseconds between two looks at what a fetch has written. */
const measured = 1_000;
/** Every fetch adds a pack; from so many on they become one, without what no revision needs any more. */
const mostPacks = 20;
const seen = "refs/dtsync/seen";
/** What stands in a tree and is no folder, in words. */
const kindNames: Readonly<Record<string, string>> = { blob: "file", commit: "submodule" };

/**
 * Follows a branch of a repository that is reached by its address. Nothing that the other side configures counts, and the
 * copy has a configuration of dtsync's own; how the other side is reached is the user's, as for origin.
 */
export function followBranch(options: BranchOptions, edges: GitEdges): FollowedBranch {
  const { address, branch, folder, copy, mostBytes = largestCopy } = options;
  const repository: Repository = {
    ...edges,
    // There is no work tree.
    directory: dirname(copy),
    gitDirectory: join(copy, "git"),
    partial: false,
    prefix: folder,
    close: async () => undefined,
  };
  const reference = `refs/heads/${branch}`;
  let hash: string | null = null;

  const configuration = (): string => {
    const format =
      hash !== null && hash.length === 64
        ? "repositoryFormatVersion = 1\n[extensions]\n\tobjectFormat = sha256"
        : "repositoryFormatVersion = 0";
    return `[core]\n\tbare = false\n\t${format}\n`;
  };

  /** Whether it was there before. */
  async function make(): Promise<boolean> {
    if (await isThere(join(repository.gitDirectory, "HEAD"))) {
      await removeUnfinished(repository.gitDirectory);
      return true;
    }
    for (const name of ["objects", "refs"]) await mkdir(join(repository.gitDirectory, name), { recursive: true });
    await writeFile(join(repository.gitDirectory, "config"), configuration());
    await writeFile(join(repository.gitDirectory, "HEAD"), `ref: ${reference}\n`);
    return false;
  }

  const forget = () => rm(copy, { recursive: true, force: true });

  /** Throws GitFailure, with the reason `content` as soon as the copy is larger than it may become. */
  async function fetchBounded(): Promise<void> {
    const limit = new AbortController();
    const look = async () => {
      if ((await sizeOf(repository.gitDirectory)) > mostBytes)
        limit.abort(new GitFailure("content", `the branch ${branch} is larger than ${mostBytes / 1_073_741_824} GB`));
    };
    const timer = setInterval(() => void look(), measured);
    await fetchWithin(limit.signal).finally(() => clearInterval(timer));
    await look();
    limit.signal.throwIfAborted();
  }

  async function fetchWithin(limit: AbortSignal): Promise<void> {
    const { signal, close } = linkSignals([edges.signal, limit]);
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
      // Without the copy, so that a damaged one does not look like a repository that cannot be reached.
      const place = { ...repository, gitDirectory: join(copy, "none") };
      const { code, output, errors } = await runGit(place, ["ls-remote", "--quiet", "--", address, reference], {
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
      const wasThere = await make();
      try {
        await fetchBounded();
      } catch (error) {
        if (!(error instanceof GitFailure) || error.reason !== "content") throw error;
        await forget();
        await make();
        if (!wasThere) throw error;
        // It may have been earlier revisions that took the room.
        await fetchBounded();
      }
      await tidy();
      return (await gitText(repository, ["rev-parse", "--verify", "--quiet", `${seen}^{commit}`])).trim();
    },
    async contentOf(commit) {
      if (folder === "") return (await gitText(repository, ["rev-parse", "--verify", `${commit}^{tree}`])).trim();
      const line = await gitText(repository, ["ls-tree", "-z", "--full-tree", commit, "--", folder]);
      const [, kind, hash = ""] = /^\d{6} (\w+) ([0-9a-f]+)\t/.exec(line) ?? [];
      if (kind === "tree") return hash;
      const found = kind === undefined ? "" : `: it is a ${line.startsWith("120000") ? "link" : kindNames[kind]}`;
      throw new GitFailure("content", `the revision has no folder ${folder}${found}`);
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
      if (submodules.length > 0)
        throw new GitFailure("content", `the folder has a submodule (${submodules[0]}), which is not followed`);
      if (files === 0) throw new GitFailure("content", "the folder has no file");
      return directory;
    },
    async isDamaged() {
      const found = await readFile(join(repository.gitDirectory, "config"), "utf8").catch(() => null);
      if (found !== configuration()) return true;
      // Two questions, because a check of all at once takes objects of old, whose form Git is stricter about today, for damage.
      const connected = ["fsck", "--connectivity-only", "--no-dangling", "--no-progress"];
      if ((await runGit(repository, connected, { timeout: fetchTimeout })).code !== 0) return true;
      const packs = (await packsOf(repository.gitDirectory)).filter((name) => name.endsWith(".idx"));
      if (packs.length === 0) return false;
      const paths = packs.map((name) => join(repository.gitDirectory, "objects", "pack", name));
      return (await runGit(repository, ["verify-pack", "--", ...paths], { timeout: fetchTimeout })).code !== 0;
    },
    forget,
  };
}

const isThere = (path: string): Promise<boolean> =>
  readFile(path).then(
    () => true,
    () => false,
  );

/** What a Git that was killed has begun keeps the next one from working. Nobody else uses the copy, so none is at work. */
async function removeUnfinished(gitDirectory: string): Promise<void> {
  const names = await readdir(gitDirectory, { recursive: true }).catch(() => []);
  for (const name of names)
    if (name.endsWith(".lock") || basename(name).startsWith("tmp_"))
      await rm(join(gitDirectory, name), { force: true });
}

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
