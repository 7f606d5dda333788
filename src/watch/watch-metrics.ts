import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Plan } from "../model/plan.ts";
import { isInSync, isTriedAgain, type RunEnd, type RunResult, runResults } from "./judge-run.ts";
import type { Pace } from "./pace.ts";
import { lookResults, type WatchListener } from "./watch-listener.ts";

/** What is told of a notification. */
export type NotificationResult = "sent" | "failed" | "left-out";

export interface WatchMetrics {
  readonly listener: WatchListener;
  notified(result: NotificationResult): void;
  /** The text that Prometheus reads, and what it is. */
  text(): Promise<string>;
  readonly contentType: string;
}

export interface MetricsOptions {
  readonly version: string;
  /** Whether plans are carried out. */
  readonly apply: boolean;
  readonly pace: Pick<Pace, "interval" | "driftInterval">;
  readonly now: () => Date;
  /** Whether the process itself is measured, too: memory, processor, open files. */
  readonly ofProcess: boolean;
}

/** Seconds: from a plan of one cluster to a rollout of hours. */
const runBuckets = [1, 5, 15, 60, 300, 900, 3_600, 14_400];
const lookBuckets = [0.1, 0.5, 1, 5, 15, 60, 300];
/** Of the library: they are called counters and are none, for which Prometheus's own tool warns. */
const misnamed = ["nodejs_active_handles_total", "nodejs_active_requests_total", "nodejs_active_resources_total"];
const guards = ["maxRemovals", "maxUpdates", "protect", "breakGlass", "lastClusterAdminGroup"] as const;
const kindsOfChange = ["create", "update", "remove", "deploy"] as const satisfies readonly (keyof Plan["summary"])[];

/**
 * The metrics of a watch. No label has a value that clusters, hosts or the inventory choose, so that their number is fixed;
 * only `dtsync_watch_revision_info` names a commit, one at a time.
 */
export function watchMetrics({ version, apply, pace, now, ofProcess }: MetricsOptions): WatchMetrics {
  const registry = new Registry();
  const registers = [registry];
  if (ofProcess) {
    collectDefaultMetrics({ register: registry });
    for (const name of misnamed) registry.removeSingleMetric(name);
  }
  new Gauge({
    name: "dtsync_build_info",
    help: "The version of dtsync; always 1.",
    labelNames: ["version"],
    registers,
  }).set({ version }, 1);
  new Gauge({
    name: "dtsync_watch_applies",
    help: "Whether plans are carried out (1), or only reported (0).",
    registers,
  }).set(apply ? 1 : 0);
  const intervals = new Gauge({
    name: "dtsync_watch_interval_seconds",
    help: "How often the branch is looked at, and a plan made, while nothing changes.",
    labelNames: ["stage"],
    registers,
  });
  const looks = new Counter({
    name: "dtsync_watch_looks_total",
    help: "Looks at the branch, by how they ended.",
    labelNames: ["result"],
    registers,
  });
  const lookSeconds = new Histogram({
    name: "dtsync_watch_look_duration_seconds",
    help: "How long a look at the branch took, with fetching a new revision.",
    buckets: lookBuckets,
    registers,
  });
  const runs = new Counter({
    name: "dtsync_watch_runs_total",
    help: "Runs, by how they ended.",
    labelNames: ["result"],
    registers,
  });
  const runSeconds = new Histogram({
    name: "dtsync_watch_run_duration_seconds",
    help: "How long a run took.",
    buckets: runBuckets,
    registers,
  });
  const running = new Gauge({ name: "dtsync_watch_running", help: "Whether a run goes on (1).", registers });
  const lastSuccess = new Gauge({
    name: "dtsync_watch_last_success_timestamp_seconds",
    help: "When the branch was last seen, a plan last made, and everything last as declared.",
    labelNames: ["stage"],
    registers,
  });
  const inSync = new Gauge({
    name: "dtsync_watch_in_sync",
    help: "Whether the last run found or made everything as declared (1).",
    registers,
  });
  const refused = new Gauge({
    name: "dtsync_watch_revision_refused",
    help: "Whether the branch is at a revision that is not taken (1).",
    registers,
  });
  const pending = new Gauge({
    name: "dtsync_watch_pending_changes",
    help: "Changes of the last plan, by what they do; 0 once all of them are made.",
    labelNames: ["action"],
    registers,
  });
  const failedChanges = new Gauge({
    name: "dtsync_watch_failed_changes",
    help: "Changes of the last run that failed, or of which nobody knows.",
    registers,
  });
  const failedRuns = new Gauge({
    name: "dtsync_watch_failed_runs_in_a_row",
    help: "Runs since the last one that left nothing which is tried again soon.",
    registers,
  });
  const held = new Gauge({
    name: "dtsync_watch_held_items",
    help: "Items that the last plan held, because they could not be read or are suspended.",
    registers,
  });
  const tripped = new Gauge({
    name: "dtsync_watch_guard_tripped",
    help: "Whether the last plan trips the guard (1).",
    labelNames: ["guard"],
    registers,
  });
  const revision = new Gauge({
    name: "dtsync_watch_revision_info",
    help: "The commit that was taken last; always 1.",
    labelNames: ["commit"],
    registers,
  });
  const notifications = new Counter({
    name: "dtsync_watch_notifications_total",
    help: "Notifications, by what became of them.",
    labelNames: ["result"],
    registers,
  });
  // From the beginning, so that a rate is known from the first one on.
  for (const result of lookResults) looks.inc({ result }, 0);
  for (const result of runResults) runs.inc({ result }, 0);
  for (const result of ["sent", "failed", "left-out"]) notifications.inc({ result }, 0);
  intervals.set({ stage: "look" }, pace.interval / 1_000);
  intervals.set({ stage: "plan" }, pace.driftInterval / 1_000);
  for (const stage of ["look", "plan", "in-sync"]) lastSuccess.set({ stage }, 0);
  for (const guard of guards) tripped.set({ guard }, 0);
  for (const action of kindsOfChange) pending.set({ action }, 0);

  const succeeded = (stage: string) => lastSuccess.set({ stage }, now().getTime() / 1_000);

  function ended(result: RunResult, { plan, report }: RunEnd): void {
    inSync.set(isInSync(result) ? 1 : 0);
    if (isInSync(result)) succeeded("in-sync");
    if (plan === null) return;
    succeeded("plan");
    const isDone = report?.guards === undefined && report?.results.every(({ status }) => status === "done");
    for (const action of kindsOfChange) pending.set({ action }, isDone ? 0 : plan.summary[action]);
    failedChanges.set((report?.summary.failed ?? 0) + (report?.summary.uncertain ?? 0));
    held.set(plan.held.reduce((sum, { items }) => sum + items, 0));
    const standing = new Set((report === null ? plan.guards : (report.guards ?? [])).map(({ guard }) => guard));
    for (const guard of guards) tripped.set({ guard }, standing.has(guard) ? 1 : 0);
  }

  return {
    listener: {
      looked(result, seconds) {
        looks.inc({ result });
        lookSeconds.observe(seconds);
        if (result !== "failed") {
          succeeded("look");
          refused.set(result === "refused" ? 1 : 0);
        }
      },
      took(commit) {
        revision.reset();
        revision.set({ commit }, 1);
      },
      runBegan: () => running.set(1),
      runEnded(result, end, seconds) {
        running.set(0);
        runs.inc({ result });
        runSeconds.observe(seconds);
        if (isTriedAgain(result, end.plan)) failedRuns.inc();
        else failedRuns.set(0);
        ended(result, end);
      },
    },
    notified: (result) => notifications.inc({ result }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
