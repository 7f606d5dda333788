import { expect, test } from "vitest";
import { compareText, lastLines, sortedSet } from "../../../src/lib/text.ts";

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
