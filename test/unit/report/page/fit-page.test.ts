import { expect, test } from "vitest";
import { fitPage } from "../../../../src/report/page/fit-page.ts";

test("a page has as much as fits into 5 MB, and else the least", () => {
  expect(fitPage(({ value }) => "x".repeat(value))).toHaveLength(10_000);
  expect(fitPage(({ names }) => "x".repeat(names * 1_000))).toHaveLength(1_000_000);
  expect(fitPage(({ entries }) => "x".repeat(entries * 1_000))).toHaveLength(5_000_000);
  expect(fitPage(({ entries }) => "x".repeat(6_000_000 + entries))).toHaveLength(6_000_010);
});
