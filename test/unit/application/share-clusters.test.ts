import { expect, test } from "vitest";
import { shareClusters } from "../../../src/application/share-clusters.ts";
import { aCluster, anInventory } from "../../support/builders.ts";

test("shards have no more requests in flight together than one run, and each has one", () => {
  const inventory = anInventory({
    clusters: [aCluster({ maxConcurrency: 16 }), aCluster({ name: "apac", maxConcurrency: 2 })],
  });
  const limits = (total: number) =>
    shareClusters(inventory, { index: 1, total }).clusters.map(({ maxConcurrency }) => maxConcurrency);
  expect(limits(1)).toEqual([16, 2]);
  expect(limits(3)).toEqual([5, 1]);
  expect(limits(99)).toEqual([1, 1]);
  expect(shareClusters(inventory, null)).toBe(inventory);
});
