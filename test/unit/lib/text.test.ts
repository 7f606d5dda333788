import { expect, test } from "vitest";
import { compareText, lastLines, shortened, sortedSet } from "../../../src/lib/text.ts";

test("order is that of code units, and a set has each value once", () => {
  expect([compareText("B", "a"), compareText("a", "a"), compareText("b", "a")]).toEqual([-1, 0, 1]);
  expect(sortedSet(["b", "a", "B", "a"])).toEqual(["B", "a", "b"]);
});

test("the last lines are those that hold something", () => {
  expect(lastLines("one\r\n\n  two \nthree\n\n", 2)).toBe("two; three");
  expect(lastLines("\n \n", 3)).toBe("");
});

test("of a line that goes on and on the beginning is enough", () => {
  expect(lastLines(`short\n${"x".repeat(1_000_000)}`, 2)).toBe(`short; ${"x".repeat(299)}…`);
});

test("a text that is cut ends with whole characters", () => {
  expect(shortened("abcdef", 6)).toBe("abcdef");
  expect(shortened("abcdefg", 6)).toBe("abcde…");
  expect(shortened("abcd\u{1f534}fg", 6)).toBe("abcd…");
  expect(shortened("abc\u{1f534}fg", 6)).toBe("abc\u{1f534}…");
});
