/**
 * Why Git could not answer: `outside` there is no repository, `missing` it has no such commit, also not after fetching,
 * `content` what the repository holds cannot be used, however often it is asked for, `unusable` anything else. Never thrown
 * for "nothing changed".
 */
type GitFailureReason = "outside" | "missing" | "content" | "unusable";

export class GitFailure extends Error {
  readonly reason: GitFailureReason;

  constructor(reason: GitFailureReason, message: string) {
    super(message);
    this.name = "GitFailure";
    this.reason = reason;
  }
}
