import type { Limiter } from "../lib/limiter.ts";
import { attempted, repeatUntil, unwrap } from "../lib/repeat-until.ts";
import type { Clock, Fetch, FetchResponse } from "../ports.ts";
import type { Shape } from "./answer-shape.ts";
import { ApiError, describeErrorBody, effectOfStatus, isStatus, type RequestEffect } from "./api-error.ts";
import { parseAnswer } from "./parse-answer.ts";
import { BodyTooLarge, bodyLimits, bounded, readStart, readText } from "./read-body.ts";
import { defaultRetryPolicy, passingStatuses, type RetryPolicy, retryDelay, serverAdvice, throttled } from "./retry.ts";
import { describeTransportFailure } from "./transport-failure.ts";

export interface ClientOptions {
  /** Origin of the cluster, without a trailing slash. */
  readonly url: string;
  readonly token: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** 0 ≤ n < 1, for jitter. */
  readonly random: () => number;
  /** Bounds the requests in flight to this cluster. */
  readonly limiter: Limiter;
  /** Ends waiting for a repeat. What is under way is finished. */
  readonly signal?: AbortSignal;
  /** Ends reads at once; for work that only reads. A write is always allowed to finish. */
  readonly abortReads?: AbortSignal;
  readonly retry?: RetryPolicy;
}

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Path below the origin, already encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Instead of the cluster token; null sends none. */
  readonly token?: string | null;
  /** Milliseconds for one attempt, with its body. */
  readonly timeout?: number;
  /** Bytes of the answer's body after decompression; `bodyLimits.other` unless given, of a stream `bodyLimits.installer`. */
  readonly bodyLimit?: number;
  /** Statuses besides 2xx that the caller understands. */
  readonly accept?: readonly number[];
  /** A write that cleans up: the API defines it as repeatable, and an interrupt does not end its repeats. */
  readonly cleanup?: boolean;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: FetchResponse["headers"];
  readonly text: string;
  readonly attempts: number;
}

