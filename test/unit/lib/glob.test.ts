import fc from "fast-check";
import { expect, test } from "vitest";
import { globMatcher } from "../../../src/lib/glob.ts";

test.each([
  ["*", "", true],
  ["abc-*", "ABC-p1", true],
  ["*-p?", "abc-p1", true],
  ["*-p?", "abc-p10", false],
  ["abc", "abcd", false],
  ["a.c", "abc", false],
  ["a+(b)[c]{d}^$|\\", "a+(b)[c]{d}^$|\\", true],
  ["?", "🚀", true],
  ["a*b", "a\nb", true],
  ["", "", true],
])("the glob %j and %j", (glob, text, matches) => {
  expect(globMatcher(glob)(text)).toBe(matches);
});

test("a glob of many stars is not slow", () => {
  const started = performance.now();
  expect(globMatcher(`${"*a".repeat(12)}b`)("a".repeat(60))).toBe(false);
  expect(performance.now() - started).toBeLessThan(500);
});

test("as a regular expression would on short texts", () => {
  const short = (unit: string) => fc.string({ unit: fc.constantFrom(...unit), maxLength: 6 });
  fc.assert(
    fc.property(short("ab*?"), short("abB"), (glob, text) => {
      const expression = new RegExp(`^${glob.replaceAll(/\*+/g, ".*").replaceAll("?", ".")}$`, "is");
      expect(globMatcher(glob)(text)).toBe(expression.test(text));
    }),
    { numRuns: 1_000 },
  );
});
