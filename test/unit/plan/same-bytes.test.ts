import fc from "fast-check";
import { expect, test } from "vitest";
import type { Inventory } from "../../../src/model/inventory.ts";
import type { ObservedCluster, Reading } from "../../../src/model/observed.ts";
import { aCluster, aHost, aHostReading, anEnvironment, planOf } from "../../support/builders.ts";
import { aClusterWorld } from "../../support/cluster-world.ts";
import { randomInventory, randomSeed } from "../../support/random-worlds.ts";

/** An order that a number decides, so that a failing one can be repeated. */
function shuffled<T>(items: readonly T[], key: number): readonly T[] {
  const rank = (index: number) => Math.imul(index + 1, 0x9e3779b1 ^ key) >>> 0;
  return items
    .map((item, index) => ({ item, at: rank(index) }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

const reordered = <T>(reading: Reading<readonly T[]>, key: number): Reading<readonly T[]> =>
  reading.status === "complete" ? { ...reading, value: shuffled(reading.value, key) } : reading;

const shuffledCluster = (cluster: ObservedCluster, key: number): ObservedCluster => ({
  ...cluster,
  environments: reordered(cluster.environments, key),
  groups: cluster.groups && reordered(cluster.groups, key),
});

/** The same inventory read in another order: files, keys of maps, items of sets. */
function shuffledInventory(inventory: Inventory, key: number): Inventory {
  const keys = <T extends object>(map: T): T => Object.fromEntries(shuffled(Object.entries(map), key)) as T;
  return {
    ...inventory,
    clusters: shuffled(inventory.clusters, key),
    environments: shuffled(inventory.environments, key).map(({ settings, ...environment }) => ({
      ...environment,
      settings: keys({
        ...settings,
        ...(settings.tags ? { tags: shuffled(settings.tags, key) } : {}),
        ...(settings.quotas ? { quotas: keys(settings.quotas) } : {}),
      }),
    })),
    groups: shuffled(inventory.groups, key).map(({ access, ...group }) => ({
      ...group,
      access: access && new Map(shuffled([...access], key)),
    })),
    hosts: shuffled(inventory.hosts, key),
  };
}

test("the order in which files were read and clusters answered does not change a plan's bytes", async () => {
  await fc.assert(
    fc.asyncProperty(randomInventory, randomSeed, fc.nat(), async (random, seed, key) => {
      const world = aClusterWorld({ seed, names: ["emea", "apac"] });
      const hosts = ["b.example.com", "a.example.com", "c.example.com"].map((name) => aHost({ name }));
      const inventory: Inventory = {
        ...random,
        clusters: [aCluster(), aCluster({ name: "apac" })],
        environments: [
          ...random.environments,
          ...["abc-z2", "abc-z1"].map((id) => anEnvironment({ id, cluster: "apac", settings: { name: "Z" } })),
        ],
        hosts,
      };
      const probes = new Map(hosts.map(({ name }) => [name, aHostReading()] as const));
      const observed = { clusters: (await world.observe(inventory)).clusters, hosts: probes };
      const plan = planOf({ inventory, observed });
      const again = planOf({
        inventory: shuffledInventory(inventory, key),
        observed: {
          clusters: new Map(
            shuffled([...observed.clusters], key).map(([name, one]) => [name, shuffledCluster(one, key)]),
          ),
          hosts: new Map(shuffled([...probes], key)),
        },
      });
      expect(JSON.stringify(again)).toBe(JSON.stringify(plan));
    }),
    { numRuns: 60 },
  );
});
