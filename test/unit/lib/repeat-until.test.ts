import { describe, expect, test } from "vitest";
import { attempted, attempts, pauses, repeatUntil, unwrap, within } from "../../../src/lib/repeat-until.ts";
import { fakeClock } from "../../support/fake-clock.ts";

const start = new Date("2026-01-01T00:00:00Z");
const never = () => false;

describe("repeatUntil", () => {
  test("gives the first settled value and waits for nothing after it", async () => {
    const clock = fakeClock(start);
    const value = await repeatUntil(
      async (attempt) => attempt,
      (found) => found === 3,
      attempts(5, 100),
      { clock },
    );
    expect(value).toBe(3);
    expect(clock.waits).toEqual([100, 100]);
  });

  test("gives the last value when the policy gives up", async () => {
    const clock = fakeClock(start);
    expect(await repeatUntil(async (attempt) => attempt, never, pauses([10, 20]), { clock })).toBe(3);
    expect(clock.waits).toEqual([10, 20]);
  });

  test("tells the policy the attempt and its value", async () => {
    const seen: unknown[] = [];
    const policy = (attempt: number, value: string) => {
      seen.push([attempt, value]);
      return attempt < 2 ? 0 : null;
    };
    await repeatUntil(async (attempt) => `value ${attempt}`, never, policy, { clock: fakeClock(start) });
    expect(seen).toEqual([
      [1, "value 1"],
      [2, "value 2"],
    ]);
  });

  test("does not sleep where the pause is nothing", async () => {
    const clock = fakeClock(start);
    expect(await repeatUntil(async (attempt) => attempt, never, attempts(3), { clock })).toBe(3);
    expect(clock.waits).toEqual([]);
  });

  test("repeats within a time of the clock and not beyond it", async () => {
    const clock = fakeClock(start);
    const value = await repeatUntil(async (attempt) => attempt, never, within(clock, 250, 100), { clock });
    expect(value).toBe(4);
    expect(clock.waits).toEqual([100, 100, 100]);
  });

  test("makes one attempt and no more where the signal is aborted already", async () => {
    const clock = fakeClock(start);
    const signal = AbortSignal.abort();
    expect(await repeatUntil(async (attempt) => attempt, never, attempts(3, 10), { clock, signal })).toBe(1);
    expect(clock.waits).toEqual([]);
  });

  test("makes no further attempt after an abort during the pause", async () => {
    const controller = new AbortController();
    const clock = fakeClock(start);
    const aborting = {
      ...clock,
      sleep: async (milliseconds: number) => {
        await clock.sleep(milliseconds);
        controller.abort();
      },
    };
    const ports = { clock: aborting, signal: controller.signal };
    expect(await repeatUntil(async (attempt) => attempt, never, attempts(9, 10), ports)).toBe(1);
    expect(clock.waits).toEqual([10]);
  });

  test("looks once more after an abort during the pause where it is to", async () => {
    const controller = new AbortController();
    const clock = fakeClock(start);
    const aborting = {
      ...clock,
      sleep: async (milliseconds: number) => {
        await clock.sleep(milliseconds);
        controller.abort();
      },
    };
    const ports = { clock: aborting, signal: controller.signal, lastLook: true };
    expect(await repeatUntil(async (attempt) => attempt, never, attempts(9, 10), ports)).toBe(2);
    expect(clock.waits).toEqual([10]);
  });

  test("ends with what the step throws", async () => {
    const step = async () => {
      throw new Error("a bug");
    };
    await expect(repeatUntil(step, never, attempts(3), { clock: fakeClock(start) })).rejects.toThrow("a bug");
  });
});

describe("attempted", () => {
  test("makes a failure a value that unwrap throws again", async () => {
    const error = new Error("it failed");
    const result = await attempted(async () => {
      throw error;
    });
    expect(result).toEqual({ failed: true, error });
    expect(() => unwrap(result)).toThrow(error);
  });

  test("leaves a value a value", async () => {
    expect(unwrap(await attempted(async () => 7))).toBe(7);
  });
});
