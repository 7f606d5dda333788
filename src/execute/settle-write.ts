/**
 * How one write becomes certain. Terms: the plan saw something (`before`) and wants something (`after`); what is read now
 * matches one of them, is on the way, or is something else. Premise: answers can be lost, nodes of a cluster can be late,
 * and others write too, so nothing is believed but a reading.
 *
 * - as wanted: done, and nothing is sent; it may be somebody else's work.
 * - as planned: it is written, and read back.
 * - something else before the first write: stale; after it: failed, because a further write could undo somebody's work.
 * - the answer of a write was lost: it is read back, and written again only where it had no effect.
 * - the other side was busy, or is not ready for the write yet: after the wait everything begins with reading, because a
 *   body that was made before it would undo what others wrote meanwhile.
 * - it cannot be read back: uncertain.
 */
import { ApiError, hasCode } from "../dynatrace/api-error.ts";
import { type Attempted, attempted, pauses, repeatUntil } from "../lib/repeat-until.ts";
import type { Clock, Log } from "../ports.ts";
import { done, failed, failedWith, type Outcome, resultError, stale } from "./outcome.ts";

/** How what is there compares with the plan; `partly`: on the way, and a further write leads there. */
export type PlanMatch = "as-planned" | "partly" | "as-wanted" | "other";

/**
 * When something is read: `before` anything was sent, at first `after` a write, or once `more` because an earlier reading or
 * a write that was put off did not settle it.
 */
export type Look = "before" | "after" | "more";

interface WriteSteps<T> {
  /** Reads what the change is about. */
  read(look: Look): Promise<T>;
  /** Compares the reading with the plan. */
  compare(current: T): PlanMatch;
  /**
   * Makes the change from a reading that is as planned, or partly as wanted. It must not repeat anything by itself: what
   * can be tried again after a wait is given as that wait, and then read first.
   */
  write(current: T): Promise<NotYet | undefined>;
  /** What it is about, for the log. */
  readonly about: string;
  /** Says how the reading differs from what the plan saw, for a stale change, or from what was written. */
  describe(current: T, from: "plan" | "write"): string;
}

/** The write had no effect and may be made from a fresh reading later; `error` is what became of it this time. */
export interface NotYet {
  /** Milliseconds. */
  readonly wait: number;
  readonly error: unknown;
}

interface WritePorts {
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted: nothing is waited for any more. */
  readonly signal: AbortSignal;
}

const maximumWrites = 3;
/** Milliseconds between readings after a write that was accepted: a node that has not heard of it still tells of before. */
const patience: readonly number[] = [250, 500, 1_000, 2_000, 4_000];
/** Milliseconds before a write whose answer was lost is made again. */
const lostPause: readonly number[] = [500];
/** How often a write may be put off: as often as the client repeats a read. */
const maximumDelays = 6;
/** Milliseconds of the first wait for a busy server; doubles each time, and is longer where the server asks for it. */
const firstDelay = 250;

/** What the writes so far have come to. */
interface Progress {
  readonly attempts: number;
  /** What the last write was made from; null: there was none. */
  readonly from: PlanMatch | null;
  /** What became of its answer; null: it was accepted. */
  readonly lost: unknown;
  /** How often the other side was too busy for a write. */
  readonly delays: number;
  /** Whether a write was put off after the last one that was sent. */
  readonly putOff: boolean;
}

/**
 * Makes one change so that it is never made on something else than the plan saw, and never twice blindly: read, compare,
 * write, read back.
 */
