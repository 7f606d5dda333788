import type { Clock } from "../../src/ports.ts";

/** A clock on which waiting takes no time: it is moved ahead instead. */
export interface FakeClock extends Clock {
  pass(milliseconds: number): void;
  /** Milliseconds of every wait so far. */
  readonly waits: readonly number[];
}

export function fakeClock(start: Date): FakeClock {
  let time = start.getTime();
  const waits: number[] = [];
  return {
    waits,
    now: () => new Date(time),
    pass: (milliseconds) => {
      time += milliseconds;
    },
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted();
      waits.push(milliseconds);
      const until = time + milliseconds;
      // What runs side by side gets its turn, so that two waits of equal length end together and not one after the other.
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      time = Math.max(time, until);
    },
  };
}
