import { hostChangeId } from "../kinds/host/change.ts";
import { hostRollouts } from "../kinds/host/rollouts.ts";
import { allKinds, rulesOf } from "../kinds/kinds.ts";
import { type Change, type ChangeKind, ofFamily } from "../model/change.ts";
import type { Environment } from "../model/inventory.ts";
import { type ChangeResult, resultMeanings } from "../model/result.ts";
import type { BeginStep } from "../ports.ts";
import { resultLine } from "../report/apply-text.ts";
import type { Context } from "./context.ts";
import { seenStep } from "./follow-services.ts";
import type { CommonOptions } from "./options.ts";
import { createRolloutTally } from "./progress/rollout-tally.ts";
import { showProgress } from "./progress/show-progress.ts";
import { createTally, type Tally } from "./progress/tally.ts";

/** Follows the changes of an apply while they happen. */
export interface ApplyProgress {
  started(change: Change): void;
  finished(change: Change, result: ChangeResult): void;
  /** Told of the steps on hosts: one that only waits to be seen is not worked on. */
  readonly beginStep: BeginStep;
  close(): void;
}

/** Counts of each kind on standard error, those of hosts by environment, and every failure there as it happens. */
export function applyProgress(
  changes: readonly Change[],
  environments: readonly Environment[],
  options: Pick<CommonOptions, "progress" | "color">,
  context: Pick<Context, "output" | "terminal" | "signal" | "clock" | "openRegion">,
): ApplyProgress {
  const totals = new Map<ChangeKind, number>();
  for (const { kind } of changes) totals.set(kind, (totals.get(kind) ?? 0) + 1);
  const tallies = new Map<ChangeKind, Tally>();
  for (const kind of allKinds) {
    const total = totals.get(kind);
    if (total !== undefined) tallies.set(kind, createTally(rulesOf({ kind }).heading.toLowerCase(), total));
  }
  const rollouts = hostRollouts(ofFamily(changes, "host"), environments);
  const rolloutTally = createRolloutTally(rollouts);
  const now = () => context.clock.elapsed();
  const shown = showProgress(
    { stage: "applying", tallies: [...tallies.values()], environments: rolloutTally.counts, leavesCounts: true },
    { ...options, progress: options.progress && changes.length > 0 },
    context,
  );
  return {
    started({ kind, id }) {
      tallies.get(kind)?.started(id, now());
      rolloutTally.started(id);
    },
    beginStep({ host, step }) {
      const id = hostChangeId(host);
      if (step === seenStep) {
        tallies.get("host")?.awaits(id);
        rolloutTally.awaits(id);
      }
      return () => undefined;
    },
    finished({ kind, id }, result) {
      const meaning = resultMeanings[result.status];
      tallies.get(kind)?.ended(id, meaning, now());
      rolloutTally.ended(id, meaning);
      if (meaning === "failure") shown.failure((paint) => resultLine(result, paint));
    },
    close: shown.close,
  };
}
