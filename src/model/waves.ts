import { resolveAmount } from "./amount.ts";
import type { Rollout } from "./inventory.ts";

/** Hosts of one environment that are changed together. */
export interface Wave<T> {
  /** `canary`, or `batch` with its number. */
  readonly name: string;
  /** The wave that proves the change: everything waits until it has ended. */
  readonly isCanary: boolean;
  readonly items: readonly T[];
}

/** How changes reach the hosts of one environment. A plan tells it and an apply does it, both from here. */
export interface Waves<T> {
  readonly waves: readonly Wave<T>[];
  /** With more failures than that the hosts that are left are skipped. */
  readonly maxFailures: number;
}

/** The items in their order: the canary, then batches. */
export function wavesOf<T>(items: readonly T[], rollout: Rollout): Waves<T> {
  const waves: Wave<T>[] = [];
  const total = items.length;
  let next = 0;
  const take = (name: string, size: number) => {
    const end = next + Math.max(size, 1);
    waves.push({ name, isCanary: name === "canary", items: items.slice(next, end) });
    next = end;
  };
  const canary = resolveAmount(rollout.canary, total);
  if (canary > 0 && total > 0) take("canary", canary);
  const batch = resolveAmount(rollout.batch, total);
  for (let number = 1; next < total; number += 1) take(`batch ${number}`, batch);
  return { waves, maxFailures: resolveAmount(rollout.maxFailures, total) };
}
