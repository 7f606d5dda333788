import { resolveAmount } from "../model/amount.ts";
import type { Rollout } from "../model/inventory.ts";
import { resultMeanings } from "../model/result.ts";
import type { Log } from "../ports.ts";
import { type Outcome, skipped } from "./outcome.ts";

/** Sizes of the waves for a number of hosts: the canary, then batches. */
export function waves(rollout: Rollout, total: number): readonly number[] {
  const sizes: number[] = [];
  let left = total;
  const take = (size: number) => {
    const taken = Math.min(Math.max(size, 1), left);
    if (taken > 0) sizes.push(taken);
    left -= taken;
  };
  const canary = resolveAmount(rollout.canary, total);
  if (canary > 0) take(canary);
  while (left > 0) take(resolveAmount(rollout.batch, total));
  return sizes;
}

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
  items: readonly T[],
  rollout: Rollout,
  work: (item: T, leaveWave: () => void) => Promise<Outcome>,
  skip: (item: T, outcome: Outcome) => void,
  { log, environment }: RolloutLog,
): Promise<void> {
  const limit = resolveAmount(rollout.maxFailures, items.length);
  const hasCanary = resolveAmount(rollout.canary, items.length) > 0;
  const ended: Promise<void>[] = [];
  let failures = 0;
  let next = 0;
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
  const sizes = waves(rollout, items.length);
  for (const [index, size] of sizes.entries()) {
    const wave = items.slice(next, next + size);
    next += size;
    if (failures > limit) {
      const left = items.length - next + size;
      if (!stopped) log.info("rollout stopped", () => ({ environment, failures, limit, left }));
      stopped = true;
      const outcome = skipped(
        "rollout-stopped",
        `the rollout of its environment was stopped after ${failures} failures (at most ${limit} are accepted)`,
      );
      for (const item of wave) skip(item, outcome);
      continue;
    }
    const name = index === 0 && hasCanary ? "canary" : `batch ${hasCanary ? index : index + 1}`;
    log.info("wave begins", () => ({ environment, wave: name, waves: sizes.length, hosts: size }));
    await Promise.all(wave.map((item) => begin(item, hasCanary && index === 0)));
  }
  await Promise.all(ended);
}
