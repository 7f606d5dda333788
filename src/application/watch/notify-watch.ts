import { exitCodes } from "../../errors.ts";
import { eventsOf, type ToldRun } from "../../notify/notification.ts";
import type { Clock, Log } from "../../ports.ts";
import type { WatchListener } from "../../watch/watch-listener.ts";
import type { NotificationResult } from "../../watch/watch-metrics.ts";
import type { Notifier } from "../notifier.ts";

export interface NotifyWatchPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly notified: (result: NotificationResult) => void;
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
export function notifyWatch(notifier: Notifier, { clock, log, notified }: NotifyWatchPorts): WatchListener {
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

  const aboutBranch = (failure: string | null): ToldRun => ({
    command: "watch",
    exitCode: failure === null ? exitCodes.done : exitCodes.failed,
    plan: null,
    report: null,
    failure,
    recovery: "the branch is followed again",
  });

  return {
    looked(result) {
      failedLooks = result === "failed" ? failedLooks + 1 : 0;
      const failure =
        result === "refused"
          ? "the branch is at a revision that is not taken; the log says why"
          : failedLooks >= mostFailedLooks
            ? "the repository has not answered for a while"
            : null;
      if (failure === null && failedLooks > 0) return;
      sending = sending.then(async () => {
        // What is good is told only where something else was told before: looks are too many to be told each.
        if (failure !== null || told.has("branch")) await settle("branch", aboutBranch(failure));
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
}

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
