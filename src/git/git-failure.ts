/**
 * Why Git could not answer: `outside` there is no repository, `missing` it has no such commit, also not after fetching,
 * `unusable` anything else. Never thrown for "nothing changed".
 */
type GitFailureReason = "outside" | "missing" | "unusable";

export class GitFailure extends Error {
  readonly reason: GitFailureReason;

  constructor(reason: GitFailureReason, message: string) {
    super(message);
    this.name = "GitFailure";
    this.reason = reason;
  }
}
