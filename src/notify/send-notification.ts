import { readStart } from "../dynatrace/read-body.ts";
import { defaultRetryPolicy, passingStatuses, retryDelay, serverAdvice, throttled } from "../dynatrace/retry.ts";
import { describeTransportFailure } from "../dynatrace/transport-failure.ts";
import { openDeadline } from "../lib/linked-signal.ts";
import { printableLine } from "../lib/printable.ts";
import { repeatUntil } from "../lib/repeat-until.ts";
import { shortened } from "../lib/text.ts";
import type { Clock, Fetch } from "../ports.ts";

/** Why a notification did not arrive; null: it did. The address, which is a secret, is not in it. */
type SendFailure = { readonly reason: string; readonly again: boolean; readonly advice: number | null } | null;

export interface SendPorts {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: () => number;
  /** Ends the sending at once. Aborted before it, it leaves time for one short attempt: somebody waits for the end of the run. */
  readonly signal: AbortSignal;
}

/** Milliseconds for one request, and for all of it. */
const requestTimeout = 10_000;
const patience = { usual: 20_000, interrupted: 3_000 } as const;
const attempts = 3;
/** Bytes of an answer that are looked at, and characters that are shown. */
const longestAnswer = 4_096;
const longestReason = 200;

/**
 * Sends JSON to an address, three times at most while the receiver is busy, cannot be reached, or does not answer: it may then arrive
 * twice. Redirects are not followed. It takes 20 s at most, 3 s where the run was interrupted before. Never rejects.
 */
export async function sendNotification(address: string, body: string, ports: SendPorts): Promise<string | null> {
  const { clock, random, signal } = ports;
  const limit = signal.aborted ? openDeadline(patience.interrupted) : openDeadline(patience.usual, [signal]);
  const most = signal.aborted ? 1 : attempts;
  try {
    const ended = await repeatUntil(
      () => sendOnce(address, body, { ...ports, signal: limit.signal }),
      (failure) => failure === null || !failure.again,
      (attempt, failure) =>
        attempt < most
          ? Math.min(patience.usual, retryDelay(defaultRetryPolicy, attempt, failure?.advice ?? null, random))
          : null,
      { clock, signal: limit.signal },
    );
    return ended?.reason ?? null;
  } finally {
    limit.close();
  }
}

async function sendOnce(address: string, body: string, { fetch, clock, signal }: SendPorts): Promise<SendFailure> {
  const deadline = openDeadline(requestTimeout, [signal]);
  try {
    const {
      status,
      headers,
      body: answer,
    } = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "dtsync" },
      body,
      signal: deadline.signal,
    });
    const said = shortened(printableLine((await readStart(answer, longestAnswer)).trim()), longestReason);
    if (status >= 200 && status < 300) return null;
    const words = said === "" ? "" : ` (${said})`;
    const elsewhere = status >= 300 && status < 400 ? ", which leads elsewhere and is not followed" : "";
    return {
      reason: `the receiver answers ${status}${words}${elsewhere}`,
      again: status === throttled || status === 500 || passingStatuses.includes(status),
      advice: serverAdvice(headers, clock.now().getTime()),
    };
  } catch (error) {
    const { text, code } = describeTransportFailure(error);
    const again = code === "network" || code === "timeout";
    return { reason: `the receiver does not answer (${text})`, again, advice: null };
  } finally {
    deadline.close();
  }
}
