import fc from "fast-check";
import { expect, test } from "vitest";
import { nestingExceeds } from "../../../src/lib/json-nesting.ts";

const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);

test("levels are counted, and what stands in texts is not", () => {
  expect([nestingExceeds(nested(3), 3), nestingExceeds(nested(4), 3)]).toEqual([false, true]);
  expect(nestingExceeds('{"a":[{"b":"[[[[{{{{"}]}', 3)).toBe(false);
  expect(nestingExceeds('["\\"[[[["]', 1)).toBe(false);
  expect(nestingExceeds("[[],[],[],[]]", 2)).toBe(false);
});

test("a text that only opens is judged without parsing it", () => {
  expect(nestingExceeds("[".repeat(5_000_000), 64)).toBe(true);
  expect(nestingExceeds('"'.repeat(3), 1)).toBe(false);
});

test("whatever the data, it is as deep as its levels", () => {
  const depth = (value: unknown): number =>
    typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0;
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      expect(nestingExceeds(text, depth(value))).toBe(false);
      if (depth(value) > 0) expect(nestingExceeds(text, depth(value) - 1)).toBe(true);
    }),
  );
});
