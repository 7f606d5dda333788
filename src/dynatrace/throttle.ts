import type { Clock, Log } from "../ports.ts";
import { ApiError } from "./api-error.ts";
import { createPlaceLimit, type Place } from "./place-limit.ts";
import { throttled } from "./retry.ts";

/**
 * Bounds the requests in flight to one cluster, by what it takes (see `place-limit.ts`). After a refusal nothing is sent to
 * the cluster until the time is over that it asked for. What is sent again goes before what was never sent, so that nobody
 * is overtaken forever; it holds no place while it waits.
 */
export interface Throttle {
  /** Sends a request as soon as it may be sent. `paused`, milliseconds, is how long a pause made it wait for that. */
  run<T>(send: (paused?: number) => Promise<T>, waiting?: WaitingRequest): Promise<T>;
  /** Most requests in flight. */
  readonly maximum: number;
  /** Requests that may be in flight now. */
  places(): number;
}

interface WaitingRequest {
  /** It was sent before. */
  readonly again?: boolean;
  /** Aborted: it does not wait; `send` is called at once, without a place, and has to end by the same signal. */
  readonly signal?: AbortSignal | undefined;
}

interface ThrottleOptions {
  /** What the log calls the cluster. */
  readonly cluster: string;
  /** Most requests in flight. */
  readonly maximum: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted: nobody waits for the end of a pause any more; the number of places still counts. */
  readonly signal?: AbortSignal;
}

interface Waiter {
  /** Null: it gave up waiting. */
  readonly begin: (place: Place | null) => void;
}

export function createThrottle({ cluster, maximum, clock, log, signal: interrupt }: ThrottleOptions): Throttle {
  const limit = createPlaceLimit(maximum);
  const again = new Set<Waiter>();
  const first = new Set<Waiter>();
  let running = 0;
  let pausedSince = 0;
  let pausedUntil = 0;
  let sleeping = false;

  const now = () => clock.elapsed();
  const next = (): Waiter | undefined => (again.size > 0 ? again : first).values().next().value;

  function start(): void {
    for (let waiter = next(); waiter !== undefined && running < limit.places(); waiter = next()) {
      if (now() < pausedUntil && !interrupt?.aborted) {
        void startAfterPause();
        return;
      }
      again.delete(waiter);
      first.delete(waiter);
      running += 1;
      waiter.begin(limit.take(running));
    }
  }

  async function startAfterPause(): Promise<void> {
    if (sleeping) return;
    sleeping = true;
    await clock.sleep(pausedUntil - now(), interrupt).catch(() => undefined);
    sleeping = false;
    start();
  }

  const takePlace = (queue: Set<Waiter>, signal: AbortSignal | undefined): Promise<Place | null> =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve(null);
      const giveUp = () => {
        queue.delete(waiter);
        waiter.begin(null);
      };
      const waiter: Waiter = {
        begin: (place) => {
          signal?.removeEventListener("abort", giveUp);
          resolve(place);
        },
      };
      signal?.addEventListener("abort", giveUp);
      queue.add(waiter);
      start();
    });

  function refused(place: Place, wait: number): void {
    if (now() >= pausedUntil) pausedSince = now();
    pausedUntil = Math.max(pausedUntil, now() + wait);
    limit.refused(place);
    log.info("cluster is asked more slowly", () => ({
      ...{ cluster, together: place.together, places: limit.places(), waitMs: Math.round(wait) },
    }));
  }

  /** A limit that is not reached tells nothing of whether more would do. */
  const accepted = () => {
    if (running >= limit.places()) limit.accepted();
  };

  return {
    maximum,
    places: limit.places,
    async run(send, waiting = {}) {
      const asked = now();
      const place = await takePlace(waiting.again ? again : first, waiting.signal);
      const paused = Math.max(0, Math.min(now(), pausedUntil) - Math.max(asked, pausedSince));
      if (place === null) return send(paused);
      try {
        const answer = await send(paused);
        accepted();
        return answer;
      } catch (error) {
        if (isRefused(error)) refused(place, error.details.retryAfter ?? 0);
        else if (isAnswer(error)) accepted();
        throw error;
      } finally {
        running -= 1;
        start();
      }
    },
  };
}

/** Whoever says so, what stands before the cluster included, has to be asked more slowly. */
const isRefused = (error: unknown): error is ApiError =>
  error instanceof ApiError && error.details.status === throttled;

/** Whether the cluster itself answered, though not as was hoped for; what comes from a proxy or a busy node tells nothing. */
const isAnswer = (error: unknown): boolean =>
  error instanceof ApiError && error.details.status !== null && error.details.status < 500;
