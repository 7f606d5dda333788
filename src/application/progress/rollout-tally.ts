import type { HostRollout } from "../../kinds/host/rollouts.ts";
import type { Ended } from "./tally.ts";

/** How far the hosts of one environment are at one moment. */
export interface EnvironmentCounts {
  readonly environment: string;
  /** The last wave that began, `canary` or `batch 2 of 3`; null: none has begun. */
  readonly wave: string | null;
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  /** Changed, and not yet listed by the environment. */
  readonly awaited: number;
}

/** Counts hosts by their environments. Hosts are told by the ids of their changes; an event costs the same for any number. */
export interface RolloutTally {
  started(id: string): void;
  /** The host is changed, and its environment is to list it. */
  awaits(id: string): void;
  ended(id: string, how: Ended): void;
  /** In the order in which the environments began; those that have not begun come last. */
  counts(): readonly EnvironmentCounts[];
}

interface Place {
  readonly environment: { -readonly [K in keyof EnvironmentCounts]: EnvironmentCounts[K] };
  /** Of the wave, from 0. */
  readonly position: number;
  readonly wave: string;
}

export function createRolloutTally(rollouts: readonly HostRollout[]): RolloutTally {
  const places = new Map<string, Place>();
  const positions = new Map<string, number>();
  const waiting = new Set<Place["environment"]>();
  const begun = new Set<Place["environment"]>();
  const awaited = new Set<string>();
  for (const { environment: name, waves } of rollouts) {
    const total = waves.reduce((sum, { items }) => sum + items.length, 0);
    const environment = { environment: name, wave: null, total, done: 0, failed: 0, awaited: 0 };
    waiting.add(environment);
    const batches = waves.filter(({ isCanary }) => !isCanary).length;
    for (const [position, { name: wave, isCanary, items }] of waves.entries()) {
      const text = isCanary ? wave : `${wave} of ${batches}`;
      for (const { id } of items) places.set(id, { environment, position, wave: text });
    }
  }

  return {
    started(id) {
      const place = places.get(id);
      if (!place) return;
      const { environment, position, wave } = place;
      waiting.delete(environment);
      begun.add(environment);
      // Hosts of an earlier wave may still wait for their turn.
      if (position < (positions.get(environment.environment) ?? 0)) return;
      positions.set(environment.environment, position);
      environment.wave = wave;
    },
    awaits(id) {
      const environment = places.get(id)?.environment;
      if (!environment || awaited.has(id)) return;
      awaited.add(id);
      environment.awaited += 1;
    },
    ended(id, how) {
      const environment = places.get(id)?.environment;
      if (!environment) return;
      if (awaited.delete(id)) environment.awaited -= 1;
      environment.done += 1;
      if (how === "failure") environment.failed += 1;
    },
    counts: () => [...begun, ...waiting].map((environment) => ({ ...environment })),
  };
}
