import { describe, expect, test } from "vitest";
import type { Environment } from "../../../../src/model/inventory.ts";
import { aChange, actionsOf, anEnvironment, anInventory } from "../../../support/builders.ts";
import { aClusterWorld, type ClusterWorldOptions, writesTo } from "../../../support/cluster-world.ts";

const path = "/api/cluster/v2/environments/abc-p1";

async function applied(declared: Partial<Environment>, options: ClusterWorldOptions = {}) {
  const world = aClusterWorld(options);
  const inventory = anInventory({ environments: [anEnvironment(declared)], safety: { deleteAfter: 0 } });
  const results = await world.apply(await world.plan(inventory), inventory);
  const found = world.cluster.snapshot().environments.find(({ id }) => id.toLowerCase() === "abc-p1");
  return { world, inventory, results, found };
}

const seeded = (given: object): ClusterWorldOptions => ({ seed: { environments: [{ id: "abc-p1", ...given }] } });

describe("tags", () => {
  test("disabling adds the day, and keeps dtsync's and the other tags", async () => {
    const { found } = await applied(
      { state: "absent" },
      seeded({ tags: ["x", "dtsync:note", "dtsync:disabled=2020-01-01"] }),
    );
    expect(found).toMatchObject({ state: "DISABLED", tags: ["dtsync:disabled=2026-03-10", "dtsync:note", "x"] });
  });

  test("enabling takes the day away, and no other", async () => {
    const { found } = await applied(
      { state: "enabled" },
      seeded({ state: "DISABLED", tags: ["x", "dtsync:note", "dtsync:disabled=2020-01-01"] }),
    );
    expect(found).toMatchObject({ state: "ENABLED", tags: ["dtsync:note", "x"] });
  });

  test("declared tags replace all but dtsync's own", async () => {
    const { found } = await applied({ settings: { tags: ["b"] } }, seeded({ tags: ["a", "dtsync:note"] }));
    expect(found?.tags).toEqual(["b", "dtsync:note"]);
  });

  test("one that was disabled by hand gets the tag, stays disabled, and can be deleted by the next plan", async () => {
    const { world, inventory, found } = await applied({ state: "absent" }, seeded({ state: "DISABLED", tags: ["x"] }));
    expect(found).toMatchObject({ state: "DISABLED", tags: ["dtsync:disabled=2026-03-10", "x"] });
    expect(actionsOf(await world.plan(inventory))).toEqual(["delete environment/abc-p1"]);
    expect(await world.converge(inventory)).toEqual([]);
    expect(world.cluster.snapshot().environments).toEqual([]);
  });
});

describe("a touched quota group is sent complete, the others are not sent", () => {
  test("siblings keep their limits, usage is not sent, other groups stay", async () => {
    const quotas = {
      demUnits: { monthlyLimit: 5, annualLimit: 50 },
      davisDataUnits: { monthlyLimit: 7, annualLimit: 70 },
    };
    const { results, found } = await applied(
      { settings: { quotas: { demUnits: { monthlyLimit: 6 } }, storage: { transactionStorage: { maxLimit: 9 } } } },
      seeded({ quotas, tags: ["kept"], trial: true, name: "Kept" }),
    );
    expect(results.map(({ status }) => status)).toEqual(["done"]);
    expect(found).toMatchObject({ name: "Kept", trial: true, tags: ["kept"] });
    expect(found?.quotas["demUnits"]).toEqual({ monthlyLimit: 6, annualLimit: 50 });
    expect(found?.quotas["davisDataUnits"]).toEqual(quotas.davisDataUnits);
    expect(found?.storage["transactionStorage"]).toEqual({ maxLimit: 9 });
  });

  test("a limit that the licence does not allow fails, and the message names it", async () => {
    const { results } = await applied({ settings: { quotas: { customMetrics: { maxLimit: 1 } } } });
    expect(results).toMatchObject([
      { status: "failed", error: { code: "http-400", message: expect.stringContaining("quotas.customMetrics") } },
    ]);
  });
});

