import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defaultRetryPolicy, retryDelay, serverAdvice } from "../../../src/dynatrace/retry.ts";

const now = Date.parse("2026-03-10T12:00:00Z");
const advice = (headers: Readonly<Record<string, string>>) =>
  serverAdvice({ get: (name) => headers[name.toLowerCase()] ?? null }, now);

describe("the server's advice", () => {
  test.each<[string, Record<string, string>, number | null]>([
    ["none", {}, null],
    ["seconds", { "retry-after": "5" }, 5_000],
    ["a part of a second is at least one", { "retry-after": "0.2" }, 1_000],
    ["zero", { "retry-after": "0" }, 1_000],
    ["negative", { "retry-after": "-3" }, 1_000],
    ["hours are cut to two minutes", { "retry-after": "86400" }, 120_000],
    ["a date", { "retry-after": "Tue, 10 Mar 2026 12:00:30 GMT" }, 30_000],
    ["a date that has passed", { "retry-after": "Tue, 10 Mar 2026 11:00:00 GMT" }, 1_000],
    ["nonsense", { "retry-after": "soon" }, null],
    ["nonsense beside a reset", { "retry-after": "soon", "x-ratelimit-reset": String(now / 1_000 + 9) }, 9_000],
    ["Retry-After comes first", { "retry-after": "2", "x-ratelimit-reset": String(now / 1_000 + 9) }, 2_000],
    ["reset in microseconds", { "x-ratelimit-reset": String((now + 15_000) * 1_000) }, 15_000],
    ["reset in milliseconds", { "x-ratelimit-reset": String(now + 15_000) }, 15_000],
    ["reset in seconds", { "x-ratelimit-reset": String((now + 15_000) / 1_000) }, 15_000],
    ["reset that has passed", { "x-ratelimit-reset": String(now - 60_000) }, 1_000],
    ["reset in a year", { "x-ratelimit-reset": String(now * 1_000 + 3.15e13) }, 120_000],
    ["reset of nothing", { "x-ratelimit-reset": "0" }, null],
    ["reset that is no number", { "x-ratelimit-reset": "later" }, null],
  ])("%s", (_name, headers, wait) => {
    expect(advice(headers)).toBe(wait);
  });
});

test("waits stay between half of the step and the step, and never above the limit", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, random) => {
      const ceiling = Math.min(500 * 2 ** (attempt - 1), 30_000);
      const wait = retryDelay(defaultRetryPolicy, attempt, null, () => random);
      expect(wait).toBeGreaterThanOrEqual(ceiling / 2);
      expect(wait).toBeLessThanOrEqual(ceiling);
    }),
  );
});

test("advice is never undercut, and clients do not return together", () => {
  expect(retryDelay(defaultRetryPolicy, 5, 7_000, () => 0)).toBe(7_000);
  expect(retryDelay(defaultRetryPolicy, 5, 7_000, () => 0.5)).toBe(7_250);
});
