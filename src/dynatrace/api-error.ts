import { parseJson } from "../lib/parse-json.ts";

/**
 * Whether the request can have had an effect on the cluster:
 * `none` = it was not sent, or it was refused; `unknown` = it went out and no trustworthy answer came.
 */
export type RequestEffect = "none" | "unknown";

export type AnswerForm = "envelope" | "page" | "other";

export interface ApiErrorDetails {
  readonly method: string;
  readonly path: string;
  /** HTTP status, or null when no answer came. */
  readonly status: number | null;
  /**
   * Kebab-case, for results and decisions: `http-403`, `network`, `timeout`, `certificate`, `proxy`, `interrupted`, `not-json`,
   * `unexpected-answer`, `too-large`, `paused`.
   */
  readonly code: string;
  readonly effect: RequestEffect;
  readonly attempts: number;
  /**
   * Milliseconds to wait before the call may be made again: as the server asked, else a little. Left out where the call may
   * have been carried out, or where waiting is of no use. A write must not send the same body then: what it was made from
   * may have changed meanwhile, so it is for the caller to read again and to decide again.
   */
  readonly retryAfter?: number;
  /** What a refusal came in: the form of the API's errors, which a proxy does not know, a page, or something else. */
  readonly form?: AnswerForm;
}

interface ApiErrorOptions {
  readonly cause?: unknown;
  readonly hint?: string | undefined;
  readonly body?: string;
}

/** Characters. There may be an error for each of thousands of environments, and envelopes are short. */
const longestBody = 65_536;

/** A call to a cluster that did not succeed. The message names the call and what the server said. */
export class ApiError extends Error {
  readonly details: ApiErrorDetails;
  readonly hint: string | null;
  /** What came with the status, whole; empty: nothing did, or more than is worth keeping. */
  readonly body: string;

  constructor(message: string, details: ApiErrorDetails, options: ApiErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = "ApiError";
    this.details = details;
    this.hint = options.hint ?? null;
    const { body = "" } = options;
    this.body = body.length > longestBody ? "" : body;
  }
}

/**
 * Statuses, besides those from 400 to 499, by which the API refuses a call; repeating it would repeat the refusal. Those that only
 * its envelope makes a refusal are used by proxies for a server that has not answered.
 */
const refusals = { always: [553, 554, 556], inEnvelope: [408, 510, 522, 523, 524] } as const;

/** What an answer with a status that is no success says of the call: behind a proxy nobody knows what was carried out. */
export function effectOfAnswer(status: number, body: string): RequestEffect {
  const isAmong = (list: readonly number[]) => list.includes(status);
  if (isAmong(refusals.inEnvelope)) return isEnvelope(body) ? "none" : "unknown";
  return status < 500 || isAmong(refusals.always) ? "none" : "unknown";
}

function isEnvelope(body: string): boolean {
  try {
    const parsed: unknown = parseJson(body);
    return (Array.isArray(parsed) ? parsed : [parsed]).every((one) => describeEnvelope(one) !== "");
  } catch {
    return false;
  }
}

/**
 * Whether the API itself answered with one of the statuses. A page of a proxy is no answer of it: its 404 does not say that
 * something is not there, and its 403 nothing of what a token may do.
 */
export function isStatus(error: unknown, ...statuses: readonly number[]): error is ApiError {
  if (!(error instanceof ApiError)) return false;
  const { status, code } = error.details;
  return status !== null && statuses.includes(status) && code !== "not-json";
}

export function hasCode(error: unknown, code: string): error is ApiError {
  return error instanceof ApiError && error.details.code === code;
}

/** Whether a body is a page, which the API never answers with: it is of a proxy, or of a server that is not the cluster. */
export const isPage = (text: string): boolean => text.trimStart().startsWith("<");

export const pageHint =
  "check that the url is the cluster's own origin and that no proxy or login page answers in its place";

export const formOf = (body: string): AnswerForm => (isPage(body) ? "page" : isEnvelope(body) ? "envelope" : "other");

const bodyExcerptLength = 300;

/**
 * The useful sentence of an error body: the envelope of API v2 with its violations, an array of such envelopes,
 * plain text, or a note that HTML came (from a proxy in front of the cluster).
 */
export function describeErrorBody(text: string): string {
  const trimmed = text.trim();
  if (trimmed === "") return "no further text";
  if (isPage(trimmed)) return "an HTML page came instead of an API answer";
  try {
    const parsed = parseJson(trimmed);
    const sentences = (Array.isArray(parsed) ? parsed : [parsed]).map(describeEnvelope).filter((part) => part !== "");
    if (sentences.length > 0) return sentences.join("; ");
  } catch {
    // Not JSON: the plain text is the message.
  }
  return trimmed.length > bodyExcerptLength ? `${trimmed.slice(0, bodyExcerptLength)}…` : trimmed;
}

function describeEnvelope(value: unknown): string {
  if (typeof value !== "object" || value === null || !("error" in value)) return "";
  const error = value.error;
  if (typeof error !== "object" || error === null) return "";
  const message = "message" in error && typeof error.message === "string" ? error.message : "";
  const violations =
    "constraintViolations" in error && Array.isArray(error.constraintViolations) ? error.constraintViolations : [];
  const details = violations
    .map((violation: unknown) => {
      if (typeof violation !== "object" || violation === null) return "";
      const path = "path" in violation && typeof violation.path === "string" ? `${violation.path}: ` : "";
      return "message" in violation && typeof violation.message === "string" ? `${path}${violation.message}` : "";
    })
    .filter((part) => part !== "");
  return [message, ...details].filter((part) => part !== "").join(" ");
}
