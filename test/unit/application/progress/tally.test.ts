import { describe, expect, test } from "vitest";
import { createTally } from "../../../../src/application/progress/tally.ts";

const second = 1_000;

describe("a tally", () => {
  test("counts how things ended, those that never began included", () => {
    const tally = createTally("hosts", 5);
    for (const name of ["a", "b", "c"]) tally.started(name, 0);
    tally.ended("a", "made", second);
    tally.ended("b", "failure", second);
    tally.ended("d", "not-made", second);
    expect(tally.counts(second)).toMatchObject({ total: 5, done: 3, failed: 1, notMade: 1, running: 1 });
  });

  test("knows what runs longest", () => {
    const tally = createTally("hosts", 4);
    for (const [index, name] of ["a", "b", "c"].entries()) tally.started(name, index * second);
    tally.ended("a", "made", 4 * second);
    expect(tally.counts(5 * second).longest).toEqual([
      { name: "b", seconds: 4 },
      { name: "c", seconds: 3 },
    ]);
  });

  test("leaves out what waits, and counts its time from when it goes on", () => {
    const tally = createTally("hosts", 2);
    tally.started("a", 0);
    tally.waits("a");
    expect(tally.counts(second)).toMatchObject({ running: 0, done: 0, longest: [] });
    tally.started("a", 2 * second);
    expect(tally.counts(3 * second).longest).toEqual([{ name: "a", seconds: 1 }]);
  });

  test("names a few of them, however many there are", () => {
    const tally = createTally("hosts", 100_000);
    for (let host = 0; host < 100_000; host += 1) tally.started(`h${host}`, host);
    expect(tally.counts(100_000).longest.map(({ name }) => name)).toEqual(
      Array.from({ length: 10 }, (_, index) => `h${index}`),
    );
  });

  test("guesses nothing before it has seen some seconds, and when nothing ends", () => {
    const tally = createTally("hosts", 10);
    expect(tally.counts(0)).toMatchObject({ rate: null, secondsLeft: null });
    tally.started("a", 0);
    tally.ended("a", "made", second);
    expect(tally.counts(second)).toMatchObject({ rate: null, secondsLeft: null });
    const idle = createTally("hosts", 10);
    idle.started("a", 0);
    expect(idle.counts(30 * second)).toMatchObject({ rate: 0, secondsLeft: null });
  });

  test("tells how many end in a second, and how long the rest takes at that rate", () => {
    const tally = createTally("hosts", 100);
    tally.started("0", 0);
    for (let host = 0; host < 40; host += 1) tally.ended(String(host), "made", (host + 1) * 500);
    expect(tally.counts(20 * second)).toMatchObject({ rate: 2, secondsLeft: 30 });
  });

  test("does not tell the time left before a few have ended", () => {
    const tally = createTally("hosts", 10);
    tally.started("0", 0);
    const left = [1, 2, 3].map((host) => {
      tally.ended(String(host), "made", host * 5 * second);
      return tally.counts(host * 5 * second).secondsLeft;
    });
    expect(left).toEqual([null, null, 35]);
  });

  test("what is waited for to be seen does not run", () => {
    const tally = createTally("hosts", 2);
    tally.started("a", 0);
    tally.awaits("a");
    expect(tally.counts(9 * second)).toMatchObject({ running: 0, awaited: 1, done: 0, longest: [] });
    tally.ended("a", "made", 9 * second);
    expect(tally.counts(9 * second)).toMatchObject({ awaited: 0, done: 1 });
  });

  test("goes by the last minute, and not by a slow beginning", () => {
    const tally = createTally("hosts", 10_000);
    tally.started("0", 0);
    tally.ended("0", "made", 600 * second);
    for (let host = 1; host <= 1_200; host += 1) tally.ended(String(host), "made", 600 * second + host * 100);
    expect(tally.counts(720 * second).rate).toBeCloseTo(10, 0);
  });

  test("has nothing left to guess when all have ended", () => {
    const tally = createTally("hosts", 1);
    tally.started("a", 0);
    tally.ended("a", "made", 5 * second);
    expect(tally.counts(9 * second).secondsLeft).toBeNull();
  });
});
