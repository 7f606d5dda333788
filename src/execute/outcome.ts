import { ApiError } from "../dynatrace/api-error.ts";
import { errorMessage } from "../errors.ts";
import type { ResultError, ResultStatus } from "../model/result.ts";
import { HostError } from "../ssh/host-error.ts";

/** How the work on one change ended; the executor adds its id and the time it took. */
export interface Outcome {
  readonly status: ResultStatus;
  readonly attempts: number;
  readonly error?: ResultError;
}

export const done = (attempts: number): Outcome => ({ status: "done", attempts });

export const failed = (attempts: number, code: string, message: string): Outcome => ({
  status: "failed",
  attempts,
  error: { code, message },
});

export const uncertain = (attempts: number, code: string, message: string): Outcome => ({
  status: "uncertain",
  attempts,
  error: { code, message },
});

export const stale = (attempts: number, message: string): Outcome => ({
  status: "stale",
  attempts,
  error: { code: "stale", message },
});

export const skipped = (code: string, message: string): Outcome => ({
  status: "skipped",
  attempts: 0,
  error: { code, message },
});

/** A change that cannot be made as it is, found out before anything was sent. */
export class Unfeasible extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "Unfeasible";
    this.code = code;
  }
}

/** What was thrown, as the error of a result: hints are part of the message, because a result is all that is kept. */
export function resultError(error: unknown): ResultError {
  if (error instanceof ApiError) {
    return {
      code: error.details.code,
      message: error.hint === null ? error.message : `${error.message} (${error.hint})`,
    };
  }
  if (error instanceof HostError || error instanceof Unfeasible) return { code: error.code, message: error.message };
  return { code: "internal", message: errorMessage(error) };
}

export function failedWith(error: unknown, attempts: number): Outcome {
  return { status: "failed", attempts, error: resultError(error) };
}
