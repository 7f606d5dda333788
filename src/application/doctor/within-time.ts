import { linkSignals } from "../../lib/linked-signal.ts";
import type { Clock } from "../../ports.ts";

/**
 * The result of some work, or `otherwise` when it takes longer than these milliseconds; the work itself goes on, and how it ends
 * is of no interest then. Rejects with what the work rejects with before that, and with the reason of the signal.
 */
export async function withinTime<T>(
  work: Promise<T>,
  milliseconds: number,
  otherwise: () => T,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<T> {
  const ended = new AbortController();
  const either = linkSignals([ended.signal, signal]);
  const limit = clock.sleep(milliseconds, either.signal).then(otherwise);
  limit.catch(() => undefined);
  try {
    return await Promise.race([work, limit]);
  } finally {
    ended.abort();
    either.close();
    work.catch(() => undefined);
  }
}
