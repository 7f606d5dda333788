import { defaultBase } from "../git/default-base.ts";
import type { Repository } from "../git/open-repository.ts";
import { mergeBase, resolveCommit } from "../git/resolve-commit.ts";
import type { Side } from "../model/difference.ts";

/** A revision, for people, and its commit. */
export interface Commit extends Side {
  readonly commit: string;
}

export interface RevisionRange {
  readonly base: Commit;
  /** Null: the work tree. */
  readonly head: Commit | null;
}

/** The two sides of `BASE`, `BASE..HEAD`, `BASE...HEAD` (from their merge base) or null. Throws GitFailure. */
export async function resolveRange(revisions: string | null, repository: Repository): Promise<RevisionRange> {
  if (revisions === null) {
    const { name, commit } = await defaultBase(repository);
    return { base: { revision: name, commit }, head: null };
  }
  const range = /^(.*?)(\.{2,3})(.*)$/.exec(revisions);
  if (!range) return { base: { revision: revisions, commit: await resolveCommit(repository, revisions) }, head: null };
  // As with Git, a side that is left out is HEAD.
  const [left, right] = [range[1] || "HEAD", range[3] || "HEAD"];
  const from = await resolveCommit(repository, left);
  const to = await resolveCommit(repository, right);
  const head = { revision: right, commit: to };
  if (range[2] === "..") return { base: { revision: left, commit: from }, head };
  const commit = await mergeBase(repository, from, to);
  return { base: { revision: `merge base of ${left} and ${right}`, commit }, head };
}
