import type { ApiRequest } from "./api-request.ts";
import type { Client } from "./client.ts";
import { type EnvironmentQuestion, followUpQuery } from "./environment-question.ts";
import { parseAnswer } from "./parse-answer.ts";
import { bodyLimits } from "./read-body.ts";
import { UnexpectedAnswer } from "./unexpected-answer.ts";

/** One page of what an environment answered. */
export interface AnsweredPage {
  readonly status: number;
  /** JSON as it came. */
  readonly body: unknown;
  /** From 1. */
  readonly page: number;
  /** Whether no further one follows. */
  readonly last: boolean;
}

const mostPages = 20_000;

/**
 * Asks an environment and follows the pages of its answer; `take` is awaited before the next one is asked for. A null token
 * sends none. Throws ApiError: for a refusal, a body that is no JSON, and pages that go in a circle or without end.
 */
export async function askEnvironment(
  client: Client,
  environment: string,
  question: EnvironmentQuestion,
  { token, take, signal }: AskPorts,
): Promise<void> {
  const path = `/e/${encodeURIComponent(environment)}${question.path}`;
  const cursors = new Set<string>();
  let query = question.query;
  for (let page = 1; ; page += 1) {
    const request: ApiRequest = {
      method: "GET",
      path,
      query: new URLSearchParams(query.map(([name, value]): [string, string] => [name, value])),
      token,
      bodyLimit: bodyLimits.list,
    };
    const { text, status, attempts } = await client.send(request);
    const call = { method: "GET", path, status, attempts };
    const body = parseAnswer(text, (value) => value, call);
    const cursor = cursorOf(body);
    await take({ status, body, page, last: cursor === null });
    if (cursor === null) return;
    if (cursors.has(cursor)) throw new UnexpectedAnswer(call, "the list repeats a page");
    if (page >= mostPages) throw new UnexpectedAnswer(call, `the list has more than ${mostPages} pages`);
    cursors.add(cursor);
    signal.throwIfAborted();
    query = followUpQuery(question, cursor);
  }
}

export interface AskPorts {
  readonly token: string | null;
  readonly take: (page: AnsweredPage) => Promise<void>;
  /** Aborted: no further page is asked for. */
  readonly signal: AbortSignal;
}

function cursorOf(body: unknown): string | null {
  if (typeof body !== "object" || body === null || !("nextPageKey" in body)) return null;
  return typeof body.nextPageKey === "string" && body.nextPageKey !== "" ? body.nextPageKey : null;
}
