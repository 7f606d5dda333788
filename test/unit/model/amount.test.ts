import { expect, test } from "vitest";
import { resolveAmount, showAmount } from "../../../src/model/amount.ts";

test("a percentage rounds up and is never below 1, a number is itself", () => {
  expect(resolveAmount({ percent: 10 }, 11)).toBe(2);
  expect(resolveAmount({ percent: 0 }, 0)).toBe(1);
  expect(resolveAmount({ count: 0 }, 10)).toBe(0);
});

test("amounts are shown as an inventory writes them", () => {
  expect(showAmount({ percent: 25 })).toBe("25%");
  expect(showAmount({ count: 3 })).toBe(3);
});
