import { setMaxListeners } from "node:events";

/** A signal for one piece of work. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  /** The work has ended: nothing is aborted any more. */
  close(): void;
}

/**
 * Aborted with the first of the signals, with its reason. It stands in the place of the platform's own (`AbortSignal.any`,
 * `AbortSignal.timeout`), which hold each other weakly: one that nobody listens to at the moment is collected as garbage and
 * never aborts (https://github.com/nodejs/node/issues/65995, https://github.com/nodejs/node/issues/57736).
 */
export function linkSignals(signals: readonly AbortSignal[]): LinkedSignal {
  return link(new AbortController(), signals, () => undefined);
}

/** The same, aborted after the milliseconds with a `TimeoutError` besides. Keeps no process alive. */
export function openDeadline(milliseconds: number, signals: readonly AbortSignal[] = []): LinkedSignal {
  const controller = new AbortController();
  const end = () => controller.abort(new DOMException("the time is over", "TimeoutError"));
  const timer = setTimeout(end, milliseconds);
  timer.unref();
  return link(controller, signals, () => clearTimeout(timer));
}

function link(controller: AbortController, signals: readonly AbortSignal[], onClose: () => void): LinkedSignal {
  // Every request that waits may follow the same one: thousands are no leak.
  setMaxListeners(0, controller.signal, ...signals);
  const links = signals.map((signal) => ({ signal, follow: () => controller.abort(signal.reason) }));
  for (const { signal, follow } of links) {
    if (signal.aborted) follow();
    else signal.addEventListener("abort", follow);
  }
  return {
    signal: controller.signal,
    close() {
      onClose();
      for (const { signal, follow } of links) signal.removeEventListener("abort", follow);
    },
  };
}
