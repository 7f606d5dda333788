import type { Clock } from "../ports.ts";
import type { WatchListener } from "./watch-listener.ts";

export interface WatchHealth {
  readonly listener: WatchListener;
  /** Null: the watch goes on as it should; else what is wrong, in words. */
  alive(): string | null;
  /** Null: there is a revision that is kept; else what is missing. */
  ready(): string | null;
}

/** Milliseconds that a look may take besides the wait before it. */
const slowestLook = 10 * 60_000;

/**
 * Whether a watch lives and is of use. A branch that cannot be reached, or a run that fails, makes neither untrue: starting the
 * process again would not help. `interval`: milliseconds between looks.
 */
export function watchHealth(interval: number, { elapsed }: Pick<Clock, "elapsed">): WatchHealth {
  let lastLook = elapsed();
  let hasRevision = false;
  return {
    listener: {
      looked: () => {
        lastLook = elapsed();
      },
      took: () => {
        hasRevision = true;
      },
      runBegan: () => undefined,
      runEnded: () => undefined,
    },
    alive() {
      const seconds = Math.round((elapsed() - lastLook) / 1_000);
      return seconds * 1_000 <= 3 * interval + slowestLook ? null : `the last look at the branch was ${seconds} s ago`;
    },
    ready: () => (hasRevision ? null : "no revision has been taken yet"),
  };
}
