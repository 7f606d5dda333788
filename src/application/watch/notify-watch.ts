import { DtsyncError, exitCodes } from "../../errors.ts";
import { eventsOf, type ToldRun } from "../../notify/notification.ts";
import type { Clock, Log } from "../../ports.ts";
import type { LookResult, WatchListener } from "../../watch/watch-listener.ts";
import type { NotificationResult } from "../../watch/watch-metrics.ts";
import type { Notifier } from "../notifier.ts";

export interface NotifyWatchPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly notified: (result: NotificationResult) => void;
  /** Whether the watch ends after one look and one run. */
  readonly once: boolean;
}

export interface WatchNotifications {
  readonly listener: WatchListener;
  /**
   * Waits until everything has been told, which has limits of its own. With `once` what was thrown is told as well, because no further
   * look would; null: nothing was thrown.
   */
  finish(failure: unknown): Promise<void>;
}

/** Looks in a row without success after which somebody is told: half an hour, where nothing else is asked for. */
const mostFailedLooks = 10;
/** Notifications in an hour: whatever goes to and fro is not told each time. */
const mostInAnHour = 12;
const hour = 3_600_000;

/**
 * Tells of what a watch finds once, when it begins and when it is over, and not in every run. What is told is compared as a whole: another
 * failure, another host that is held, is told, too. What did not arrive is told with the next run.
 */
export function notifyWatch(notifier: Notifier, { clock, log, notified, once }: NotifyWatchPorts): WatchNotifications {
  /** What was told last and is not over yet, of the branch and of the runs. */
  const told = new Map<"branch" | "run", string>();
  const sentAt: number[] = [];
  let failedLooks = 0;
  let sending: Promise<void> = Promise.resolve();

  async function tell(run: ToldRun, events: Parameters<Notifier["tell"]>[1]): Promise<boolean> {
    const now = clock.elapsed();
    while (sentAt.length > 0 && now - (sentAt[0] ?? now) >= hour) sentAt.shift();
    if (sentAt.length >= mostInAnHour) {
      notified("left-out");
      log.warn("a notification was left out, because there were too many within an hour", () => ({ events }));
      return false;
    }
    sentAt.push(now);
    const arrived = await notifier.tell(run, events);
    notified(arrived ? "sent" : "failed");
    return arrived;
  }

  async function settle(about: "branch" | "run", run: ToldRun): Promise<void> {
    const events = notifier.wanted(run);
    if (events === null || events.length === 0) {
      // What nobody wanted to be told of is not over either: whether that which was told is, such a run does not say.
      if (eventsOf(run).length > 0) return;
      const isOver = told.has(about);
      if ((isOver || events !== null) && (await tell(run, isOver ? ["recovered"] : []))) told.delete(about);
      return;
    }
    const key = keyOf(run, events);
    if (told.get(about) !== key && (await tell(run, events))) told.set(about, key);
  }

  const listener: WatchListener = {
    looked(result) {
      failedLooks = result === "failed" ? failedLooks + 1 : 0;
      const end = endOfLook(result, failedLooks, once);
      if (end.failure === null && failedLooks > 0) return;
      sending = sending.then(async () => {
        // What is good is told only where something else was told before: looks are too many to be told each.
        if (end.failure !== null || told.has("branch")) await settle("branch", aboutBranch(end));
      });
    },
    took: () => undefined,
    runBegan: () => undefined,
    async runEnded(result, end) {
      if (result === "interrupted" || result === "superseded") return;
      sending = sending.then(() => settle("run", { command: "watch", ...end }));
      await sending;
    },
  };

  return {
    listener,
    async finish(failure) {
      if (once && failure !== null) sending = sending.then(() => settle("branch", aboutBranch(endOfWatch(failure))));
      await sending;
    },
  };
}

type BranchEnd = Pick<ToldRun, "exitCode" | "failure">;

const aboutBranch = (end: BranchEnd): ToldRun => ({
  command: "watch",
  ...end,
  plan: null,
  report: null,
  recovery: "the branch is followed again",
});

/** `failed`: looks in a row without success. */
function endOfLook(result: LookResult, failed: number, once: boolean): BranchEnd {
  if (result === "refused")
    return {
      exitCode: exitCodes.refused,
      failure: "the branch is at a revision that is not taken; the log says why",
    };
  if (failed > 0 && once)
    return { exitCode: exitCodes.failed, failure: "the branch could not be looked at; the log says why" };
  if (failed >= mostFailedLooks)
    return { exitCode: exitCodes.failed, failure: "the repository has not answered for a while" };
  return { exitCode: exitCodes.done, failure: null };
}

const endOfWatch = (failure: unknown): BranchEnd =>
  failure instanceof DtsyncError
    ? { exitCode: failure.exitCode, failure: failure.message }
    : { exitCode: exitCodes.failed, failure: "it met a bug, which its log describes" };

/** Equal for what somebody has been told of already. */
function keyOf({ plan, report, failure }: ToldRun, events: readonly string[]): string {
  const left = report?.results.flatMap(({ id, status, error }) =>
    status === "done" ? [] : [[id, status, error?.code]],
  );
  const changes = report === null ? plan?.changes.map(({ id, action }) => [id, action]) : [];
  const held = plan?.held.map(({ scope }) => scope);
  const guards = (report?.guards ?? plan?.guards)?.map(({ guard, items }) => [guard, items]);
  return JSON.stringify([events, failure, left, changes, held, guards]);
}
