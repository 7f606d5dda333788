import type { ApiRequest } from "../dynatrace/api-request.ts";
import type { FetchResponse } from "../ports.ts";
import { ask } from "./ask.ts";
import type { Probing, Question } from "./question.ts";
import { environmentPath } from "./scratch.ts";

/** Enough to fill the pool of an environment, and some seconds of work for nobody. */
const burst = 60;
const throttled = 429;

/** Sends as many cheap requests as `maxConcurrency` allows, until one is refused. */
async function sendBurst({ client, signal }: Probing, request: ApiRequest): Promise<string> {
  let sent = 0;
  const refusals: FetchResponse["headers"][] = [];
  const work = async (): Promise<void> => {
    while (sent < burst && refusals.length === 0 && !signal.aborted) {
      sent += 1;
      const { status, headers } = await ask(client, request, [throttled]);
      if (status === throttled) refusals.push(headers);
    }
  };
  await Promise.all(Array.from({ length: client.maxConcurrency }, work));
  signal.throwIfAborted();
  const [headers] = refusals;
  if (headers === undefined) return `none of ${burst} was refused`;
  const limit = headers.get("x-ratelimit-limit") === null ? "no X-RateLimit-Limit" : "X-RateLimit-Limit";
  const again = headers.get("retry-after") === null ? "no Retry-After" : "Retry-After";
  return `429 within ${sent}, with ${limit}, ${unitOfReset(headers.get("x-ratelimit-reset"))}, ${again}`;
}

function unitOfReset(value: string | null): string {
  if (value === null) return "no X-RateLimit-Reset";
  const number = Number(value);
  if (!(number > 0)) return "X-RateLimit-Reset that is no time";
  const unit = number > 1e14 ? "microseconds" : number > 1e11 ? "milliseconds" : "seconds";
  return `X-RateLimit-Reset in ${unit}`;
}

export const loadQuestions: readonly Question[] = [
  {
    id: "throttling",
    question: "When is a request refused with 429, and which headers come with it?",
    asked: `${burst} cheap GETs, as many at once as maxConcurrency allows, of the cluster and of the environment`,
    async ask(probing) {
      const { environment } = probing.scratch;
      const ofCluster = await sendBurst(probing, { method: "GET", path: environmentPath(probing.scratch) });
      const path = `/e/${encodeURIComponent(environment)}/api/v1/time`;
      const ofEnvironment = await sendBurst(probing, { method: "GET", path, token: null });
      return `cluster: ${ofCluster}; environment: ${ofEnvironment}`;
    },
  },
  {
    id: "answers-during-update",
    question: "Are requests refused with 556 or with 503 while the cluster is updated?",
    asked: "nothing: dtsync starts no update",
    ask: async () => ({ notTried: "run dtsync status --log-level debug while one is under way" }),
  },
];