export interface Client {
  readonly url: string;
  /** Requests sent so far, repeats included. */
  requestCount(): number;
  /** One call with its repeats. Throws ApiError, `too-large` when the body passes its limit. A write is repeated only where it cannot have had an effect. */
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

export function createClient(options: ClientOptions): Client {
  const policy = options.retry ?? defaultRetryPolicy;
  let requests = 0;

  async function exchange(request: ApiRequest): Promise<FetchResponse> {
    const url = new URL(options.url + request.path);
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.append(name, value);
    const token = request.token === undefined ? options.token : request.token;
    const timeout = AbortSignal.timeout(request.timeout ?? defaultTimeout);
    const signal =
      request.method === "GET" && options.abortReads ? AbortSignal.any([timeout, options.abortReads]) : timeout;
    requests += 1;
    return options.fetch(url.href, {
      method: request.method,
      headers: {
        accept: "application/json",
        ...(token === null ? {} : { authorization: `Api-Token ${token}` }),
        ...(request.body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      signal,
    });
  }

  function failure(request: ApiRequest, error: unknown, attempts: number): ApiError {
    const { text, code, sent, hint } = describeTransportFailure(error);
    const effect: RequestEffect = sent && request.method !== "GET" ? "unknown" : "none";
    return new ApiError(
      `${request.method} ${request.path}: ${text}`,
      { method: request.method, path: request.path, status: null, code, effect, attempts },
      { cause: error, hint },
    );
  }

  function refused(request: ApiRequest, { status, headers }: FetchResponse, body: string, attempts: number): ApiError {
    const advice = serverAdvice(headers, options.clock.now().getTime());
    return new ApiError(
      `${request.method} ${request.path}: status ${status}, ${describeErrorBody(body)}`,
      {
        method: request.method,
        path: request.path,
        status,
        code: `http-${status}`,
        effect: effectOfStatus(status),
        attempts,
        ...(advice === null ? {} : { retryAfter: advice }),
      },
      { hint: hintForStatus(status) },
    );
  }

  function mayRepeat(request: ApiRequest, error: unknown): boolean {
    if (!(error instanceof ApiError)) return false;
    const { status, effect, code } = error.details;
    if (code === "interrupted" || code === "certificate" || code === "proxy") return false;
    if (status === throttled) return true;
    if (request.method === "GET" || request.cleanup)
      return status === null || status === 500 || passingStatuses.includes(status);
    // Anything else about a write is settled by reading back, which only the caller can do.
    return status === null && effect === "none";
  }

  /** One call with its repeats; `use` takes what is wanted from an accepted answer. */
  async function call<T>(
    request: ApiRequest,
    use: (response: FetchResponse, attempts: number) => Promise<T>,
  ): Promise<T> {
    const attempt = async (attempts: number): Promise<T> => {
      try {
        const response = await exchange(request);
        const accepted = (response.status >= 200 && response.status < 300) || request.accept?.includes(response.status);
        if (accepted) return await use(response, attempts);
        throw refused(request, response, await readStart(response.body, bodyLimits.other), attempts);
      } catch (error) {
        throw error instanceof ApiError ? error : failure(request, error, attempts);
      }
    };
    let internalErrors = 0;
    const result = await repeatUntil(
      async (attempts) => {
        const made = await attempted(() => options.limiter.run(() => attempt(attempts)));
        if (made.failed && isStatus(made.error, 500)) internalErrors += 1;
        return made;
      },
      (made) => !made.failed || internalErrors > 1 || !mayRepeat(request, made.error),
      (attempts, made) => {
        if (attempts >= policy.attempts) return null;
        const advice = made.failed && made.error instanceof ApiError ? made.error.details.retryAfter : undefined;
        return retryDelay(policy, attempts, advice ?? null, options.random);
      },
      { clock: options.clock, signal: request.cleanup ? undefined : options.signal },
    );
    return unwrap(result);
  }

  const send = (request: ApiRequest): Promise<ApiAnswer> =>
    call(request, async ({ status, headers, body }, attempts) => ({
      status,
      headers,
      text: await readText(body, request.bodyLimit ?? bodyLimits.other).catch((error: unknown) => {
        throw error instanceof BodyTooLarge ? tooLarge(request, { status, attempts }, error) : error;
      }),
      attempts,
    }));

  return {
    url: options.url,
    requestCount: () => requests,
    send,
    async json(request, shape) {
      const answer = await send(request);
      const { status, attempts } = answer;
      return parseAnswer(answer.text, shape, { method: request.method, path: request.path, status, attempts });
    },
    stream: (request) =>
      call(request, async (response, attempts) => {
        if (response.body === null) throw new Error("the answer has no body");
        return boundedStream(request, response.body, { status: response.status, attempts });
      }),
  };
}

/** The status counts: such an answer is not asked for again. */
function tooLarge(
  { method, path }: ApiRequest,
  { status, attempts }: { readonly status: number; readonly attempts: number },
  cause: BodyTooLarge,
): ApiError {
  const effect: RequestEffect = method === "GET" ? "none" : "unknown";
  const details = { method, path, status, code: "too-large", effect, attempts };
  return new ApiError(`${method} ${path}: ${cause.message}`, details, {
    cause,
    hint: "check that the url is the cluster's own origin",
  });
}

async function* boundedStream(
  request: ApiRequest,
  body: AsyncIterable<Uint8Array>,
  answer: { readonly status: number; readonly attempts: number },
): AsyncGenerator<Uint8Array> {
  try {
    yield* bounded(body, request.bodyLimit ?? bodyLimits.installer);
  } catch (error) {
    throw error instanceof BodyTooLarge ? tooLarge(request, answer, error) : error;
  }
}

function hintForStatus(status: number): string | undefined {
  if (status === 401)
    return "the token is unknown, expired or revoked: check the variable or file that token names in dtsync.yaml";
  if (status === 403)
    return "give the token the scope that the message names; dtsync needs ServiceProviderAPI, and ClusterTokenManagement to deploy hosts";
  if (status >= 300 && status < 400)
    return "the address redirects: declare the address that the cluster itself answers on";
  if (status === 556) return "an upgrade of the cluster is running: try again in some minutes";
  return undefined;
}
