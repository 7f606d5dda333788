import fc from "fast-check";
import { expect, test } from "vitest";
import { caseSensitiveGlobMatcher, globMatcher } from "../../../src/lib/glob.ts";

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

// A matcher that tries every way to divide the text among the stars would not come to an end.
test("a glob of many stars on a text that nearly fits", () => {
  expect(globMatcher(`${"*a".repeat(40)}b`)("a".repeat(2_000))).toBe(false);
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

test("names of files differ by case", () => {
  expect(["Fleet.conf", "fleet.conf"].map(caseSensitiveGlobMatcher("F*.conf"))).toEqual([true, false]);
});
