import fc from "fast-check";
import { expect, test } from "vitest";
import type { Inventory } from "../../../src/model/inventory.ts";
import type { Plan } from "../../../src/model/plan.ts";
import type { Fault } from "../../../src/sandbox/cluster/faults.ts";
import type { ClusterSeed } from "../../../src/sandbox/cluster/snapshot.ts";
import type { ClusterSwitches } from "../../../src/sandbox/cluster/switches.ts";
import { seedFromInventory } from "../../../src/sandbox/seed-from-inventory.ts";
import { actionsOf } from "../../support/builders.ts";
import { aClusterWorld, type ClusterWorld, contentOf } from "../../support/cluster-world.ts";
import { randomFaults, randomInventory, randomSeed, zoneInventory, zoneSeed } from "../../support/random-worlds.ts";
import { expectUnmanagedUntouched } from "../../support/unmanaged.ts";

function expectApplicable({ changes }: Plan): void {
  const before = new Set<string>();
  for (const { id, dependsOn } of changes) {
    expect(dependsOn.filter((dependency) => !before.has(dependency))).toEqual([]);
    before.add(id);
  }
}

/** Worlds of all that a cluster has, or with much of what is rare among that. */
const worlds = [
  ["everything", randomInventory, randomSeed],
  ["rights on management zones", zoneInventory, zoneSeed],
] as const;

const throughJson = (plan: Plan): Plan => JSON.parse(JSON.stringify(plan));

/** Plans and applies until nothing but held items is left; gives what the first run ended with. */
async function expectConvergence(world: ClusterWorld, inventory: Inventory): Promise<void> {
  const plan = await world.plan(inventory);
  expectApplicable(plan);
  const results = await world.apply(throughJson(plan), inventory);
  expect(results.filter(({ status }) => status !== "done")).toEqual([]);
  world.clock.pass(10_000);
  if (plan.held.length > 0) {
    // Zones of an environment that was disabled can be read once it is enabled.
    const next = await world.plan(inventory);
    expect(next.changes.filter(({ kind }) => kind !== "zone-permission")).toEqual([]);
    const left = await world.apply(throughJson(next), inventory);
    expect(left.filter(({ status }) => status !== "done")).toEqual([]);
    world.clock.pass(10_000);
  }
  expect(actionsOf(await world.plan(inventory))).toEqual([]);
}

const runs = { numRuns: 25 };

test.each(worlds)(
  "after an apply of %s the plan is empty, and what is not declared is as it was",
  async (_, inventories, seeds) => {
    await fc.assert(
      fc.asyncProperty(inventories, seeds, async (inventory, seed) => {
        const world = aClusterWorld({ seed });
        const before = contentOf(world.cluster);
        await expectConvergence(world, inventory);
        expectUnmanagedUntouched(before, contentOf(world.cluster), inventory);
        const settled = contentOf(world.cluster);
        await expectConvergence(world, inventory);
        expect(contentOf(world.cluster)).toEqual(settled);
      }),
      runs,
    );
  },
);

test.each(worlds)(
  "a cluster that begins with what is declared of %s has nothing left to do",
  async (_, inventories) => {
    await fc.assert(
      fc.asyncProperty(inventories, async (inventory) => {
        const world = aClusterWorld({ seed: seedFromInventory(inventory, "emea") });
        expect(actionsOf(await world.plan(inventory))).toEqual([]);
      }),
      runs,
    );
  },
);

const switches: fc.Arbitrary<Partial<ClusterSwitches>> = fc.record(
  {
    staleReads: fc.constantFrom(500, 2_000, 5_000),
    listDelay: fc.constantFrom(500, 2_000),
    impliedRights: fc.boolean(),
    omittedFields: fc.constantFrom("kept", "reset"),
    rightsOfDeletedEnvironment: fc.constantFrom("kept", "removed"),
    unknownEnvironmentDelete: fc.constantFrom(400, 404),
    unknownGroupDelete: fc.constantFrom(200, 400),
    ldapNameOfNewGroup: fc.boolean(),
    cachedConsumption: fc.constantFrom(0, 3_600_000),
    environmentReadyAfter: fc.constantFrom(0, 3_000),
  },
  { requiredKeys: [] },
);