export async function settleWrite<T>(steps: WriteSteps<T>, ports: WritePorts): Promise<Outcome> {
  let progress: Progress = { attempts: 0, from: null, lost: null, delays: 0, putOff: false };
  const outcome = await repeatUntil<Outcome | null>(
    async () => {
      const found = await attempted(() => readBack(progress, steps, ports));
      if (found.failed) return unreadable(progress, found.error);
      const { current, match } = found.value;
      const verdict = judge(progress, match, (from) => steps.describe(current, from), ports.signal);
      if (verdict !== null) return verdict;
      const attempts = progress.attempts + 1;
      const written = await attempted(() => steps.write(current));
      const notYet = notYetOf(written, progress.delays);
      if (notYet !== null) {
        progress = { ...progress, delays: progress.delays + (wasRefused(written) ? 1 : 0), putOff: true };
        const reason = resultError(notYet.error).code;
        ports.log.info("write is put off", () => ({ change: steps.about, reason, waitMs: Math.round(notYet.wait) }));
        await ports.clock.sleep(notYet.wait, ports.signal).catch(() => undefined);
        return ports.signal.aborted ? failedWith(notYet.error, attempts) : null;
      }
      const error = written.failed ? written.error : null;
      if (error !== null && !mayHaveHadEffect(error)) return failedWith(error, attempts);
      if (error !== null) {
        const reason = resultError(error).code;
        ports.log.info("answer of a write was lost: it is read back", () => ({ change: steps.about, reason }));
      }
      progress = { ...progress, attempts, from: match, lost: error, putOff: false };
      return null;
    },
    (verdict) => verdict !== null,
    () => 0,
    { clock: ports.clock },
  );
  return outcome ?? failed(progress.attempts, "internal", "the write was not settled");
}

/** Whether a write that had no effect may be made later, from a fresh reading. */
function notYetOf(written: Attempted<NotYet | undefined>, delays: number): NotYet | null {
  if (!written.failed) return written.value ?? null;
  const { error } = written;
  if (!(error instanceof ApiError) || error.details.retryAfter === undefined || delays >= maximumDelays) return null;
  return { wait: Math.max(error.details.retryAfter, firstDelay * 2 ** delays), error };
}

/** A write that was put off by a pause was not even sent, and says nothing of whether the next one will be taken. */
const wasRefused = (written: Attempted<unknown>): boolean => written.failed && !hasCode(written.error, "paused");

/** Whether a write may have been carried out although it failed. */
export const mayHaveHadEffect = (error: unknown): boolean =>
  error instanceof ApiError && error.details.effect !== "none";

function unreadable({ attempts, lost }: Progress, error: unknown): Outcome {
  if (attempts === 0) return failedWith(error, attempts);
  return { status: "uncertain", attempts, error: resultError(lost ?? error) };
}

/** What a reading means after the writes so far; null: it is to be written. */
function judge(
  { attempts, from, lost }: Progress,
  match: PlanMatch,
  describe: (from: "plan" | "write") => string,
  signal: AbortSignal,
): Outcome | null {
  if (match === "as-wanted") return done(attempts);
  if (match === "other") {
    if (attempts === 0) return stale(attempts, describe("plan"));
    return failed(attempts, "not-as-written", `it was written, but reads back otherwise: ${describe("write")}`);
  }
  if (lost === null && match === from)
    return failed(attempts, "not-taken", "the cluster accepted the change, but it reads back as before");
  if (attempts >= maximumWrites || (attempts > 0 && signal.aborted)) {
    return lost === null
      ? failed(attempts, "not-as-written", "the cluster accepted the change, but it reads back otherwise")
      : failedWith(lost, attempts);
  }
  return null;
}

/** Reads until it matches otherwise than before the write; before the first write once. */
function readBack<T>({ attempts, from, lost, putOff }: Progress, steps: WriteSteps<T>, { clock, signal }: WritePorts) {
  const list = attempts === 0 ? [] : lost === null ? patience : lostPause;
  const first: Look = putOff ? "more" : attempts === 0 ? "before" : "after";
  return repeatUntil(
    async (attempt) => {
      const current = await steps.read(attempt === 1 ? first : "more");
      return { current, match: steps.compare(current) };
    },
    ({ match }) => match !== from,
    pauses(list),
    { clock, signal, lastLook: true },
  );
}
