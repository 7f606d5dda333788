import { resultMeanings } from "../model/result.ts";
import type { Waves } from "../model/waves.ts";
import type { Log } from "../ports.ts";
import { type Outcome, skipped } from "./outcome.ts";

/** Where the waves of an environment are told of. */
interface RolloutLog {
  readonly log: Log;
  readonly environment: string;
}

/**
 * Runs the work of one environment wave after wave, and stops it once more than `maxFailures` have failed: the rest is
 * skipped. `work` never throws; it is given items in order and ends with each item's outcome. It calls `leaveWave` when
 * nothing is left but to wait for others to confirm it: then the next batch begins, and a failure counts once it is known.
 * A canary is there to be confirmed, so that everything waits for it.
 */
export async function runRollout<T>(
  { waves, maxFailures }: Waves<T>,
  work: (item: T, leaveWave: () => void) => Promise<Outcome>,
  skip: (item: T, outcome: Outcome) => void,
  { log, environment }: RolloutLog,
): Promise<void> {
  const ended: Promise<void>[] = [];
  let failures = 0;
  let left = waves.reduce((sum, { items }) => sum + items.length, 0);
  let stopped = false;
  /** Resolves when the next wave need not wait for the item any more. */
  const begin = (item: T, isCanary: boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const end = work(item, isCanary ? () => undefined : resolve).then(({ status }) => {
        if (resultMeanings[status] === "failure") failures += 1;
      });
      ended.push(end);
      end.then(resolve, reject);
    });
  for (const { name, isCanary, items } of waves) {
    if (failures > maxFailures) {
      const told = { environment, failures, limit: maxFailures, left };
      if (!stopped) log.info("rollout stopped", () => told);
      stopped = true;
      const outcome = skipped(
        "rollout-stopped",
        `the rollout of its environment was stopped after ${failures} failures (at most ${maxFailures} are accepted)`,
      );
      for (const item of items) skip(item, outcome);
      continue;
    }
    left -= items.length;
    log.info("wave begins", () => ({ environment, wave: name, waves: waves.length, hosts: items.length }));
    await Promise.all(items.map((item) => begin(item, isCanary)));
  }
  await Promise.all(ended);
}
