import { openDeadline } from "../lib/linked-signal.ts";
import { type Attempted, attempted, repeatUntil, unwrap } from "../lib/repeat-until.ts";
import type { Clock, Fetch, FetchResponse, Log } from "../ports.ts";
import type { Shape } from "./answer-shape.ts";
import { ApiError, isPage, isStatus } from "./api-error.ts";
import { type ApiRequest, isRepeatable } from "./api-request.ts";
import { exchangeFailure, pausedFailure, type RetryWaits, statusFailure, tooLargeFailure } from "./call-failure.ts";
import { notJson, parseAnswer } from "./parse-answer.ts";
import { BodyTooLarge, bodyLimits, bounded, readStart, readText } from "./read-body.ts";
import { type AttemptEnd, callLog } from "./request-log.ts";
import { defaultRetryPolicy, type RetryPolicy } from "./retry.ts";
import type { Throttle } from "./throttle.ts";

/**
 * Terms: a *read* is a GET; any other call is a *write*. A write that *cleans up* is one that the API defines as repeatable;
 * an *independent* one holds nothing that was read before. An *answer* is a status that the caller understands.
 *
 * Premise: the body of a write was made from what was read a moment ago. Sent again after a wait, it would undo what
 * somebody else changed meanwhile; so the same body is never sent twice from here. Only who can read again may repeat.
 *
 * Cases: a read and a clean-up are repeated while it may help: after 429, 500 (once), 502 and what else
 * passes, and without a connection. An independent write is repeated while it was certainly not carried out: after 429, and where nothing was
 * sent. Every other write fails at once, and `retryAfter` of its ApiError tells when it may be tried from a fresh reading;
 * one that has waited for a long pause, which the cluster asked of others, is not sent at all.
 */
interface ClientOptions {
  /** What the log calls it, for example `emea/read`: the ids of its requests begin with it. */
  readonly name: string;
  readonly log: Log;
  /** Origin of the cluster, without a trailing slash. */
  readonly url: string;
  readonly token: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** 0 ≤ n < 1, for jitter. */
  readonly random: () => number;
  /** Bounds the requests in flight to this cluster, those of its other clients among them. */
  readonly throttle: Pick<Throttle, "run" | "maximum">;
  /** Ends waiting for a repeat. What is under way is finished. */
  readonly signal?: AbortSignal;
  /** Ends reads at once; for work that only reads. A write is always allowed to finish. */
  readonly abortReads?: AbortSignal;
  readonly retry?: RetryPolicy;
}

interface ApiAnswer {
  readonly status: number;
  readonly headers: FetchResponse["headers"];
  /** Null: it is not UTF-8. */
  readonly text: string | null;
  readonly attempts: number;
}

export interface Client {
  readonly url: string;
  /** Most requests in flight to the cluster. */
  readonly maxConcurrency: number;
  /** Requests sent so far, repeats included. */
  requestCount(): number;
  /**
   * One call with its repeats. Throws ApiError, `too-large` when the body passes its limit, `not-json` when a write is
   * answered by a page. A write is not repeated here unless it cleans up or is independent: see `retryAfter` of ApiErrorDetails.
   */
  send(request: ApiRequest): Promise<ApiAnswer>;
  /**
   * The body of a successful call as its shape describes it. ApiError `not-json` when a proxy answered instead of the
   * cluster, UnexpectedAnswer when the body does not have its documented form.
   */
  json<T>(request: ApiRequest, shape: Shape<T>): Promise<T>;
  /** A large download as a stream; not repeated once the first byte has come. It may end with ApiError `too-large`. */
  stream(request: ApiRequest): Promise<AsyncIterable<Uint8Array>>;
}

const defaultTimeout = 30_000;
/** Milliseconds of a pause after which a write is made from a fresh reading: about what a slow request takes anyway. */
const longestPause = 10_000;

