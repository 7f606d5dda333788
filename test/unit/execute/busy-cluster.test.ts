import { expect, test } from "vitest";
import { anEnvironment, anInventory } from "../../support/builders.ts";
import { aClusterWorld } from "../../support/cluster-world.ts";

const manyEnvironments = (count: number) =>
  anInventory({
    environments: Array.from({ length: count }, (_, index) =>
      anEnvironment({ id: `abc-p${index + 1}`, settings: { name: `ABC ${index + 1}` } }),
    ),
  });

test("a cluster that takes three requests at once refuses no more than a tenth of them, and everything is made", async () => {
  const inventory = manyEnvironments(260);
  const world = aClusterWorld({
    switches: { clusterPool: { threads: 3, queue: 0 }, processingTime: 20 },
    seed: { environments: inventory.environments.map(({ id }) => ({ id, name: "Old" })) },
  });
  const results = await world.apply(await world.plan(inventory), inventory);
  expect(results.filter(({ status }) => status !== "done")).toEqual([]);
  const { requests } = world.cluster;
  const refused = requests.filter(({ status }) => status === 429);
  expect(requests.length).toBeGreaterThan(500);
  expect(refused.length / requests.length).toBeLessThan(0.1);
});

test("as many are written at once as the cluster may be asked, and after an interrupt no more are begun", async () => {
  const interrupt = new AbortController();
  const world = aClusterWorld();
  const inventory = manyEnvironments(100);
  const plan = await world.plan(inventory);
  world.cluster.onRequest(async ({ method }) => {
    if (method === "PUT") interrupt.abort();
  });
  const results = await world.apply(plan, inventory, { signal: interrupt.signal });
  const written = world.cluster.requests.filter(({ method }) => method === "PUT");
  expect(written).toHaveLength(16);
  expect(results.filter(({ status }) => status === "skipped")).toHaveLength(100 - 16);
});
