/** How often a watch looks and plans. Times are milliseconds. */
export interface Pace {
  /** Between two looks at the branch. */
  readonly interval: number;
  /** Between two plans while nothing changes in the branch. */
  readonly driftInterval: number;
  /** By how much of itself each wait may be shorter or longer, from 0 to 1: several machines then do not come together. */
  readonly jitter: number;
}

/** The wait after a number of looks in a row without success. */
export const afterLook = ({ interval, jitter }: Pace, failures: number, random: () => number): number =>
  jittered(failures === 0 ? interval : backoff(firstLookAgain, failures, interval), jitter, random);

/** The wait before a plan, after a number of runs in a row that left something to be tried again. */
export const afterRun = ({ driftInterval, jitter }: Pace, failures: number, random: () => number): number =>
  jittered(failures === 0 ? driftInterval : backoff(firstRunAgain, failures, driftInterval), jitter, random);

const firstLookAgain = 5_000;
const firstRunAgain = 30_000;

/** Twice as long after each failure, and never longer than without one. */
const backoff = (first: number, failures: number, most: number): number =>
  Math.min(most, first * 2 ** Math.min(failures - 1, 30));

const jittered = (milliseconds: number, jitter: number, random: () => number): number =>
  Math.round(milliseconds * (1 + jitter * (2 * random() - 1)));
