import { bodyLimits, readStart, readText } from "../dynatrace/read-body.ts";
import { defaultRetryPolicy, retryDelay, serverAdvice, throttled } from "../dynatrace/retry.ts";
import { describeTransportFailure } from "../dynatrace/transport-failure.ts";
import { nestingExceeds } from "../lib/json-nesting.ts";
import { openDeadline } from "../lib/linked-signal.ts";
import { parseJson } from "../lib/parse-json.ts";
import { attempted, repeatUntil } from "../lib/repeat-until.ts";
import { shortened } from "../lib/text.ts";
import type { Clock, Fetch, FetchResponse, Log } from "../ports.ts";
import { ForgeFailure } from "./forge-failure.ts";

export interface ForgeAnswer {
  /** Null for an answer without content. */
  readonly value: unknown;
  readonly headers: FetchResponse["headers"];
}

/** Sends a request to the API of a forge, below its address, and gives the JSON of the answer. Throws a ForgeFailure. */
export type ForgeClient = (
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  body?: unknown,
  /** `makesNothingTwice`: it may be sent once more although it may have arrived; left out: all but POST. */
  options?: { readonly makesNothingTwice: boolean },
) => Promise<ForgeAnswer>;

export interface ForgeClientOptions {
  /** `GitLab`, `GitHub`. */
  readonly name: string;
  /** The address that paths are added to. */
  readonly api: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What a token needs for what is done here, in words. */
  readonly rights: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** Aborted: nothing is sent any more, and nothing waited for. */
  readonly signal: AbortSignal;
}

/** Milliseconds. */
const requestTimeout = 30_000;
const policy = { ...defaultRetryPolicy, attempts: 4 };

/** Levels of lists and objects in each other. */
const deepestNesting = 32;

/** Characters of what a forge says about a failure. */
const longestReason = 300;

/**
 * The client of a forge: bounded in size and time. What was throttled is sent once more after the time that the forge asks for;
 * so is what found nobody for a moment. Where that could make something twice, the caller looks whether it was made, and that
 * request waits as long.
 */
export function createForgeClient(options: ForgeClientOptions): ForgeClient {
  const { clock, random, signal, log, name } = options;
  /** Writes whose answers were lost, and when the next request may be sent, by the clock. */
  let [lost, next] = [0, 0];
  return async (method, path, body, { makesNothingTwice } = { makesNothingTwice: method !== "POST" }) => {
    const wait = next - clock.elapsed();
    if (wait > 0) await clock.sleep(wait, signal);
    let advice: number | null = null;
    const ended = await repeatUntil(
      (attempt) =>
        attempted(async () => {
          advice = null;
          log.debug("forge asked", () => ({ forge: name, method, path, attempt }));
          const deadline = openDeadline(requestTimeout, [signal]);
          const advise = (asked: number | null) => {
            advice = asked;
          };
          return exchange({ ...options, deadline: deadline.signal }, method, path, body, advise).finally(
            deadline.close,
          );
        }),
      ({ failed, ...rest }) => !failed || !("error" in rest) || !mayRepeat(rest.error, makesNothingTwice),
      (attempt) => (attempt < policy.attempts ? retryDelay(policy, attempt, advice, random) : null),
      { clock, signal },
    );
    if (!ended.failed) return ended.value;
    if (ended.error instanceof ForgeFailure && ended.error.kind === "unknown" && !makesNothingTwice) {
      lost += 1;
      next = clock.elapsed() + retryDelay(policy, lost, advice, random);
    }
    throw ended.error;
  };
}

function mayRepeat(error: unknown, makesNothingTwice: boolean): boolean {
  if (!(error instanceof ForgeFailure)) return false;
  return error.status === throttled || (error.kind === "unknown" && makesNothingTwice);
}

async function exchange(
  {
    name,
    api,
    headers,
    rights,
    fetch,
    clock,
    signal,
    deadline,
  }: ForgeClientOptions & { readonly deadline: AbortSignal },
  method: string,
  path: string,
  body: unknown,
  advise: (advice: number | null) => void,
): Promise<ForgeAnswer> {
  const what = `${method} ${api}${path.replace(/\?.*/, "")}`;
  const response = await fetch(`${api}${path}`, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: deadline,
  }).catch((error: unknown) => {
    signal.throwIfAborted();
    const { text, code, sent, hint } = describeTransportFailure(error);
    const passing = code === "network" || code === "timeout";
    throw new ForgeFailure(`${name} did not answer (${text}): ${what}`, {
      ...{ kind: passing && (sent || method !== "POST") ? "unknown" : "refused", status: null, cause: error },
      hint: hint === undefined ? undefined : `the address comes from the variables of the pipeline: ${api}`,
    });
  });
  // GitHub says in every answer when its limit starts again, which is no advice to a client that has not reached it.
  if (isThrottled(response) || response.headers.get("retry-after") !== null)
    advise(serverAdvice(response.headers, clock.now().getTime()));
  if (response.status === 204) return { value: null, headers: response.headers };
  if (response.status >= 200 && response.status < 300)
    return { value: await jsonOf(response, name, what), headers: response.headers };
  const said = shortened(reasonOf(await readStart(response.body, bodyLimits.other)), longestReason);
  const words = `${name} answers ${response.status}${said === "" ? "" : ` (${said})`}: ${what}`;
  throw failureOf(words, response, rights);
}

async function jsonOf({ body }: FetchResponse, name: string, what: string): Promise<unknown> {
  try {
    const text = await readText(body, bodyLimits.list);
    if (text === null) throw new Error("it is not UTF-8");
    if (nestingExceeds(text, deepestNesting)) throw new Error("it is nested too deeply");
    return parseJson(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ForgeFailure(`${name} gave an answer that cannot be read (${reason}): ${what}`, {
      ...{ kind: "unknown", status: null, cause: error },
    });
  }
}

/** GitLab and GitHub say in `message` what is wrong; GitLab has an object there, or `error`, for some faults. */
function reasonOf(text: string): string {
  try {
    const { message, error } = parseJson(text) as { readonly message?: unknown; readonly error?: unknown };
    const said = message ?? error ?? "";
    return typeof said === "string" ? said : JSON.stringify(said);
  } catch {
    return "";
  }
}

/** GitHub also answers 403 to a client that has asked too often. */
const isThrottled = ({ status, headers }: Pick<FetchResponse, "status" | "headers">): boolean =>
  status === throttled ||
  (status === 403 && (headers.get("x-ratelimit-remaining") === "0" || headers.get("retry-after") !== null));

function failureOf(words: string, response: FetchResponse, rights: string): ForgeFailure {
  const { status } = response;
  if (isThrottled(response)) {
    return new ForgeFailure(words, {
      kind: "refused",
      status: throttled,
      hint: "it takes no more requests for now: run the job again later",
    });
  }
  // Whichever of them it is: a proxy in between may have made it up after the forge had done what it was asked for.
  if (status >= 500) return new ForgeFailure(words, { kind: "unknown", status });
  const hints: Readonly<Record<number, string>> = {
    401: "the token is not valid, or no longer: make another one",
    403: `the token may not do this: it needs ${rights}`,
    404: `there is no such project, merge request or issue, or the token may not see it: it needs ${rights}`,
    410: "issues are switched off there",
  };
  const redirected = status >= 300 && status < 400 ? "it leads elsewhere, and a token does not follow" : undefined;
  return new ForgeFailure(words, {
    ...{ kind: status === 404 ? "missing" : "refused", status, hint: hints[status] ?? redirected },
  });
}
