import type { Clock } from "../ports.ts";

/** Bounds how much is done in a time by all who ask together. */
export interface RateLimit {
  /** Resolves when it is this one's turn, in the order of asking. Rejects when the signal is aborted. */
  take(amount: number, signal?: AbortSignal): Promise<void>;
}

/** Whoever takes a small amount at a time and then asks again shares the rate with all others in equal parts. */
export function createRateLimit(perSecond: number, clock: Clock): RateLimit {
  let freeAt = 0;
  return {
    async take(amount, signal) {
      const now = clock.elapsed();
      const turn = Math.max(now, freeAt);
      freeAt = turn + (amount / perSecond) * 1_000;
      if (turn - now >= 1) await clock.sleep(turn - now, signal);
    },
  };
}
