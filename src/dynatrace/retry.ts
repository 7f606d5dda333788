import type { FetchResponse } from "../ports.ts";

export interface RetryPolicy {
  readonly attempts: number;
  /** Milliseconds of the first wait without advice from the server; doubles each time, with full jitter. */
  readonly baseDelay: number;
  readonly maximumDelay: number;
}

export const defaultRetryPolicy: RetryPolicy = { attempts: 6, baseDelay: 500, maximumDelay: 30_000 };

const minimumAdvice = 1_000;
const maximumAdvice = 120_000;

/** Statuses after which the same request may be sent again, whatever it does: it was not processed. */
export const throttled = 429;

/**
 * Statuses of a busy node, or of a proxy that lost patience or does not get through to it, with those that proxies have made up;
 * a request that changes something is repeated only after reading back.
 */
export const passingStatuses: readonly number[] = [408, 502, 503, 504, 520, 521, 522, 523, 524, 530];

/**
 * Milliseconds the server asks to wait, or null. Retry-After (seconds or a date) comes before X-RateLimit-Reset, whose
 * unit is documented as microseconds and read as seconds by the vendor's own library, so it is judged by magnitude.
 */
export function serverAdvice(headers: FetchResponse["headers"], now: number): number | null {
  const retryAfter = headers.get("retry-after");
  if (retryAfter !== null) {
    const seconds = Number(retryAfter);
    const wait = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(retryAfter) - now;
    if (Number.isFinite(wait)) return clampAdvice(wait);
  }
  const reset = Number(headers.get("x-ratelimit-reset") ?? Number.NaN);
  if (Number.isFinite(reset) && reset > 0) {
    const at = reset > 1e14 ? reset / 1_000 : reset > 1e11 ? reset : reset * 1_000;
    return clampAdvice(at - now);
  }
  return null;
}

function clampAdvice(milliseconds: number): number {
  return Math.min(Math.max(milliseconds, minimumAdvice), maximumAdvice);
}

/** The wait before attempt `attempt + 1` (attempts count from 1): advice, plus jitter so that clients do not return together. */
export function retryDelay(policy: RetryPolicy, attempt: number, advice: number | null, random: () => number): number {
  if (advice !== null) return advice + random() * policy.baseDelay;
  const ceiling = Math.min(policy.baseDelay * 2 ** (attempt - 1), policy.maximumDelay);
  return ceiling / 2 + (random() * ceiling) / 2;
}
