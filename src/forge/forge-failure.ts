import { DtsyncError, exitCodes } from "../errors.ts";

/**
 * A forge did not do what it was asked for. `missing`: there is no such thing, or not for this token; `unknown`: it may have
 * done it, but no answer tells; `refused`: it did not do it, and would not if it were asked once more.
 */
export class ForgeFailure extends DtsyncError {
  readonly kind: "missing" | "unknown" | "refused";
  /** Of HTTP; null: there was no answer. */
  readonly status: number | null;

  constructor(
    message: string,
    {
      kind,
      status,
      hint,
      cause,
    }: Pick<ForgeFailure, "kind" | "status"> & { hint?: string | undefined; cause?: unknown },
  ) {
    super(message, { exitCode: exitCodes.failed, ...(hint === undefined ? {} : { hint }), cause });
    this.name = "ForgeFailure";
    this.kind = kind;
    this.status = status;
  }
}
