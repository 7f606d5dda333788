import { expect, test } from "vitest";
import { suggestionHint } from "../../../../src/load/diagnostics/suggest.ts";
import { fakeToken } from "../load-files.ts";

test("a suggestion shows names like a message: on one line, without control characters or secrets", () => {
  expect(suggestionHint("emea", ["eme\u2028a"], "")).toBe('Did you mean "eme\\u{2028}a"?');
  expect(suggestionHint("something else", ["emea", "a\u001b[2Jb\n"], "")).toBe("Known here: emea, a\\u{1b}[2Jb\\u{a}.");
  expect(suggestionHint("something else", [fakeToken()], "")).not.toContain(fakeToken());
});
