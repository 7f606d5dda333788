/** A note of a merge request, or a comment of a pull request. */
export interface Note {
  readonly id: string;
  /** Markdown. */
  readonly body: string;
}

/** What a forge does for one merge request. Each call throws a ForgeFailure. */
export interface Forge {
  /** Notes that the user of the token has written, the oldest first. */
  ownNotes(): Promise<readonly Note[]>;
  create(body: string): Promise<void>;
  update(id: string, body: string): Promise<void>;
}
