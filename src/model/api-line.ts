/** A page of what an environment answered to a question, or why it did not. */
export interface ApiLine {
  readonly environment: string;
  readonly cluster: string;
  /** HTTP status; null: no answer came. */
  readonly status: number | null;
  /** The question as it was asked. */
  readonly path: string;
  /** From 1. */
  readonly page: number;
  /** Whether nothing of this environment follows. */
  readonly last: boolean;
  /** JSON as it came, with an error that of the refusal; null: none came. */
  readonly body: unknown;
  /** Left out where the page was answered. */
  readonly error?: { readonly code: string; readonly message: string };
}
