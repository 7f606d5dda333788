import { createLimiter, type Limiter } from "../lib/limiter.ts";
import { type Change, type Family, ofFamily } from "../model/change.ts";
import type { ChangeResult } from "../model/result.ts";
import type { Appliers, Scheduler, Task } from "./applier.ts";
import { createLedger, type Ledger, type LedgerOptions } from "./ledger.ts";
import { failed, failedWith, type Outcome, skipped } from "./outcome.ts";

export interface ExecutionOptions extends LedgerOptions {
  /** Aborted: nothing new is started, and what is running is finished. */
  readonly signal: AbortSignal;
}

/**
 * Makes changes in the order that their dependencies ask for, side by side where they allow it. Every change gets exactly
 * one result; a failure skips what depends on it and nothing else. Throws only for bugs.
 */
export async function execute(options: ExecutionOptions, appliers: Appliers): Promise<readonly ChangeResult[]> {
  const ledger = createLedger(options);
  const scheduler = createScheduler(ledger, options);
  const apply = <F extends Family>(family: F) => appliers[family](ofFamily(options.changes, family), scheduler);
  await Promise.all((Object.keys(appliers) as readonly Family[]).map(apply));
  return ledger.results();
}

/** How a cluster refuses a change while it is upgraded. */
const upgradeCode = "http-556";

function createScheduler(ledger: Ledger, { changes, signal }: ExecutionOptions): Scheduler {
  const lanes = new Map<string, Limiter>();
  const dependents = dependentsOf(changes);
  /** Clusters that are being upgraded: they refuse whatever would change something, for minutes at least. */
  const upgrading = new Set<string>();

  async function work<C extends Change>({ work, lane }: Task<C>, ready: readonly C[]) {
    const each = (outcome: (change: C) => Outcome): ReadonlyMap<string, Outcome> =>
      new Map(ready.map((change) => [change.id, outcome(change)]));
    return lane.run(async () => {
      if (signal.aborted) return each(() => skipped("interrupted", "the run was interrupted before it began"));
      const held = ready.find(({ cluster }) => upgrading.has(cluster))?.cluster;
      if (held !== undefined)
        return each(() => skipped("held", `an upgrade of the cluster ${held} is running: apply again in some minutes`));
      for (const change of ready) ledger.start(change);
      return work(ready).catch((error: unknown) => each(() => failedWith(error, 1)));
    });
  }

  return {
    async make(task) {
      const ready = await ledger.awaitDependencies(task.changes, task.after ?? "ended");
      const outcomes = ready.length === 0 ? new Map<string, Outcome>() : await work(task, ready);
      for (const change of ready) {
        const outcome = outcomes.get(change.id) ?? failed(0, "internal", "the change got no result");
        if (outcome.error?.code === upgradeCode) upgrading.add(change.cluster);
        ledger.made(change, outcome);
        const ended = task.afterwards?.(change, outcome).catch((error: unknown) => failedWith(error, 1));
        ledger.end(change, (await ended) ?? outcome);
      }
      return task.changes.map((change) => ledger.outcomeOf(change));
    },
    end: ledger.end,
    dependents: ({ id }) => dependents.get(id) ?? [],
    lane(name, size) {
      const found = lanes.get(name) ?? createLimiter(size);
      lanes.set(name, found);
      return found;
    },
  };
}

/** By the id of a change those that stand on it. */
function dependentsOf(changes: readonly Change[]): ReadonlyMap<string, readonly Change[]> {
  const dependents = new Map<string, Change[]>();
  for (const change of changes) {
    for (const id of change.dependsOn) {
      const known = dependents.get(id);
      if (known) known.push(change);
      else dependents.set(id, [change]);
    }
  }
  return dependents;
}