describe("read, compare, write, read back", () => {
  test("what is as wanted by now is done without a write", async () => {
    const world = aClusterWorld();
    const inventory = anInventory({ environments: [anEnvironment()] });
    const plan = await world.plan(inventory);
    await world.converge(inventory);
    const writes = writesTo(world.cluster).length;
    expect(await world.apply(plan, inventory)).toMatchObject([{ status: "done", attempts: 0 }]);
    expect(writesTo(world.cluster)).toHaveLength(writes);
  });

  test.each([
    ["it was changed", { name: "By hand" }],
    ["it was disabled, which is another field", { state: "DISABLED", name: "Old" }],
  ] as const)("stale: %s", async (_name, change) => {
    const world = aClusterWorld(seeded({ name: "Old" }));
    const inventory = anInventory({ environments: [anEnvironment({ settings: { name: "New" }, state: "enabled" })] });
    const plan = await world.plan(inventory);
    world.cluster.setEnvironment("abc-p1", change);
    const [result] = await world.apply(plan, inventory);
    if (change.name === "Old") {
      // Only what the change is about counts, and the write keeps the rest as it is now.
      expect(result?.status).toBe("done");
      expect(world.cluster.snapshot().environments[0]).toMatchObject({ name: "New", state: "DISABLED" });
    } else {
      expect(result).toMatchObject({
        status: "stale",
        attempts: 0,
        error: { code: "stale", message: /name has changed/ },
      });
      expect(writesTo(world.cluster)).toEqual([]);
    }
  });

  test("stale: it was made by somebody else, and is not as declared", async () => {
    const world = aClusterWorld();
    const inventory = anInventory({ environments: [anEnvironment({ settings: { name: "New" } })] });
    const plan = await world.plan(inventory);
    world.cluster.setEnvironment("abc-p1", { name: "Theirs" });
    expect(await world.apply(plan, inventory)).toMatchObject([{ status: "stale" }]);
    expect(world.cluster.snapshot().environments[0]?.name).toBe("Theirs");
  });

  test("stale: it is gone, or enabled again before it was deleted", async () => {
    const inventory = anInventory({ environments: [anEnvironment({ settings: { name: "New" } })] });
    const gone = aClusterWorld(seeded({ name: "Old" }));
    const plan = await gone.plan(inventory);
    gone.cluster.removeEnvironment("abc-p1");
    expect(await gone.apply(plan, inventory)).toMatchObject([{ status: "stale" }]);

    const absent = anInventory({ environments: [anEnvironment({ state: "absent" })], safety: { deleteAfter: 0 } });
    const back = aClusterWorld(seeded({ state: "DISABLED", tags: ["dtsync:disabled=2020-01-01"] }));
    const deletion = await back.plan(absent);
    expect(actionsOf(deletion)).toEqual(["delete environment/abc-p1"]);
    back.cluster.setEnvironment("abc-p1", { state: "ENABLED" });
    expect(await back.apply(deletion, absent)).toMatchObject([{ status: "stale" }]);
    expect(back.cluster.snapshot().environments).toHaveLength(1);
  });

  test.each(["cut", "commit-then-cut", { html: 503 }, { status: 500 }] as const)(
    "a lost answer (%s) is settled by reading back",
    async (action) => {
      const world = aClusterWorld();
      const inventory = anInventory({ environments: [anEnvironment()] });
      const plan = await world.plan(inventory);
      world.cluster.addFault({ match: { method: "PUT" }, do: action });
      const repeated = action !== "commit-then-cut";
      expect(await world.apply(plan, inventory)).toMatchObject([{ status: "done", attempts: repeated ? 2 : 1 }]);
      expect(writesTo(world.cluster)).toHaveLength(repeated ? 2 : 1);
    },
  );

  test("uncertain: the answer is lost and nothing can be read back", async () => {
    const world = aClusterWorld();
    const inventory = anInventory({ environments: [anEnvironment()] });
    const plan = await world.plan(inventory);
    const reads = world.cluster.requests.length;
    world.cluster.addFault({ match: { method: "PUT" }, do: "commit-then-cut" });
    world.cluster.addFault({ match: { method: "GET", nth: 2, times: Number.POSITIVE_INFINITY }, do: { html: 503 } });
    expect(await world.apply(plan, inventory)).toMatchObject([
      { status: "uncertain", attempts: 1, error: { code: "network", message: expect.stringContaining("cut") } },
    ]);
    expect(world.cluster.requests.length).toBeGreaterThan(reads + 2);
  });

  test("a write that the cluster refuses is not repeated", async () => {
    const world = aClusterWorld();
    const inventory = anInventory({ environments: [anEnvironment()] });
    const plan = await world.plan(inventory);
    world.cluster.startUpgrade({ duration: 60_000 });
    expect(await world.apply(plan, inventory)).toMatchObject([
      { status: "failed", attempts: 1, error: { code: "http-556", message: expect.stringContaining("upgrade") } },
    ]);
    expect(writesTo(world.cluster)).toHaveLength(1);
  });

  test("a write that was accepted is not repeated while a late node still tells of before", async () => {
    const { results, world } = await applied(
      { settings: { name: "New" } },
      { ...seeded({ name: "Old" }), switches: { staleReads: 6_000 } },
    );
    expect(results).toMatchObject([{ status: "done", attempts: 1 }]);
    expect(writesTo(world.cluster)).toEqual([`PUT ${path}`]);
  });

  test("one that the cluster accepts and forgets fails in the end", async () => {
    const world = aClusterWorld(seeded({ name: "Old" }));
    const inventory = anInventory({ environments: [anEnvironment({ settings: { name: "New" } })] });
    const plan = await world.plan(inventory);
    world.cluster.addFault({ match: { method: "PUT" }, do: { status: 204 } });
    expect(await world.apply(plan, inventory)).toMatchObject([{ status: "failed", error: { code: "not-taken" } }]);
    expect(writesTo(world.cluster)).toHaveLength(1);
  });
});

