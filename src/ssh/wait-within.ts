import { HostError } from "./host-error.ts";

export interface WaitLimit {
  readonly milliseconds: number;
  readonly signal: AbortSignal | undefined;
  /** What to say when time is over. */
  readonly expired: () => HostError;
}

/** Node.js takes a longer time for none at all. */
const longestTimer = 2 ** 31 - 1;

/**
 * Waits for a piece of work, but no longer than the limit: when time is over or the signal is aborted, it rejects at once
 * with a HostError (`interrupted` for the signal), whether or not the work notices. The work is told by a signal of its
 * own, and what it gives afterwards goes to `discard`.
 */
export function waitWithin<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { milliseconds, signal, expired }: WaitLimit,
  discard: (late: T) => void,
): Promise<T> {
  const controller = new AbortController();
  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = () => {
      settled = true;
      clearTimeout(timer);
      signal?.removeEventListener("abort", interrupt);
    };
    const giveUp = (error: HostError) => {
      settle();
      reject(error);
      controller.abort(error);
    };
    const interrupt = () => giveUp(interrupted());
    const timer = setTimeout(() => giveUp(expired()), Math.min(milliseconds, longestTimer));
    if (signal?.aborted) return interrupt();
    signal?.addEventListener("abort", interrupt);
    work(controller.signal).then(
      (value) => {
        if (settled) return discard(value);
        settle();
        resolve(value);
      },
      (error: unknown) => {
        if (settled) return;
        settle();
        reject(error);
      },
    );
  });
}

/** Waits for something that has a limit of its own, but not when the signal is aborted. */
export const unlessInterrupted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  waitWithin(
    () => work,
    { milliseconds: longestTimer, signal, expired: interrupted },
    () => undefined,
  );

const interrupted = (): HostError => new HostError("interrupted", "interrupted");
