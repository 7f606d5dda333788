import { nestingExceeds } from "../lib/json-nesting.ts";
import { parseJson } from "../lib/parse-json.ts";
import { type Shape, ShapeMismatch } from "./answer-shape.ts";
import { ApiError, isPage, pageHint } from "./api-error.ts";
import { type AnsweredCall, UnexpectedAnswer } from "./unexpected-answer.ts";

/** The deepest documented answer has 6 levels. */
const deepestNesting = 64;

/**
 * The body of an answer as its shape describes it. Throws UnexpectedAnswer, or ApiError `not-json` when something other
 * than the cluster answered.
 */
export function parseAnswer<T>(text: string | null, shape: Shape<T>, call: AnsweredCall): T {
  if (text === null) throw notJson("something that is not UTF-8 text", call);
  if (nestingExceeds(text, deepestNesting))
    throw new UnexpectedAnswer(call, `it is nested more than ${deepestNesting} levels deep`);
  const value = parseBody(text, call);
  try {
    return shape(value);
  } catch (error) {
    if (error instanceof ShapeMismatch) throw new UnexpectedAnswer(call, error.message, error);
    throw error;
  }
}

/** The JSON that came with a refusal; null where there is none. */
export function refusalBody({ body }: ApiError): unknown {
  if (nestingExceeds(body, deepestNesting)) return null;
  try {
    return parseJson(body);
  } catch {
    return null;
  }
}

function parseBody(text: string, call: AnsweredCall): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw notJson(isPage(text) ? "an HTML page" : "something that is not JSON", call, error);
  }
}

/** What answered is not the API: a write that it was the answer to may have been carried out or not. */
export function notJson(what: string, { method, path, status, attempts }: AnsweredCall, cause?: unknown): ApiError {
  return new ApiError(
    `${method} ${path}: ${what} came instead of an API answer`,
    { method, path, status, code: "not-json", effect: method === "GET" ? "none" : "unknown", attempts },
    {
      cause,
      hint: pageHint,
    },
  );
}
