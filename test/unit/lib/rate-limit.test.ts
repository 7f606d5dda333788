import { expect, test } from "vitest";
import { createRateLimit } from "../../../src/lib/rate-limit.ts";
import type { Clock } from "../../../src/ports.ts";
import { noon } from "../../support/builders.ts";
import { fakeClock } from "../../support/fake-clock.ts";

/** Milliseconds until all of some pieces have been taken, by so many at once. */
async function timeFor(limit: ReturnType<typeof createRateLimit>, clock: Clock, pieces: readonly number[]) {
  const began = clock.now().getTime();
  for (const piece of pieces) await limit.take(piece);
  await limit.take(1);
  return clock.now().getTime() - began;
}

test("as much passes in a second as is allowed, for one", async () => {
  const clock = fakeClock(noon);
  const passed = await timeFor(
    createRateLimit(1_000, clock),
    clock,
    Array.from({ length: 50 }, () => 100),
  );
  expect(passed).toBeGreaterThanOrEqual(5_000);
  expect(passed).toBeLessThan(5_010);
});

test("and for many together, who get the same", async () => {
  const clock = fakeClock(noon);
  const limit = createRateLimit(1_000, clock);
  const taken = [0, 0, 0];
  await Promise.all(
    taken.map(async (_none, index) => {
      while (clock.now().getTime() - noon.getTime() < 9_000) {
        await limit.take(100);
        taken[index] = (taken[index] ?? 0) + 100;
      }
    }),
  );
  const all = taken.reduce((sum, one) => sum + one, 0);
  expect(all).toBeGreaterThanOrEqual(8_900);
  expect(all).toBeLessThan(9_500);
  expect(Math.max(...taken) - Math.min(...taken)).toBeLessThanOrEqual(100);
});

test("what is taken elsewhere is not taken here, for as long as it is", async () => {
  const clock = fakeClock(noon);
  const limit = createRateLimit(1_000, clock);
  const [first, second] = [limit.leave(500), limit.leave(250)];
  expect(await timeFor(limit, clock, Array(10).fill(100))).toBeCloseTo(4_000, -1);
  first();
  expect(await timeFor(limit, clock, Array(10).fill(100))).toBeCloseTo(1_333, -2);
  second();
  expect(await timeFor(limit, clock, Array(10).fill(100))).toBeCloseTo(1_000, -1);
});

test("whoever takes here goes on, however much is taken elsewhere", async () => {
  const clock = fakeClock(noon);
  const limit = createRateLimit(1_000, clock);
  limit.leave(5_000);
  await limit.take(1);
  expect(await timeFor(limit, clock, [1])).toBeLessThanOrEqual(3_000);
});

test("a clock that is set back lets nobody wait for it to catch up", async () => {
  const clock = fakeClock(noon);
  const limit = createRateLimit(1_000, clock);
  await limit.take(500);
  clock.pass(500);
  clock.set(new Date(0));
  await limit.take(500);
  expect(clock.waits).toEqual([]);
});

test("whoever is interrupted waits no longer", async () => {
  const limit = createRateLimit(1, fakeClock(noon));
  await limit.take(1_000_000);
  await expect(limit.take(1, AbortSignal.abort(new Error("over")))).rejects.toThrow("over");
});
