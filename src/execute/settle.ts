import { ApiError } from "../dynatrace/api-error.ts";
import { errorMessage } from "../errors.ts";
import type { ResultError, ResultStatus } from "../model/result.ts";
import type { Clock } from "../ports.ts";
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

/** Where something stands between the plan's before and after; `partly`: on the way, and a further write leads there. */
export type Standing = "as-planned" | "partly" | "as-wanted" | "other";

export interface WriteSteps<T> {
  /** Reads what the change is about. */
  read(): Promise<T>;
  /** Compares the reading with the plan. */
  compare(current: T): Standing;
  /** Makes the change from a reading that is as planned, or partly as wanted. */
  write(current: T): Promise<void>;
  /** Says how the reading differs from what the plan saw, for a stale change. */
  describe(current: T): string;
}

export interface WritePorts {
  readonly clock: Clock;
  /** Aborted: nothing is waited for any more. */
  readonly signal: AbortSignal;
}

const maximumWrites = 3;
/** Milliseconds between readings after a write that was accepted: a node that has not heard of it still tells of before. */
const patience: readonly number[] = [250, 500, 1_000, 2_000, 4_000];
/** Milliseconds before a write whose answer was lost is made again. */
const lostPause: readonly number[] = [500];

/**
 * Makes one change so that it is never made on something else than the plan saw, and never twice blindly: read, compare,
 * write, read back. A write whose answer was lost is made again only where reading back shows that it had no effect; one
 * that was accepted never is. Where reading back is impossible the outcome is uncertain.
 */
export async function settleWrite<T>(steps: WriteSteps<T>, ports: WritePorts): Promise<Outcome> {
  let lost: unknown = null;
  let attempts = 0;
  let from: Standing | null = null;
  for (;;) {
    const pauses = attempts === 0 ? [] : lost === null ? patience : lostPause;
    let found: Reading<T>;
    try {
      found = await readWhile(from, steps, pauses, ports);
    } catch (error) {
      if (attempts === 0) return failedWith(error, attempts);
      return { status: "uncertain", attempts, error: resultError(lost ?? error) };
    }
    const { current, standing } = found;
    if (standing === "as-wanted") return done(attempts);
    if (standing === "other") {
      const difference = steps.describe(current);
      if (attempts === 0) return stale(attempts, difference);
      return failed(attempts, "not-as-written", `it was written, but reads back otherwise: ${difference}`);
    }
    if (lost === null && standing === from)
      return failed(attempts, "not-taken", "the cluster accepted the change, but it reads back as before");
    if (attempts >= maximumWrites || (attempts > 0 && ports.signal.aborted)) {
      return lost === null
        ? failed(attempts, "not-as-written", "the cluster accepted the change, but it reads back otherwise")
        : failedWith(lost, attempts);
    }
    attempts += 1;
    from = standing;
    try {
      await steps.write(current);
      lost = null;
    } catch (error) {
      if (!(error instanceof ApiError) || error.details.effect === "none") return failedWith(error, attempts);
      lost = error;
    }
  }
}

interface Reading<T> {
  readonly current: T;
  readonly standing: Standing;
}

/** Reads until it stands otherwise than before the write, as often as there are pauses and once more. */
async function readWhile<T>(
  from: Standing | null,
  steps: WriteSteps<T>,
  pauses: readonly number[],
  { clock, signal }: WritePorts,
): Promise<Reading<T>> {
  const read = async (): Promise<Reading<T>> => {
    const current = await steps.read();
    return { current, standing: steps.compare(current) };
  };
  for (const pause of pauses) {
    const found = await read();
    if (found.standing !== from || signal.aborted) return found;
    await clock.sleep(pause, signal).catch(() => undefined);
  }
  return read();
}
