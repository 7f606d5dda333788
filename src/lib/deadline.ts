/** A signal for one piece of work that may take only so long. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** The work has ended: nothing is aborted any more. */
  close(): void;
}

/**
 * Aborted after the milliseconds with a `TimeoutError`, or with another signal as that is. Keeps no process alive. What the
 * platform has for that (`AbortSignal.timeout`, `AbortSignal.any`) costs a request as much as the request itself.
 */
export function openDeadline(milliseconds: number, other?: AbortSignal): Deadline {
  const controller = new AbortController();
  const follow = () => controller.abort(other?.reason);
  const end = () => controller.abort(new DOMException("the time is over", "TimeoutError"));
  const timer = setTimeout(end, milliseconds);
  timer.unref();
  if (other?.aborted) follow();
  else other?.addEventListener("abort", follow);
  return {
    signal: controller.signal,
    close() {
      clearTimeout(timer);
      other?.removeEventListener("abort", follow);
    },
  };
}
