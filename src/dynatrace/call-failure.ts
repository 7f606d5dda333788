import type { FetchResponse } from "../ports.ts";
import {
  type AnswerForm,
  ApiError,
  type ApiErrorDetails,
  describeErrorBody,
  effectOfAnswer,
  formOf,
  pageHint,
  type RequestEffect,
} from "./api-error.ts";
import type { ApiRequest } from "./api-request.ts";
import type { BodyTooLarge } from "./read-body.ts";
import { passingStatuses, type RetryPolicy, retryDelay, serverAdvice, throttled } from "./retry.ts";
import { describeTransportFailure } from "./transport-failure.ts";

/** What the wait before another attempt is made of. */
export interface RetryWaits {
  readonly policy: RetryPolicy;
  /** 0 ≤ n < 1, for jitter. */
  readonly random: () => number;
  /** Unix milliseconds. */
  readonly now: () => number;
}

type Failed = Pick<ApiErrorDetails, "status" | "code" | "effect" | "attempts">;

/** A call that got no answer, or whose answer broke off. */
export function exchangeFailure(request: ApiRequest, error: unknown, attempts: number, waits: RetryWaits): ApiError {
  const { text, code, sent, hint } = describeTransportFailure(error);
  const effect: RequestEffect = sent && request.method !== "GET" ? "unknown" : "none";
  const details = detailsOf(request, { status: null, code, effect, attempts }, null, waits);
  return new ApiError(`${request.method} ${request.path}: ${text}`, details, { cause: error, hint });
}

/** A call that was answered with a status that its caller does not understand. */
export function statusFailure(
  request: ApiRequest,
  { status, headers }: Pick<FetchResponse, "status" | "headers">,
  body: string,
  attempts: number,
  waits: RetryWaits,
): ApiError {
  // A page says nothing of what was asked for: a proxy, or a server that is not the cluster, does not know the path.
  const form = formOf(body);
  const code = status < 500 && form === "page" ? "not-json" : `http-${status}`;
  const failed = { status, code, effect: effectOfAnswer(status, body), attempts };
  const details = { ...detailsOf(request, failed, serverAdvice(headers, waits.now()), waits), form };
  const message = `${request.method} ${request.path}: status ${status}, ${describeErrorBody(body)}`;
  return new ApiError(message, details, { hint: hintForStatus(status, form, request), body });
}

/** A call whose answer passed its limit. It is not asked for again. */
export function tooLargeFailure(
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

/** A write that waited for the end of a pause: what it was made from may have changed, and nothing was sent. */
export function pausedFailure({ method, path }: ApiRequest, paused: number, attempts: number): ApiError {
  const details = { method, path, status: null, code: "paused", effect: "none", attempts, retryAfter: 0 } as const;
  const seconds = Math.round(paused / 1_000);
  const message = `${method} ${path}: not sent after a pause of ${seconds} s that the cluster asked for`;
  return new ApiError(message, details, { hint: "apply again" });
}

function detailsOf(request: ApiRequest, failed: Failed, advice: number | null, waits: RetryWaits): ApiErrorDetails {
  const { method, path } = request;
  const { policy, random } = waits;
  const retryAfter = mayPass(request, failed) ? retryDelay(policy, failed.attempts, advice, random) : undefined;
  return { method, path, ...failed, ...(retryAfter === undefined ? {} : { retryAfter }) };
}

/** Whether the call may succeed at another time, and making it again does no harm: it was not carried out, or it may be twice. */
function mayPass({ method, cleanup }: ApiRequest, { status, code, effect }: Failed): boolean {
  if (code === "interrupted" || code === "certificate" || code === "proxy") return false;
  if (status === throttled) return true;
  if (method === "GET" || cleanup) return status === null || status === 500 || passingStatuses.includes(status);
  // Anything else about a write is settled by reading back, which only the caller can do.
  return status === null && effect === "none";
}

function hintForStatus(status: number, form: AnswerForm, { token }: ApiRequest): string | undefined {
  if (status >= 300 && status < 400)
    return "the address redirects: declare the address that the cluster itself answers on";
  // A page knows nothing of tokens: what sent it stands before the cluster, or in its place.
  if (form === "page" && status < 500 && status !== throttled) return pageHint;
  if (status === 401 && typeof token === "string")
    return "this run made the token itself, and somebody has deleted it meanwhile: run again";
  if (status === 401)
    return "the token is unknown, expired or revoked: check the variable or file that token names in dtsync.yaml";
  if (status === 403)
    return "give the token the scope that the message names; dtsync needs ServiceProviderAPI, and ClusterTokenManagement to deploy hosts or to ask environments themselves, as for management zones";
  if (status === 556) return "an upgrade of the cluster is running: try again in some minutes";
  return undefined;
}
