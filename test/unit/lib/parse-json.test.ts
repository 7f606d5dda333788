import { expect, test } from "vitest";
import { parseJson } from "../../../src/lib/parse-json.ts";

test("JSON becomes data", () => {
  expect(parseJson('{ "a": [1, null] }')).toEqual({ a: [1, null] });
});

test.each(["pass-word", '{ "token": pass-word }', '["pass-word"', '"pass-word\n"', ""])(
  "the error for %j quotes nothing of it",
  (text) => {
    expect(() => parseJson(text)).toThrow(new SyntaxError("it is not JSON"));
  },
);
