import { printableLine } from "../lib/printable.ts";
import { shortened } from "../lib/text.ts";

/** A host may have said much of it; nobody reads more. */
const longestMessage = 2_000;

/**
 * Work on one host that did not succeed. `code` is stable and kebab-case; the message says what and what to do. It is one
 * line without control characters, whatever words of a host it was made with.
 */
export class HostError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(shortened(printableLine(message), longestMessage), options);
    this.name = "HostError";
    this.code = code;
  }
}
