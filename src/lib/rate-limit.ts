import type { Clock } from "../ports.ts";

/** Bounds how much is done in a time by all who ask together. */
export interface RateLimit {
  /** Resolves when it is this one's turn, in the order of asking. Rejects when the signal is aborted. */
  take(amount: number, signal?: AbortSignal): Promise<void>;
  /** Leaves so much a second to somebody who takes it elsewhere, until the function that it gives is called. */
  leave(perSecond: number): () => void;
}

/** What is left for those who take here, however much is taken elsewhere: nobody waits without end. */
const least = 1;

/** Whoever takes a small amount at a time and then asks again shares the rate with all others in equal parts. */
export function createRateLimit(perSecond: number, clock: Clock): RateLimit {
  let freeAt = 0;
  let elsewhere = 0;
  return {
    async take(amount, signal) {
      const now = clock.elapsed();
      const turn = Math.max(now, freeAt);
      freeAt = turn + (amount / Math.max(perSecond - elsewhere, least)) * 1_000;
      if (turn - now >= 1) await clock.sleep(turn - now, signal);
    },
    leave(part) {
      elsewhere += part;
      return () => {
        elsewhere -= part;
      };
    },
  };
}