export function createClient(options: ClientOptions): Client {
  const policy = options.retry ?? defaultRetryPolicy;
  const now = () => options.clock.now().getTime();
  const waits: RetryWaits = { policy, random: options.random, now };
  let requests = 0;
  let calls = 0;

  async function exchange(request: ApiRequest, signal: AbortSignal): Promise<FetchResponse> {
    const query = request.query === undefined ? "" : new URLSearchParams(request.query).toString();
    const token = request.token === undefined ? options.token : request.token;
    requests += 1;
    const body = request.ownTokenAsBody ? { token: options.token } : request.body;
    return options.fetch(`${options.url}${request.path}${query === "" ? "" : `?${query}`}`, {
      method: request.method,
      headers: {
        accept: "application/json",
        ...(token === null ? {} : { authorization: `Api-Token ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) + " ".repeat(request.padding ?? 0) }),
      signal,
    });
  }

  /** One call with its repeats; `use` takes what is wanted from an accepted answer. */
  async function call<T>(
    request: ApiRequest,
    use: (response: FetchResponse, attempts: number) => Promise<T>,
    { streams = false } = {},
  ): Promise<T> {
    calls += 1;
    const log = callLog(options.log, `${options.name}/${calls}`, request);
    const interrupt = request.interrupt ?? (request.method === "GET" ? options.abortReads : undefined);
    const attempt = async (attempts: number): Promise<T> => {
      const begin = now();
      const deadline = openDeadline(request.timeout ?? defaultTimeout, interrupt ? [interrupt] : []);
      let [answer, failure]: [AttemptEnd["response"], AttemptEnd["failure"]] = [null, null];
      try {
        const response = await exchange(request, deadline.signal);
        answer = response;
        const accepted = (response.status >= 200 && response.status < 300) || request.accept?.includes(response.status);
        if (accepted) return await use(response, attempts);
        const body = await readStart(response.body, bodyLimits.other);
        throw statusFailure(request, response, body, attempts, waits);
      } catch (error) {
        failure = error instanceof ApiError ? error : exchangeFailure(request, error, attempts, waits);
        throw failure;
      } finally {
        // A stream is read behind this: it may take the rest of the time.
        if (!streams || failure !== null) deadline.close();
        log.attempted({ attempt: attempts, ms: now() - begin, response: answer, failure });
      }
    };
    let internalErrors = 0;
    const result = await repeatUntil(
      async (attempts) => {
        const waiting = { again: attempts > 1, signal: interrupt };
        const send = async (paused = 0): Promise<T> => {
          if (paused > longestPause && !isRepeatable(request)) throw pausedFailure(request, paused, attempts);
          return attempt(attempts);
        };
        const made = await attempted(() => options.throttle.run(send, waiting));
        if (made.failed && isStatus(made.error, 500)) internalErrors += 1;
        return made;
      },
      (made) => !made.failed || internalErrors > 1 || !isRepeatable(request),
      (attempts, made) => {
        const wait = attempts < policy.attempts ? retryAfter(made) : null;
        if (wait !== null && made.failed) log.repeated(made.error, wait);
        return wait;
      },
      { clock: options.clock, signal: request.cleanup ? undefined : options.signal },
    );
    return unwrap(result);
  }

  const send = (request: ApiRequest): Promise<ApiAnswer> =>
    call(request, async ({ status, headers, body }, attempts) => {
      const text = await readText(body, request.bodyLimit ?? bodyLimits.other).catch((error: unknown) => {
        throw error instanceof BodyTooLarge ? tooLargeFailure(request, { status, attempts }, error) : error;
      });
      const { method, path } = request;
      if (method !== "GET" && text !== null && isPage(text))
        throw notJson("an HTML page", { method, path, status, attempts });
      return { status, headers, text, attempts };
    });

  return {
    url: options.url,
    maxConcurrency: options.throttle.maximum,
    requestCount: () => requests,
    send,
    async json(request, shape) {
      const answer = await send(request);
      const { status, attempts } = answer;
      return parseAnswer(answer.text, shape, { method: request.method, path: request.path, status, attempts });
    },
    stream: (request) =>
      call(
        request,
        async (response, attempts) => {
          if (response.body === null) throw new Error("the answer has no body");
          return boundedStream(request, response.body, { status: response.status, attempts });
        },
        { streams: true },
      ),
  };
}

const retryAfter = (made: Attempted<unknown>): number | null =>
  (made.failed && made.error instanceof ApiError ? made.error.details.retryAfter : undefined) ?? null;

async function* boundedStream(
  request: ApiRequest,
  body: AsyncIterable<Uint8Array>,
  answer: { readonly status: number; readonly attempts: number },
): AsyncGenerator<Uint8Array> {
  try {
    yield* bounded(body, request.bodyLimit ?? bodyLimits.installer);
  } catch (error) {
    throw error instanceof BodyTooLarge ? tooLargeFailure(request, answer, error) : error;
  }
}
