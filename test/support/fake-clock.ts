import type { Clock } from "../../src/ports.ts";

/** A clock on which waiting takes no time: it is moved ahead instead. */
export interface FakeClock extends Clock {
  /** Moves it ahead; what was to be called every so often is called as often as that time asks for. */
  pass(milliseconds: number): void;
  /** Sets the time of day, as somebody sets the clock of a machine. */
  set(moment: Date): void;
  /** Milliseconds of every wait so far. */
  readonly waits: readonly number[];
}

export function fakeClock(start: Date): FakeClock {
  let time = start.getTime();
  /** How far the time of day is from that which passes evenly. */
  let shift = 0;
  const waits: number[] = [];
  const repeated = new Set<{ next: number; readonly interval: number; readonly task: () => void }>();
  const moveTo = (until: number) => {
    for (;;) {
      const [first] = [...repeated].filter(({ next }) => next <= until).sort((a, b) => a.next - b.next);
      if (first === undefined) break;
      time = Math.max(time, first.next);
      first.next += first.interval;
      first.task();
    }
    time = Math.max(time, until);
  };
  return {
    waits,
    now: () => new Date(time + shift),
    elapsed: () => time,
    set: (moment) => {
      shift = moment.getTime() - time;
    },
    pass: (milliseconds) => moveTo(time + milliseconds),
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted();
      waits.push(milliseconds);
      const until = time + milliseconds;
      // What runs side by side gets its turn, so that two waits of equal length end together and not one after the other.
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      moveTo(until);
    },
    every(interval, task) {
      const entry = { next: time + interval, interval, task };
      repeated.add(entry);
      return () => void repeated.delete(entry);
    },
  };
}
