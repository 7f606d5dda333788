import { describe, expect, test } from "vitest";
import { done, failed, type Outcome, skipped } from "../../../src/execute/outcome.ts";
import { runRollout, waves } from "../../../src/execute/rollout.ts";
import type { Amount, Rollout } from "../../../src/model/inventory.ts";
import { aRollout } from "../../support/builders.ts";
import { keepingLog } from "../../support/log.ts";

describe("waves", () => {
  test.each<[string, Partial<Rollout>, number, readonly number[]]>([
    ["a canary, then quarters", {}, 12, [1, 3, 3, 3, 2]],
    ["percentages round up and are of all hosts", { batch: { percent: 30 } }, 10, [1, 3, 3, 3]],
    ["never below 1", { canary: { percent: 1 }, batch: { percent: 1 } }, 3, [1, 1, 1]],
    ["one host", {}, 1, [1]],
    ["no host", {}, 0, []],
    ["no canary", { canary: { count: 0 }, batch: { count: 5 } }, 7, [5, 2]],
    ["all at once", { canary: { percent: 100 } }, 7, [7]],
    ["a batch of 0 still goes on", { batch: { count: 0 } }, 3, [1, 1, 1]],
    ["more than there are", { canary: { count: 50 } }, 3, [3]],
  ])("%s", (_name, rollout, total, sizes) => {
    expect(waves(aRollout(rollout), total)).toEqual(sizes);
  });
});

/** Which hosts are worked on, and which are skipped, when those with the given numbers end otherwise. */
async function rolledOut(total: number, rollout: Partial<Rollout>, outcomes: Readonly<Record<number, Outcome>>) {
  const log = keepingLog();
  const worked: number[] = [];
  const left: number[] = [];
  let running = 0;
  const inParallel: number[] = [];
  await runRollout(
    Array.from({ length: total }, (_, index) => index + 1),
    aRollout(rollout),
    async (item) => {
      worked.push(item);
      running += 1;
      inParallel.push(running);
      await Promise.resolve();
      running -= 1;
      return outcomes[item] ?? done(1);
    },
    (item, outcome) => {
      left.push(item);
      expect(outcome).toMatchObject({ status: "skipped", error: { code: "rollout-stopped" } });
    },
    { log, environment: "abc-p1" },
  );
  const logged = log.entries.map(({ message, fields: { environment: _environment, ...rest } }) => [message, rest]);
  return { worked, left, inParallel, logged };
}

const failure = failed(1, "x", "x");
const one: Partial<Rollout> = { canary: { count: 1 }, batch: { count: 2 } };
const count = (number: number): Amount => ({ count: number });

describe("stopping", () => {
  test("with maxFailures 0 a failing canary leaves everything else alone", async () => {
    const { worked, left } = await rolledOut(5, { ...one, maxFailures: count(0) }, { 1: failure });
    expect([worked, left]).toEqual([[1], [2, 3, 4, 5]]);
  });

  test("as many failures as allowed do not stop, one more does", async () => {
    const outcomes = { 1: failure, 2: failure };
    expect((await rolledOut(5, { ...one, maxFailures: count(2) }, outcomes)).left).toEqual([]);
    expect((await rolledOut(5, { ...one, maxFailures: count(1) }, outcomes)).left).toEqual([4, 5]);
  });

  test("10 % of three hosts is one", async () => {
    expect((await rolledOut(3, { ...one, batch: count(1) }, { 1: failure })).left).toEqual([]);
    expect((await rolledOut(3, { ...one, batch: count(1) }, { 1: failure, 2: failure })).left).toEqual([3]);
  });

  test("uncertain counts as failed; stale and skipped do not", async () => {
    const uncertain: Outcome = { status: "uncertain", attempts: 1 };
    const stale: Outcome = { status: "stale", attempts: 0 };
    expect((await rolledOut(3, { ...one, maxFailures: count(0) }, { 1: uncertain })).left).toEqual([2, 3]);
    expect((await rolledOut(3, { ...one, maxFailures: count(0) }, { 1: stale })).left).toEqual([]);
    expect((await rolledOut(3, { ...one, maxFailures: count(0) }, { 1: skipped("a", "b") })).left).toEqual([]);
  });

  test("waves are logged, and once that the rest is left alone", async () => {
    const { logged } = await rolledOut(7, { ...one, maxFailures: count(0) }, { 2: failure });
    expect(logged).toEqual([
      ["wave begins", { wave: "canary", waves: 4, hosts: 1 }],
      ["wave begins", { wave: "batch 1", waves: 4, hosts: 2 }],
      ["rollout stopped", { failures: 1, limit: 0, left: 4 }],
    ]);
    const withoutCanary = await rolledOut(2, { ...one, canary: count(0) }, {});
    expect(withoutCanary.logged).toEqual([["wave begins", { wave: "batch 1", waves: 1, hosts: 2 }]]);
  });

  test("a wave is worked on side by side, and the next one only when it has ended", async () => {
    const { inParallel } = await rolledOut(5, one, {});
    expect(inParallel).toEqual([1, 1, 2, 1, 2]);
  });
});
