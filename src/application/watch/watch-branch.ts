import { setMaxListeners } from "node:events";
import { DtsyncError, type ExitCode, exitCodes } from "../../errors.ts";
import { isTriedAgain, judgeRun, type RunEnd, type RunResult } from "../../watch/judge-run.ts";
import { afterLook, afterRun, type Pace } from "../../watch/pace.ts";
import type { LookResult, WatchListener } from "../../watch/watch-listener.ts";
import type { Context } from "../context.ts";
import { failedRun } from "./run-revision.ts";
import type { WatchedRevision, WatchedRevisions } from "./watched-revisions.ts";

export interface WatchPorts {
  readonly revisions: WatchedRevisions;
  /** Plans a revision, and carries the plan out where that is asked for. Throws DtsyncError. */
  readonly run: (revision: WatchedRevision, superseded: AbortSignal, context: Context) => Promise<RunEnd>;
  readonly listener: WatchListener;
  readonly random: () => number;
}

export interface WatchBranchOptions {
  readonly pace: Pace;
  /** Whether it ends after one look and one run. */
  readonly once: boolean;
}

/**
 * Looks at the branch, runs what it declares, and waits, until the signal is aborted. One run at a time; the branch is looked
 * at meanwhile, and a later revision ends the run between two waves. Gives the exit code: that of the run that was cut off
 * or, with `once`, of the only one.
 */
export async function watchBranch(
  { pace, once }: WatchBranchOptions,
  { revisions, run, listener, random }: WatchPorts,
  context: Context,
): Promise<ExitCode> {
  const { clock, log, signal } = context;
  const now = () => clock.elapsed();
  const failures = { look: 0, run: 0 };
  let nextLook = now();
  let nextRun = now();
  let planned: string | null = null;
  let looking: Promise<LookResult> | null = null;

  async function lookNow(): Promise<LookResult> {
    const began = now();
    const before = revisions.current()?.commit;
    const result = await revisions.look();
    failures.look = result === "failed" ? failures.look + 1 : 0;
    nextLook = now() + afterLook(pace, failures.look, random);
    const taken = revisions.current()?.commit;
    if (taken !== undefined && taken !== before) listener.took(taken);
    listener.looked(result, (now() - began) / 1_000);
    return result;
  }

  /** One look at a time. What it throws is thrown by who waits for it. */
  const look = (): Promise<LookResult> => {
    looking ??= lookNow().finally(() => {
      looking = null;
    });
    return looking;
  };

  async function runNow(revision: WatchedRevision): Promise<{ readonly result: RunResult; readonly end: RunEnd }> {
    const began = now();
    const superseded = new AbortController();
    const stopLooking = clock.every(pace.interval, () => {
      const check = () => {
        if (revisions.current()?.content !== revision.content) superseded.abort();
      };
      // The signal ends the run, too, which says so.
      void look().then(check, () => undefined);
    });
    log.info("watch plans", () => ({ commit: revision.commit }));
    listener.runBegan();
    try {
      const end = await ownRun(revision, superseded.signal);
      const result = judgeRun(end);
      const ms = Math.round(now() - began);
      const told = { result, commit: revision.commit, exitCode: end.exitCode, ms, reason: end.failure ?? undefined };
      const isGood = result === "in-sync" || result === "applied" || result === "superseded";
      log[isGood || result === "interrupted" ? "info" : "warn"]("watch has planned", () => told);
      await listener.runEnded(result, end, ms / 1_000);
      return { result, end };
    } finally {
      stopLooking();
      await looking?.catch(() => undefined);
    }
  }

  /** What a run keeps by its signal or variables goes with it. */
  async function ownRun(revision: WatchedRevision, superseded: AbortSignal): Promise<RunEnd> {
    const ending = new AbortController();
    // As the signal of the process, which it follows: thousands of listeners are no leak.
    setMaxListeners(0, ending.signal);
    const end = () => ending.abort(signal.reason);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
    try {
      return await run(revision, superseded, {
        ...context,
        signal: ending.signal,
        variables: { ...context.variables },
      });
    } catch (error) {
      if (signal.aborted) return { exitCode: exitCodes.interrupted, plan: null, report: null, failure: null };
      if (error instanceof DtsyncError) return failedRun(error);
      throw error;
    } finally {
      signal.removeEventListener("abort", end);
    }
  }

  /** A run that only planned leaves nothing unfinished behind, and how one had ended before the signal only `once` is to tell. */
  const afterSignal = ({ report, exitCode }: RunEnd): ExitCode =>
    report !== null && (once || exitCode === exitCodes.interrupted) ? exitCode : exitCodes.done;

  const untilAborted = async (): Promise<ExitCode> => {
    for (;;) {
      if (now() >= nextLook) {
        const result = await look();
        if (once && result === "failed") return exitCodes.failed;
        if (once && result === "refused") return exitCodes.refused;
      }
      const revision = revisions.current();
      if (revision !== null && (revision.content !== planned || now() >= nextRun)) {
        const { result, end } = await runNow(revision);
        if (signal.aborted) return afterSignal(end);
        if (once) return end.exitCode;
        failures.run = isTriedAgain(result, end.plan) ? failures.run + 1 : 0;
        planned = result === "superseded" ? null : revision.content;
        nextRun = now() + afterRun(pace, failures.run, random);
      }
      await revisions.tidy();
      const wait = Math.min(nextLook, revisions.current() === null ? nextLook : nextRun) - now();
      const isDue = revisions.current() !== null && revisions.current()?.content !== planned;
      if (!isDue && wait > 0) await clock.sleep(wait, signal);
    }
  };

  try {
    await revisions.resume();
    const resumed = revisions.current();
    if (resumed !== null) listener.took(resumed.commit);
    return await untilAborted();
  } catch (error) {
    if (signal.aborted) return exitCodes.done;
    throw error;
  }
}
