/** How far a number of alike things is at one moment. */
export interface Counts {
  /** What they are called together, for example `hosts`. */
  readonly title: string;
  readonly total: number;
  /** Those that have ended, however they did. */
  readonly done: number;
  readonly failed: number;
  /** Ended without having been tried. */
  readonly notMade: number;
  readonly running: number;
  /** Those on which nothing is done any more, but that are to be seen before they have ended. */
  readonly awaited: number;
  /** How many end in a second, of late; null: it is too early to tell. */
  readonly rate: number | null;
  /** Until all have ended, at that rate; null: nobody can tell, or all have. */
  readonly secondsLeft: number | null;
  /** What runs longest, the longest first: a few of those that run. */
  readonly longest: readonly { readonly name: string; readonly seconds: number }[];
}

/** How one of them ended. */
export type Ended = "made" | "failure" | "not-made";

/** Counts alike things while they are worked on. Times are milliseconds; an event costs the same however many there are. */
export interface Tally {
  started(name: string, now: number): void;
  /** Nothing is done for it until it is started again. */
  waits(name: string): void;
  /** Nothing is done for it any more: it is waited for until it is seen, and ends then. */
  awaits(name: string): void;
  /** Also for one that was never started. */
  ended(name: string, how: Ended, now: number): void;
  counts(now: number): Counts;
}

/** Milliseconds that a rate is taken over, and those before there is one. */
const window = 60_000;
const early = 2_000;
/** Milliseconds between two notes of how much has ended. */
const step = 1_000;
const mostNames = 10;
/** Those that have to end before the time that is left can be told. */
const few = 3;

export function createTally(title: string, total: number): Tally {
  const running = new Map<string, number>();
  const awaited = new Set<string>();
  const count = { done: 0, failed: 0, notMade: 0 };
  /** How much had ended at a time, the oldest first: the first note is where the rate is taken from. */
  const notes: { readonly at: number; readonly done: number }[] = [];

  const note = (now: number) => {
    const last = notes.at(-1);
    if (last === undefined || now - last.at >= step) notes.push({ at: now, done: count.done });
    while (notes[1] !== undefined && notes[1].at <= now - window) notes.shift();
  };

  return {
    started(name, now) {
      note(now);
      running.set(name, now);
    },
    waits: (name) => void running.delete(name),
    awaits(name) {
      running.delete(name);
      awaited.add(name);
    },
    ended(name, how, now) {
      note(now);
      running.delete(name);
      awaited.delete(name);
      count.done += 1;
      if (how === "failure") count.failed += 1;
      if (how === "not-made") count.notMade += 1;
    },
    counts(now) {
      const [oldest] = notes;
      const passed = oldest === undefined ? 0 : now - oldest.at;
      const rate = oldest === undefined || passed < early ? null : ((count.done - oldest.done) * 1_000) / passed;
      const left = total - count.done;
      return {
        title,
        total,
        ...count,
        running: running.size,
        awaited: awaited.size,
        rate,
        secondsLeft: rate === null || rate === 0 || left <= 0 || count.done < few ? null : left / rate,
        longest: firstOf(running, mostNames).map(([name, since]) => ({ name, seconds: (now - since) / 1_000 })),
      };
    },
  };
}

/** The first entries of a mapping, which are the oldest ones. */
function firstOf<K, V>(entries: Iterable<readonly [K, V]>, most: number): readonly (readonly [K, V])[] {
  const found: (readonly [K, V])[] = [];
  for (const entry of entries) {
    if (found.length === most) break;
    found.push(entry);
  }
  return found;
}
