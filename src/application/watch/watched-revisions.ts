import { mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { DtsyncError, errorMessage, exitCodes } from "../../errors.ts";
import { makeFolders } from "../../files/make-folders.ts";
import { readOwnText } from "../../files/own-files.ts";
import { isSystemError, writeWhole } from "../../files/write-file.ts";
import type { FollowedBranch } from "../../git/followed-branch.ts";
import { GitFailure } from "../../git/git-failure.ts";
import type { Log } from "../../ports.ts";
import type { LookResult } from "../../watch/watch-listener.ts";

/** A revision that may be planned. */
export interface WatchedRevision {
  readonly commit: string;
  /** Equal for equal contents of the folder. */
  readonly content: string;
  /** Where the folder of the inventory is written. */
  readonly directory: string;
}

/** The revisions of a followed branch that are taken, the last one on disk. */
export interface WatchedRevisions {
  /** Null: there is none yet. */
  current(): WatchedRevision | null;
  /** Asks where the branch is, and takes a revision that it has not been at. Never throws, except when the signal is aborted. */
  look(): Promise<LookResult>;
  /** Takes up what was taken before this process began, where it is still there. Throws DtsyncError where it must be known and is not. */
  resume(): Promise<void>;
  /** Removes from disk what nobody plans any more. */
  tidy(): Promise<void>;
}

export interface RevisionOptions {
  readonly branch: FollowedBranch;
  /** A folder that nobody else can write to. */
  readonly folder: string;
  /** A file of allowed signers; null: commits need no signature. */
  readonly signers: string | null;
  /** Whether a branch that was rewritten is not followed. */
  readonly fastForwardOnly: boolean;
}

const largestCommit = 100;
/** Bytes of a file that decides whether a revision is taken. */
const largestGrounds = 1_000_000;

/** A revision that must not be taken, for a reason that stays as long as the branch is at it. */
class RefusedRevision extends Error {}

interface Refusal {
  readonly message: string;
  /** Equal as long as there is no reason to judge the revision another time. */
  readonly grounds: string;
}

/** Whether a revision is not taken for what it is, and not because it could not be brought here. */
const isRefusal = (error: unknown): error is Error =>
  error instanceof RefusedRevision || (error instanceof GitFailure && error.reason === "content");

export function watchedRevisions(options: RevisionOptions, log: Log, signal: AbortSignal): WatchedRevisions {
  const { branch, folder, signers, fastForwardOnly } = options;
  const takenFile = join(folder, "taken");
  const exported = join(folder, "revisions");
  let current: WatchedRevision | null = null;
  /** Where the branch was last, whether it was taken or not. */
  let last: { readonly commit: string; readonly refusal: Refusal | null } | null = null;

  /** What a refusal depends on besides the revision. */
  const grounds = (): string =>
    JSON.stringify(
      [takenFile, ...(signers === null ? [] : [signers])].map((path) => {
        try {
          return readOwnText(path, largestGrounds);
        } catch (error) {
          return errorMessage(error);
        }
      }),
    );

  /** The commit that was taken last; null: nobody knows of one. Throws DtsyncError where it decides what may be taken and cannot be read. */
  async function taken(): Promise<string | null> {
    try {
      const text = readOwnText(takenFile, largestCommit).trim();
      if (!/^[0-9a-f]{40,64}$/.test(text)) throw new Error("it does not hold a commit");
      return text;
    } catch (error) {
      if (isSystemError(error, "ENOENT")) return null;
      const problem = `${takenFile} cannot be used: ${errorMessage(error)}`;
      if (fastForwardOnly)
        throw new DtsyncError(`${problem} (to take whatever the branch is at: remove it)`, {
          exitCode: exitCodes.refused,
          hint: "it says on which commit the branch has to stand, so nothing is taken without it",
        });
      log.warn(`${problem}; it is written again`);
      await rm(takenFile, { recursive: true, force: true });
      return null;
    }
  }

  /** A folder that cannot be removed takes room, and keeps nothing from going on. */
  const remove = (path: string): Promise<void> =>
    rm(path, { recursive: true, force: true }).catch((error: unknown) => {
      log.warn(`${path} is left behind: ${errorMessage(error)}`);
    });

  async function requireSigned(commit: string): Promise<void> {
    if (signers === null) return;
    try {
      readOwnText(signers, largestGrounds);
    } catch (error) {
      throw new RefusedRevision(`the file of allowed signers cannot be used: ${errorMessage(error)}`);
    }
    const fault = await branch.signatureFault(commit, signers);
    if (fault !== null) throw new RefusedRevision(`the commit is not signed as it has to be: ${fault}`);
  }

  async function requireStanding(commit: string): Promise<void> {
    const earlier = await taken();
    if (earlier === null || earlier === commit || (await branch.standsOn(commit, earlier))) return;
    if (fastForwardOnly)
      throw new RefusedRevision(
        `the branch was rewritten: it does not stand on ${earlier.slice(0, 12)}, which was taken before (to take it: remove ${takenFile})`,
      );
    log.warn("the branch was rewritten", () => ({ commit, earlier }));
  }

  async function write(commit: string, content: string): Promise<WatchedRevision> {
    if (current?.content === content) return { ...current, commit };
    makeFolders(exported);
    const target = await mkdtemp(join(exported, "revision-"));
    try {
      return { commit, content, directory: await branch.exportTo(commit, target) };
    } catch (error) {
      // What filled the disk would keep all else from being written until the next plan.
      await remove(target);
      throw error;
    }
  }

  async function take(commit: string): Promise<void> {
    await requireSigned(commit);
    await requireStanding(commit);
    const revision = await write(commit, await branch.contentOf(commit));
    try {
      await writeWhole(takenFile, `${commit}\n`, { secret: true });
    } catch (error) {
      if (revision.directory !== current?.directory) await remove(revision.directory);
      throw error;
    }
    // Only now: what is planned before it is known as taken could be taken back by who rewrites the branch.
    current = revision;
    log.info("revision taken", () => ({ commit }));
  }

  /** What fails is done once more from nothing where it was the copy of the repository that failed. */
  async function onSoundCopy(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (signal.aborted || !(await branch.isDamaged().catch(() => false))) throw error;
      log.warn("the copy of the repository is damaged, and is made again from nothing", () => ({
        reason: errorMessage(error),
      }));
      await branch.forget();
      await work();
    }
  }

  async function fetchAndTake(tip: string): Promise<LookResult> {
    let commit = tip;
    try {
      await onSoundCopy(async () => {
        commit = await branch.fetch();
        await take(commit);
      });
      last = { commit, refusal: null };
      return "new";
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const { message } = error;
      const isKnown = last?.commit === commit && last.refusal?.message === message;
      if (!isKnown) log.error(`revision refused: ${message}`, () => ({ commit }));
      last = { commit, refusal: { message, grounds: grounds() } };
      return "refused";
    }
  }

  return {
    current: () => current,
    async look() {
      try {
        const tip = await branch.tip();
        if (last?.commit === tip && last.refusal === null) return "unchanged";
        // Somebody may have answered the refusal, by a further signer for example.
        if (last?.commit === tip && last.refusal?.grounds === grounds()) return "refused";
        return await fetchAndTake(tip);
      } catch (error) {
        signal.throwIfAborted();
        log.error(`the branch cannot be followed: ${errorMessage(error)}`);
        return "failed";
      }
    },
    async resume() {
      await remove(exported);
      const commit = await taken();
      if (commit === null) return;
      try {
        await requireSigned(commit);
        current = await write(commit, await branch.contentOf(commit));
      } catch (error) {
        signal.throwIfAborted();
        log.warn(`what was taken before cannot be taken up: ${errorMessage(error)}`);
      }
    },
    async tidy() {
      const used = current?.directory ?? "";
      for (const name of await readdir(exported).catch(() => [])) {
        const path = join(exported, name);
        if (!`${used}/`.startsWith(`${path}/`)) await remove(path);
      }
    },
  };
}
