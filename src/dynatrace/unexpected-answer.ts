import { ApiError } from "./api-error.ts";

/** The call that an answer belongs to. */
export interface AnsweredCall {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly attempts: number;
}

/**
 * An answer that does not have its documented form. What it is about counts as unreadable; a write that was answered so
 * may have had its effect.
 */
export class UnexpectedAnswer extends ApiError {
  constructor({ method, path, status, attempts }: AnsweredCall, what: string, cause?: unknown) {
    super(
      `${method} ${path}: the cluster answered in an unexpected form: ${what}`,
      {
        method,
        path,
        status,
        code: "unexpected-answer",
        effect: method === "GET" ? "none" : "unknown",
        attempts,
      },
      { cause },
    );
    this.name = "UnexpectedAnswer";
  }
}
