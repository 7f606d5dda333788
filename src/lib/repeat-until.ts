import type { Clock } from "../ports.ts";

/** Milliseconds to wait after an attempt (counted from 1) before the next one; null: there is no next one. */
export type RepeatPolicy<T> = (attempt: number, value: T) => number | null;

export interface RepeatPorts {
  readonly clock: Clock;
  /** Aborted: nothing is waited for any more, and no attempt follows. */
  readonly signal?: AbortSignal | undefined;
  /** After an abort during a pause the step runs once more: what is waited for may have come meanwhile. */
  readonly lastLook?: boolean;
}

/**
 * Repeats a step until its value is settled, the policy gives up, or the signal is aborted, and gives the last value:
 * whether that is settled is for the caller to judge. What the step throws ends it; a step that may fail and be repeated
 * gives its failure as a value (see `attempted`).
 */
export async function repeatUntil<T>(
  step: (attempt: number) => Promise<T>,
  settled: (value: T) => boolean,
  policy: RepeatPolicy<T>,
  { clock, signal, lastLook = false }: RepeatPorts,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const value = await step(attempt);
    if (settled(value) || signal?.aborted) return value;
    const pause = policy(attempt, value);
    if (pause === null) return value;
    if (pause > 0) await clock.sleep(pause, signal).catch(() => undefined);
    if (signal?.aborted && !lastLook) return value;
  }
}

/** The given pauses one after the other, then no more: one attempt more than there are pauses. */
export const pauses =
  (list: readonly number[]): RepeatPolicy<unknown> =>
  (attempt) =>
    list[attempt - 1] ?? null;

/** So many attempts in all, with the same pause between them. */
export const attempts =
  (most: number, pause = 0): RepeatPolicy<unknown> =>
  (attempt) =>
    attempt < most ? pause : null;

/** The same pause again and again until the time since now is over; both in milliseconds. */
export function within(clock: Clock, time: number, pause: number): RepeatPolicy<unknown> {
  const deadline = clock.elapsed() + time;
  return () => (clock.elapsed() < deadline ? pause : null);
}

/** What a piece of work gave, or what it threw. */
export type Attempted<T> =
  | { readonly failed: false; readonly value: T }
  | { readonly failed: true; readonly error: unknown };

export async function attempted<T>(work: () => Promise<T>): Promise<Attempted<T>> {
  try {
    return { failed: false, value: await work() };
  } catch (error) {
    return { failed: true, error };
  }
}

/** The value, or the error thrown again. */
export function unwrap<T>(result: Attempted<T>): T {
  if (result.failed) throw result.error;
  return result.value;
}
