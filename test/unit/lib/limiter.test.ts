import fc from "fast-check";
import { expect, test } from "vitest";
import { createLimiter } from "../../../src/lib/limiter.ts";

test("never more than allowed at once, all get their turn, in the order of their arrival, also after failures", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.record({ turns: fc.integer({ min: 0, max: 4 }), fails: fc.boolean() }), { maxLength: 30 }),
      async (maximum, tasks) => {
        const limiter = createLimiter(maximum);
        const started: number[] = [];
        let running = 0;
        let most = 0;
        const outcomes = await Promise.allSettled(
          tasks.map(({ turns, fails }, index) =>
            limiter.run(async () => {
              started.push(index);
              running += 1;
              most = Math.max(most, running);
              for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
              running -= 1;
              if (fails) throw new Error("no");
            }),
          ),
        );
        expect(most).toBeLessThanOrEqual(maximum);
        expect(most).toBe(Math.min(most, tasks.length));
        expect(started).toEqual(tasks.map((_task, index) => index));
        expect(outcomes.map(({ status }) => status === "rejected")).toEqual(tasks.map(({ fails }) => fails));
      },
    ),
    { numRuns: 50 },
  );
});

test("all threads are used", async () => {
  const limiter = createLimiter(3);
  let running = 0;
  let most = 0;
  const work = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
  };
  await Promise.all(Array.from({ length: 9 }, () => limiter.run(work)));
  expect(most).toBe(3);
});

test("who stands aside lets others have the place, and goes on before those that have not begun", async () => {
  const limiter = createLimiter(1);
  const events: string[] = [];
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const aside = limiter.run(async () => {
    events.push("aside begins");
    expect(await limiter.standAside(() => gate.then(() => "opened"))).toBe("opened");
    events.push("aside goes on");
  });
  const second = limiter.run(async () => {
    events.push("second");
    open();
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  });
  const third = limiter.run(async () => void events.push("third"));
  await Promise.all([aside, second, third]);
  expect(events).toEqual(["aside begins", "second", "aside goes on", "third"]);
});

test("a wait aside that fails gives the place back as well", async () => {
  const limiter = createLimiter(1);
  const failing = limiter.run(() => limiter.standAside(() => Promise.reject(new Error("no"))));
  await expect(failing).rejects.toThrow("no");
  expect(await Promise.all([0, 1].map((one) => limiter.run(async () => one)))).toEqual([0, 1]);
});
