import type { ApiRequest } from "../dynatrace/api-request.ts";
import type { Client } from "../dynatrace/client.ts";
import { parseJson } from "../lib/parse-json.ts";
import type { FetchResponse } from "../ports.ts";

/** What a cluster answered, whatever it was. */
export interface Asked {
  readonly status: number;
  readonly headers: FetchResponse["headers"];
  /** The JSON of the body; null: there is none. */
  readonly body: unknown;
}

/** By which a cluster says no: an answer like any other. What comes from a busy one or from a proxy is none. */
const refusals = [400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 422, 501, 510];
/** What may come while an environment does not serve yet, or not any more. */
export const absences = [401, 403, 404, 500, 502, 503, 504];
/** The built-in proxy of a cluster waits 120 s. */
const patience = 130_000;

/** Asks once, and takes a refusal for an answer. Throws ApiError where none came. */
export async function ask(client: Client, request: ApiRequest, further: readonly number[] = []): Promise<Asked> {
  const { status, headers, text } = await client.send({
    timeout: patience,
    ...request,
    accept: [...refusals, ...further],
  });
  return { status, headers, body: parsed(text) };
}

function parsed(text: string | null): unknown {
  try {
    return parseJson(text ?? "");
  } catch {
    return null;
  }
}

export const isSuccess = ({ status }: Pick<Asked, "status">): boolean => status >= 200 && status < 300;

/** The member of a body that a way of names leads to; undefined: there is none. */
export function memberAt(body: unknown, ...names: readonly string[]): unknown {
  let value = body;
  for (const name of names) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

export const textsAt = (body: unknown, ...names: readonly string[]): readonly string[] => {
  const value = memberAt(body, ...names);
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
};
