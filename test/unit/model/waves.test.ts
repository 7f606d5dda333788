import { describe, expect, test } from "vitest";
import type { Rollout } from "../../../src/model/inventory.ts";
import { wavesOf } from "../../../src/model/waves.ts";
import { aRollout } from "../../support/builders.ts";

const names = (total: number) => Array.from({ length: total }, (_, index) => `web${index + 1}`);

describe("sizes of waves", () => {
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
    const { waves } = wavesOf(names(total), aRollout(rollout));
    expect(waves.map(({ items }) => items.length)).toEqual(sizes);
    expect(waves.flatMap(({ items }) => items)).toEqual(names(total));
  });
});

test("batches are numbered from 1, with a canary before them and without", () => {
  const named = (rollout: Partial<Rollout>) =>
    wavesOf(names(5), aRollout({ batch: { count: 2 }, ...rollout })).waves.map(({ name, isCanary }) => [
      name,
      isCanary,
    ]);
  expect(named({})).toEqual([
    ["canary", true],
    ["batch 1", false],
    ["batch 2", false],
  ]);
  expect(named({ canary: { count: 0 } }).map(([name]) => name)).toEqual(["batch 1", "batch 2", "batch 3"]);
});

test("failures that are accepted are a part of all hosts", () => {
  expect(wavesOf(names(30), aRollout()).maxFailures).toBe(3);
  expect(wavesOf(names(30), aRollout({ maxFailures: { count: 0 } })).maxFailures).toBe(0);
});
