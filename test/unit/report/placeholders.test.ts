import { expect, test } from "vitest";
import { placeholdersOf, valueWithPlaceholders, withPlaceholders } from "../../../src/report/placeholders.ts";

const placeholders = placeholdersOf({ customer: "abc", environment: "abc-p1", host: "web01.abc.example.com" });

test.each([
  ["abc-p1", "{environment}"],
  ["cn=abc-operators,ou=abc", "cn={customer}-operators,ou={customer}"],
  ["web01.abc.example.com: abc-p1", "{host}: {environment}"],
  ["fabcx abc1 1abc abcd", "fabcx abc1 1abc abcd"],
  ["abcabc abc", "abcabc {customer}"],
  ["abc-p10 of abc-p1", "{customer}-p10 of {environment}"],
  ["", ""],
])("%j becomes %j", (text, general) => {
  expect(withPlaceholders(text, placeholders)).toBe(general);
});

test("values keep their shape, and are the same where there is no name in them", () => {
  expect(valueWithPlaceholders({ a: ["abc", 1, null], b: { c: "x abc" } }, placeholders)).toEqual({
    a: ["{customer}", 1, null],
    b: { c: "x {customer}" },
  });
  const value = ["team:web", 4];
  expect(valueWithPlaceholders(value, placeholders)).toBe(value);
});

test("a change without names has no placeholders", () => {
  expect(placeholdersOf({ customer: null, environment: null, host: null })).toEqual([]);
});
