import type { Limiter } from "../lib/limiter.ts";
import type { Change, Family, FamilyChange } from "../model/change.ts";
import type { Stage } from "./ledger.ts";
import type { Outcome } from "./outcome.ts";

/** Changes that are made together, by one piece of work. */
export interface Task<C extends Change> {
  readonly changes: readonly C[];
  /** How far what the changes depend on has to be: `ended` unless it is said. */
  readonly after?: Stage;
  /** Bounds how many tasks are worked on at once. */
  readonly lane: Pick<Limiter, "run">;
  /** Makes those of the changes that can begin, and says of each how it ended. */
  work(ready: readonly C[]): Promise<ReadonlyMap<string, Outcome>>;
  /** What is left to wait for when the work is done; others may have the place in the lane meanwhile. */
  afterwards?(change: C, outcome: Outcome): Promise<Outcome>;
}

/** What the executor offers to those who make changes. */
export interface Scheduler {
  /**
   * Works on a task once everything that it depends on is done, and gives how each of its changes ended. Changes whose
   * dependencies were not done are skipped. Never rejects.
   */
  make<C extends Change>(task: Task<C>): Promise<readonly Outcome[]>;
  /** Ends a change that is not to be made. */
  end(change: Change, outcome: Outcome): void;
  /** The changes of the run that stand on this one. */
  dependents(change: Change): readonly Change[];
  /** The limiter of this name, made with this size when it is asked for first. */
  lane(name: string, size: number): Limiter;
}

/** Makes all changes of a family. Each change must be in a task, or ended. */
export type Applier<F extends Family> = (changes: readonly FamilyChange<F>[], scheduler: Scheduler) => Promise<void>;

export type Appliers = { readonly [F in Family]: Applier<F> };
