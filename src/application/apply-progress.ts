import { allKinds, rulesOf } from "../kinds/kinds.ts";
import type { Change, ChangeKind } from "../model/change.ts";
import { type ChangeResult, resultMeanings } from "../model/result.ts";
import { resultLine } from "../report/apply-text.ts";
import type { Context } from "./context.ts";
import type { CommonOptions } from "./options.ts";
import { showProgress } from "./progress/show-progress.ts";
import { createTally, type Tally } from "./progress/tally.ts";

/** Follows the changes of an apply while they happen. */
export interface ApplyProgress {
  started(change: Change): void;
  finished(change: Change, result: ChangeResult): void;
  close(): void;
}

/** Counts of each kind on standard error, and every failure there as it happens. */
export function applyProgress(
  changes: readonly Change[],
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
  const now = () => context.clock.now().getTime();
  const shown = showProgress(
    { stage: "applying", tallies: [...tallies.values()], leavesCounts: true },
    { ...options, progress: options.progress && changes.length > 0 },
    context,
  );
  return {
    started: ({ kind, id }) => tallies.get(kind)?.started(id, now()),
    finished({ kind, id }, result) {
      const meaning = resultMeanings[result.status];
      tallies.get(kind)?.ended(id, meaning, now());
      if (meaning === "failure") shown.failure((paint) => resultLine(result, paint));
    },
    close: shown.close,
  };
}