describe("time", () => {
  test("a deletion that is refused for a while after disabling is tried again", async () => {
    const world = aClusterWorld(seeded({ state: "DISABLED", tags: ["dtsync:disabled=2020-01-01"] }));
    const inventory = anInventory({ environments: [anEnvironment({ state: "absent" })] });
    world.cluster.addFault({ match: { method: "DELETE", times: 5 }, do: { status: 400 } });
    expect(await world.converge(inventory)).toEqual([]);
    expect(world.cluster.snapshot().environments).toEqual([]);
  });

  test("but not without end", async () => {
    const world = aClusterWorld(seeded({ state: "DISABLED", tags: ["dtsync:disabled=2020-01-01"] }));
    const inventory = anInventory({ environments: [anEnvironment({ state: "absent" })] });
    world.cluster.addFault({ match: { method: "DELETE", times: Number.POSITIVE_INFINITY }, do: { status: 400 } });
    expect(await world.converge(inventory)).toMatchObject([{ status: "failed", error: { code: "http-400" } }]);
    expect(world.clock.now().getTime() - Date.parse("2026-03-10T12:00:00Z")).toBeLessThan(120_000);
  });

  /** Creates an environment together with a change of a host that stands on it. */
  async function appliedWithHost(options: ClusterWorldOptions) {
    const world = aClusterWorld(options);
    const inventory = anInventory({ environments: [anEnvironment()] });
    const plan = await world.plan(inventory);
    const host = aChange({ kind: "host", action: "install", dependsOn: ["environment/abc-p1"] });
    const [result] = await world.apply({ ...plan, changes: [...plan.changes, host] }, inventory);
    return { world, inventory, result };
  }

  test("a new environment that hosts stand on is done when it answers", async () => {
    const { result, world } = await appliedWithHost({ switches: { environmentReadyAfter: 20_000 } });
    expect(result?.status).toBe("done");
    expect(result?.durationMs).toBeGreaterThanOrEqual(20_000);
    expect(world.cluster.requests.at(-1)).toMatchObject({ path: "/e/abc-p1/api/v1/time", status: 200, tokenId: null });
  });

  test("one that never answers fails, and the next run has nothing to create", async () => {
    const { result, world, inventory } = await appliedWithHost({ switches: { environmentReadyAfter: 3_600_000 } });
    expect(result).toMatchObject({ status: "failed", error: { code: "not-ready" } });
    expect(actionsOf(await world.plan(inventory))).toEqual([]);
  });

  test("one on which no host stands is not asked whether it answers", async () => {
    const { results, world } = await applied({}, { switches: { environmentReadyAfter: 3_600_000 } });
    expect(results).toMatchObject([{ status: "done", durationMs: 0 }]);
    expect(world.cluster.requests.some(({ path: asked }) => asked.startsWith("/e/"))).toBe(false);
  });

  test("one that is created disabled is not waited for", async () => {
    const { results, world } = await applied({ state: "disabled" });
    expect(results).toMatchObject([{ status: "done", durationMs: 0 }]);
    expect(world.cluster.requests.some(({ path: asked }) => asked.startsWith("/e/"))).toBe(false);
  });
});

test("an id that the cluster spells otherwise is the same environment", async () => {
  const { results, world } = await applied(
    { settings: { name: "New" } },
    { seed: { environments: [{ id: "ABC-P1" }] } },
  );
  expect(results).toMatchObject([{ status: "done" }]);
  expect(world.cluster.snapshot().environments).toMatchObject([{ id: "ABC-P1", name: "New" }]);
});
