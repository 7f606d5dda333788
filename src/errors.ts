import { printableLine } from "./lib/printable.ts";

/** The exit codes of the contract. */
export const exitCodes = {
  done: 0,
  failed: 1,
  changes: 2,
  invalid: 3,
  refused: 4,
  partial: 5,
  stale: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** When several apply, the first of these wins. */
const precedence: readonly ExitCode[] = [
  exitCodes.interrupted,
  exitCodes.invalid,
  exitCodes.stale,
  exitCodes.refused,
  exitCodes.failed,
  exitCodes.partial,
  exitCodes.changes,
  exitCodes.done,
];

export function combineExitCodes(codes: readonly ExitCode[]): ExitCode {
  return precedence.find((code) => codes.includes(code)) ?? exitCodes.done;
}

/**
 * Something the user can act on ended the run: one line, a hint, an exit code. Anything else thrown is a bug. A message may
 * quote a file or a server, so its control characters become escapes.
 */
export class DtsyncError extends Error {
  readonly exitCode: ExitCode;
  readonly hint: string | null;

  constructor(message: string, options: { exitCode: ExitCode; hint?: string; cause?: unknown }) {
    super(printableLine(message), { cause: options.cause });
    this.name = "DtsyncError";
    this.exitCode = options.exitCode;
    this.hint = options.hint ?? null;
  }
}

/** What the user wrote cannot be used: a wrong option, or an inventory that is not there. */
export function usageError(message: string, hint?: string): DtsyncError {
  return new DtsyncError(message, { exitCode: exitCodes.invalid, ...(hint === undefined ? {} : { hint }) });
}

/** Whether something could not be written because nothing is left of the disk, or of what the user may have of it. */
export const isDiskFull = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");

/** The text of whatever was thrown. */
export function errorMessage(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return isDiskFull(error) ? `the disk is full: ${text}` : text;
}
