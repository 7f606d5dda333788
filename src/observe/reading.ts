import { ApiError, isStatus } from "../dynatrace/api-error.ts";
import { errorMessage } from "../errors.ts";
import type { Reading } from "../model/observed.ts";

const upgradeHint = "an upgrade of the cluster is running: try again in some minutes";

/** Why a scope could not be read, in one line with what to do. */
export function reasonOf(error: unknown): string {
  if (isStatus(error, 556)) return upgradeHint;
  if (error instanceof ApiError && error.hint !== null) return `${error.message}; ${error.hint}`;
  return errorMessage(error);
}

/** What was read, or why it could not be. Never rejects. */
export async function reading<T>(read: Promise<T>): Promise<Reading<T>> {
  try {
    return { status: "complete", value: await read };
  } catch (error) {
    return { status: "unreadable", reason: reasonOf(error) };
  }
}
