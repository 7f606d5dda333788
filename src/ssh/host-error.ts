/** Work on one host that did not succeed. `code` is stable and kebab-case; the message says what and what to do. */
export class HostError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "HostError";
    this.code = code;
  }
}
