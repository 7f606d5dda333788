import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { afterLook, afterRun, type Pace } from "../../../src/watch/pace.ts";

const pace: Pace = { interval: 180_000, driftInterval: 3_600_000, jitter: 0.1 };
const middle = () => 0.5;

describe("the wait", () => {
  test("is the interval while all goes well", () => {
    expect(afterLook(pace, 0, middle)).toBe(180_000);
    expect(afterRun(pace, 0, middle)).toBe(3_600_000);
  });

  test("grows from a short one with each failure, up to the interval", () => {
    const looks = [1, 2, 3, 4, 5, 6, 7, 100].map((failures) => afterLook(pace, failures, middle) / 1_000);
    expect(looks).toEqual([5, 10, 20, 40, 80, 160, 180, 180]);
    const runs = [1, 2, 7, 8].map((failures) => afterRun(pace, failures, middle) / 1_000);
    expect(runs).toEqual([30, 60, 1_920, 3_600]);
  });

  test("is never off by more than the jitter", () => {
    const anyPace = fc.record({
      interval: fc.integer({ min: 30_000, max: 600_000_000 }),
      driftInterval: fc.integer({ min: 60_000, max: 600_000_000 }),
      jitter: fc.double({ min: 0, max: 0.5, noNaN: true }),
    });
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(anyPace, fc.nat(50), random, (any, failures, chance) => {
        const wait = afterLook(any, failures, () => chance);
        expect(wait).toBeGreaterThan(0);
        expect(wait).toBeLessThanOrEqual(Math.ceil(any.interval * (1 + any.jitter)));
        expect(Math.abs(wait - afterLook(any, failures, middle))).toBeLessThanOrEqual(any.interval * any.jitter + 1);
      }),
    );
  });
});
