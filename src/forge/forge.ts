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
  remove(id: string): Promise<void>;
}

/** An issue of a project, or a repository. */
export interface Issue {
  /** The number within the project. */
  readonly id: string;
  /** Markdown. */
  readonly body: string;
  readonly open: boolean;
}

/** What a forge does for the issues of one project. Each call throws a ForgeFailure. */
export interface IssueTracker {
  /** Issues that the user of the token has opened, closed ones too, the oldest first. */
  ownIssues(): Promise<readonly Issue[]>;
  create(content: { readonly title: string; readonly body: string }): Promise<void>;
  /** Gives an issue this text, and closes or opens it where it is not so already. Its title stays. */
  update(issue: Issue, wanted: { readonly body: string; readonly open: boolean }): Promise<void>;
}
