/**
 * Terms: what is read *ahead* is asked for before anybody needs it; who needs it *takes* it.
 *
 * Premise: both ask by the same functions, in the same order, so a question of the one is known again as that of the other by
 * its path and query. Each answer is taken once: what is asked a second time is asked of the cluster.
 *
 * Cases: an answer that is still under way is waited for. From the first question of who takes, nothing more is asked ahead:
 * else both would ask for the next page of a list. A failure is taken like an answer.
 */
import type { ApiRequest } from "./api-request.ts";
import type { Client } from "./client.ts";

export interface AheadClient {
  /** Reads ahead. Rejects with ReadingTaken once `taking` was asked something. */
  readonly ahead: Client;
  /** Asks the cluster only what was not read ahead. */
  readonly taking: Client;
}

/** Nothing is read ahead any more, because who needs it reads by itself now. */
export class ReadingTaken extends Error {
  constructor() {
    super("the cluster is being read already");
    this.name = "ReadingTaken";
  }
}

export function createAheadClient(client: Client): AheadClient {
  const answers = new Map<string, Promise<unknown>>();
  let taken = false;
  return {
    ahead: {
      ...client,
      json(request, shape) {
        if (taken) return Promise.reject(new ReadingTaken());
        const answer = client.json(request, shape);
        answer.catch(() => undefined);
        answers.set(questionOf(request), answer);
        return answer;
      },
    },
    taking: {
      ...client,
      json<T>(request: ApiRequest, shape: Parameters<typeof client.json<T>>[1]): Promise<T> {
        taken = true;
        const question = questionOf(request);
        const known = answers.get(question);
        answers.delete(question);
        // The same question is asked with the same shape.
        return known === undefined ? client.json(request, shape) : (known as Promise<T>);
      },
    },
  };
}

const questionOf = ({ method, path, query }: ApiRequest): string =>
  JSON.stringify([method, path, new URLSearchParams(query).toString()]);