test("however the cluster resolves what nobody documents", async () => {
  await fc.assert(
    fc.asyncProperty(randomInventory, randomSeed, switches, async (inventory, seed, given) => {
      const world = aClusterWorld({ seed, switches: given });
      const before = contentOf(world.cluster);
      await expectConvergence(world, inventory);
      expectUnmanagedUntouched(before, contentOf(world.cluster), inventory);
    }),
    runs,
  );
});

test.each(worlds)(
  "through trouble that passes with %s: what was not done is done by the next run, and nothing foreign is hurt",
  async (_, inventories, seeds) => {
    const statuses = new Set<string>();
    await fc.assert(
      fc.asyncProperty(inventories, seeds, randomFaults, async (inventory, seed, faults) => {
        const world = aClusterWorld({ seed });
        const before = contentOf(world.cluster);
        const plan = await world.plan(inventory);
        const added = faults.map((fault: Fault) => world.cluster.addFault(fault));
        for (const { status, error } of await world.apply(plan, inventory)) {
          statuses.add(status);
          expect(error?.code).not.toBe("internal");
        }
        for (const fault of added) fault.remove();
        await expectConvergence(world, inventory);
        expectUnmanagedUntouched(before, contentOf(world.cluster), inventory);
      }),
      runs,
    );
    expect(statuses).toContain("done");
  },
);

test.each(worlds)("trouble while reading %s is held back, never taken for absence", async (_, inventories, seeds) => {
  await fc.assert(
    fc.asyncProperty(inventories, seeds, randomFaults, async (inventory, seed, faults) => {
      const world = aClusterWorld({ seed });
      const undisturbed = await world.plan(inventory);
      const added = faults.map((fault: Fault) =>
        world.cluster.addFault({ ...fault, match: { ...fault.match, method: "GET", times: Number.POSITIVE_INFINITY } }),
      );
      const disturbed = await world.plan(inventory);
      for (const fault of added) fault.remove();
      const expected = new Map(undisturbed.changes.map((change) => [change.id, change.action]));
      expect(disturbed.changes.filter(({ id, action }) => expected.get(id) !== action)).toEqual([]);
      if (disturbed.changes.length < undisturbed.changes.length) expect(disturbed.held).not.toEqual([]);
    }),
    runs,
  );
});

/** Rights on zones of an environment that is declared disabled are made as long as it is enabled, and then left alone. */
function settled({ cluster }: ClusterWorld, { environments }: Inventory) {
  const disabled = new Set(environments.filter(({ state }) => state === "disabled").map(({ id }) => id));
  const { zoneRights, ...content } = contentOf(cluster);
  return { ...content, zoneRights: zoneRights.filter(({ environment }) => !disabled.has(environment)) };
}

/** A run that stops existing after so many requests, the last of which the cluster may still have carried out. */
async function killedRun(seed: ClusterSeed, inventory: Inventory, after: number, committed: boolean) {
  let left = Number.POSITIVE_INFINITY;
  let kill = () => {};
  const killed = new Promise<void>((resolve) => {
    kill = resolve;
  });
  const world = aClusterWorld({
    seed,
    wrap: (fetch) => async (url, request) => {
      left -= 1;
      if (left > 0) return fetch(url, request);
      if (left === 0 && committed) await fetch(url, request);
      kill();
      return new Promise(() => undefined);
    },
  });
  const plan = await world.plan(inventory);
  left = after;
  await Promise.race([world.apply(plan, inventory), killed]);
  left = Number.POSITIVE_INFINITY;
  return world;
}

test.each(worlds)(
  "a run about %s that is killed after any request is finished by running again",
  async (_, inventories, seeds) => {
    await fc.assert(
      fc.asyncProperty(
        inventories,
        seeds,
        fc.integer({ min: 1, max: 30 }),
        fc.boolean(),
        async (inventory, seed, after, committed) => {
          const undisturbed = aClusterWorld({ seed });
          await expectConvergence(undisturbed, inventory);
          const world = await killedRun(seed, inventory, after, committed);
          await expectConvergence(world, inventory);
          expect(settled(world, inventory)).toEqual(settled(undisturbed, inventory));
        },
      ),
      runs,
    );
  },
);
