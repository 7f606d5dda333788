import type { Change } from "../model/change.ts";
import type { ChangeResult } from "../model/result.ts";
import type { Clock } from "../ports.ts";
import { failed, type Outcome, skipped } from "./outcome.ts";

/**
 * How far something has to be that others stand on. It is *made* when its work is done and verified; it has *ended* when
 * nothing is left to wait for either, such as a new environment that is to answer.
 */
export type Stage = "made" | "ended";

/** What has become of each change of a run. */
export interface Ledger {
  /**
   * Waits until everything that the changes depend on has come so far, and gives those that can begin. The others are ended as
   * skipped: what they depend on was not done.
   */
  awaitDependencies<C extends Change>(together: readonly C[], stage: Stage): Promise<readonly C[]>;
  start(change: Change): void;
  /** The work on a change is over, perhaps before it ends. */
  made(change: Change, outcome: Outcome): void;
  /** Only the first end of a change counts. */
  end(change: Change, outcome: Outcome): void;
  /** How a change ended. */
  outcomeOf(change: Change): Outcome;
  /** In the order of the changes. */
  results(): readonly ChangeResult[];
}

export interface LedgerOptions {
  readonly changes: readonly Change[];
  readonly clock: Clock;
  readonly onStart: (change: Change) => void;
  readonly onResult: (change: Change, result: ChangeResult) => void;
}

export function createLedger({ changes, clock, onStart, onResult }: LedgerOptions): Ledger {
  const results = new Map<string, ChangeResult>();
  const started = new Map<string, number>();
  const reached = (): ReadonlyMap<string, Reached> =>
    new Map(changes.map(({ id }) => [id, withResolvers<Pick<ChangeResult, "id" | "status">>()] as const));
  const stages: Readonly<Record<Stage, ReadonlyMap<string, Reached>>> = { made: reached(), ended: reached() };

  function end(change: Change, { status, attempts, error }: Outcome): void {
    if (results.has(change.id)) return;
    const now = clock.elapsed();
    const durationMs = Math.round(now - (started.get(change.id) ?? now));
    const { id, action } = change;
    const result: ChangeResult = { id, action, status, attempts, durationMs, ...(error ? { error } : {}) };
    results.set(id, result);
    onResult(change, result);
    stages.made.get(id)?.resolve(result);
    stages.ended.get(id)?.resolve(result);
  }

  return {
    async awaitDependencies<C extends Change>(together: readonly C[], stage: Stage) {
      const members = new Set(together.map(({ id }) => id));
      const ready: C[] = [];
      for (const change of together) {
        const dependencies = change.dependsOn
          .filter((id) => !members.has(id))
          .flatMap((id) => stages[stage].get(id) ?? []);
        const outcomes = await Promise.all(dependencies.map(({ promise }) => promise));
        const missing = outcomes.find(({ status }) => status !== "done");
        if (missing) end(change, skipped("dependency", `${missing.id} was not done (${missing.status})`));
        else ready.push(change);
      }
      // The members share one write: without the change that the others stand on there is nothing to write.
      const lost = ready.filter((change) => change.dependsOn.some((id) => members.has(id) && results.has(id)));
      for (const change of lost) end(change, skipped("dependency", "its group was not made"));
      return ready.filter((change) => !lost.includes(change));
    },
    start(change) {
      started.set(change.id, clock.elapsed());
      onStart(change);
    },
    made: ({ id }, { status }) => stages.made.get(id)?.resolve({ id, status }),
    end,
    outcomeOf: ({ id }) => results.get(id) ?? failed(0, "internal", "the change has not ended"),
    results: () => changes.flatMap(({ id }) => results.get(id) ?? []),
  };
}

type Reached = Resolvers<Pick<ChangeResult, "id" | "status">>;

interface Resolvers<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

function withResolvers<T>(): Resolvers<T> {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
