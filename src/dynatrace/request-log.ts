import type { FetchResponse, Log, LogFields } from "../ports.ts";
import { ApiError } from "./api-error.ts";
import type { ApiRequest } from "./api-request.ts";

/** How one attempt of a call ended. */
export interface AttemptEnd {
  /** From 1. */
  readonly attempt: number;
  /** Milliseconds, the body included; of a stream until it began. */
  readonly ms: number;
  /** Null: there was no answer. */
  readonly response: Pick<FetchResponse, "status" | "headers"> | null;
  /** Null: the answer was one that the caller understands. */
  readonly failure: ApiError | null;
}

/** What the log has of one call. */
export interface CallLog {
  attempted(end: AttemptEnd): void;
  /** It is sent again after these milliseconds. */
  repeated(error: unknown, wait: number): void;
}

/** By what a cluster or what stands before it may call a request, in the order of their weight. */
const traceHeaders = ["x-request-id", "x-correlation-id", "traceresponse"];
/** Characters of such an id. */
const longestTrace = 200;

/** The log of one call, which has this id. Of headers and bodies nothing is logged but the id that a server gave the request. */
export function callLog(log: Log, id: string, { method, path, query }: ApiRequest): CallLog {
  const call = (): LogFields => {
    const search = new URLSearchParams(query).toString();
    return { request: id, method, path: search === "" ? path : `${path}?${search}` };
  };
  return {
    attempted: ({ attempt, ms, response, failure }) =>
      log.debug("request", () => ({
        ...call(),
        status: response?.status,
        attempt,
        ms,
        error: failure?.details.code,
        trace: response === null ? undefined : traceOf(response.headers),
      })),
    repeated: (error, wait) =>
      log.info("request is repeated after a wait", () => ({
        ...call(),
        error: error instanceof ApiError ? error.details.code : undefined,
        waitMs: Math.round(wait),
      })),
  };
}

function traceOf(headers: FetchResponse["headers"]): string | undefined {
  for (const name of traceHeaders) {
    const value = headers.get(name);
    if (value !== null) return value.slice(0, longestTrace);
  }
  return undefined;
}
