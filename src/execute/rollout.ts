import { count } from "../lib/printable.ts";
import { resultMeanings } from "../model/result.ts";
import type { Waves } from "../model/waves.ts";
import type { Log } from "../ports.ts";
import { type Outcome, skipped } from "./outcome.ts";

/** Whose waves they are, where they are told of, and what ends them early. */
interface RolloutEdges {
  readonly log: Log;
  readonly environment: string;
  /** Aborted once something else is wanted: no wave follows the one that goes on then. */
  readonly superseded?: AbortSignal | undefined;
  /** Aborted at an interrupt: no wave begins any more. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs the work of one environment wave after wave. The rest is skipped once more than `maxFailures` have failed, after an
 * interrupt, and once something else is wanted, then but for the first wave: even wishes that change all the time get something
 * done. `work` never throws; it is given items in order and ends with each item's outcome. It calls `leaveWave` when nothing is
 * left but to wait for others to confirm it: then the next batch begins, and a failure counts once it is known. A canary is there
 * to be confirmed, so that everything waits for it.
 */
export async function runRollout<T>(
  { waves, maxFailures }: Waves<T>,
  work: (item: T, leaveWave: () => void) => Promise<Outcome>,
  skip: (item: T, outcome: Outcome) => void,
  { log, environment, superseded, signal }: RolloutEdges,
): Promise<void> {
  const ended: Promise<void>[] = [];
  let failures = 0;
  let left = waves.reduce((sum, { items }) => sum + items.length, 0);
  let stopped = false;
  let begun = 0;
  /** Resolves when the next wave need not wait for the item any more. */
  const begin = (item: T, isCanary: boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const end = work(item, isCanary ? () => undefined : resolve).then(({ status, error }) => {
        // What an interrupt left open says nothing of the host; what follows is skipped for the interrupt itself.
        if (resultMeanings[status] === "failure" && error?.code !== "interrupted") failures += 1;
      });
      ended.push(end);
      end.then(resolve, reject);
    });
  const stop = (): Outcome | null => {
    if (failures > maxFailures) {
      return skipped(
        "rollout-stopped",
        `the rollout of its environment was stopped after ${count(failures, "failure")} (${accepted(maxFailures)})`,
      );
    }
    if (signal?.aborted) return skipped("interrupted", "the run was interrupted before it began");
    if (begun === 0 || !superseded?.aborted) return null;
    return skipped("superseded", "it is planned once more before the next wave");
  };
  for (const { name, isCanary, items } of waves) {
    const outcome = stop();
    if (outcome !== null) {
      const told = { environment, reason: outcome.error?.code, failures, limit: maxFailures, left };
      if (!stopped) log.info("rollout ends early", () => told);
      stopped = true;
      for (const item of items) skip(item, outcome);
      continue;
    }
    begun += 1;
    left -= items.length;
    log.info("wave begins", () => ({ environment, wave: name, waves: waves.length, hosts: items.length }));
    await Promise.all(items.map((item) => begin(item, isCanary)));
  }
  await Promise.all(ended);
}

const accepted = (most: number): string =>
  most === 0 ? "none is accepted" : `at most ${most} ${most === 1 ? "is" : "are"} accepted`;
