import { describe, expect, test } from "vitest";
import { execute } from "../../../src/execute/execute.ts";
import { createAppliers } from "../../../src/kinds/appliers.ts";
import type { Change } from "../../../src/model/change.ts";
import type { ChangeResult } from "../../../src/model/result.ts";
import { aChange, aCluster, aGroup, aHost, anEnvironment, anInventory, noon } from "../../support/builders.ts";
import { aClusterWorld } from "../../support/cluster-world.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { silentLog } from "../../support/log.ts";
import { everythingSeen } from "../../support/sightings.ts";

describe("one failure stops only what depends on it", () => {
  const inventory = anInventory({
    environments: [anEnvironment({ id: "abc-p1" }), anEnvironment({ id: "abc-t1" })],
    groups: [
      aGroup({ name: "both", access: { "abc-p1": ["VIEWER"], "abc-t1": ["VIEWER"] } }),
      aGroup({ name: "broken", access: { "abc-t1": ["VIEWER"] } }),
    ],
    hosts: [aHost({ environment: "abc-p1" })],
  });

  test("of an environment: its rights are skipped, the group and its other rights are made", async () => {
    const world = aClusterWorld();
    const plan = await world.plan(inventory);
    world.cluster.addFault({ match: { method: "PUT", path: "*/abc-p1" }, do: { status: 400, body: "no" } });
    const results = await world.apply(plan, inventory);
    expect(results.map(({ id, status, error }) => [id, status, error?.code])).toEqual([
      ["environment/abc-p1", "failed", "http-400"],
      ["environment/abc-t1", "done", undefined],
      ["group/emea/both", "done", undefined],
      ["permission/emea/both/abc-p1", "skipped", "dependency"],
      ["permission/emea/both/abc-t1", "done", undefined],
      ["group/emea/broken", "done", undefined],
      ["permission/emea/broken/abc-t1", "done", undefined],
    ]);
    expect(results[3]?.error?.message).toBe("environment/abc-p1 was not done (failed)");
    expect(await world.converge(inventory)).toEqual([]);
  });

  test("an environment that does not answer yet holds up its hosts alone, not its rights", async () => {
    const world = aClusterWorld({ switches: { environmentReadyAfter: 3_600_000 } });
    const own = anInventory({
      environments: [anEnvironment()],
      groups: [aGroup({ name: "noc", access: { "abc-p1": ["VIEWER"] } })],
    });
    const host = aChange({ kind: "host", action: "install", dependsOn: ["environment/abc-p1"] });
    const plan = await world.plan(own);
    const began = world.clock.now().getTime();
    const results = await world.apply({ ...plan, changes: [...plan.changes, host] }, own);
    expect(results.map(({ id, status, error }) => [id, status, error?.code])).toEqual([
      ["environment/abc-p1", "failed", "not-ready"],
      ["group/emea/noc", "done", undefined],
      ["permission/emea/noc/abc-p1", "done", undefined],
      ["host/web01.abc.example.com", "skipped", "dependency"],
    ]);
    const written = world.cluster.requests.find(({ method, path }) => method !== "GET" && path.includes("/groups"));
    expect((written?.at ?? Number.POSITIVE_INFINITY) - began).toBeLessThan(60_000);
    expect(await world.converge(own)).toEqual([]);
  });

  test("of the last administrators: nobody else is left who administrates the cluster, and they stay", async () => {
    const leaves = anInventory({ groups: [aGroup({ name: "a", state: "absent", access: null })] });
    const seed = ["a", "b"].map((name) => ({ name, isClusterAdminGroup: true }));
    const world = aClusterWorld({ seed: { groups: seed } });
    const plan = await world.plan(leaves);
    expect(plan.guards.filter(({ guard }) => guard === "lastClusterAdminGroup")).toEqual([]);
    world.cluster.setGroup("b", { isClusterAdminGroup: false });
    expect(await world.apply(plan, leaves)).toMatchObject([
      { status: "failed", error: { code: "last-administrators" } },
    ]);
    expect(world.cluster.snapshot().groups.map(({ name }) => name)).toContain("a");
    world.cluster.setGroup("b", { isClusterAdminGroup: true });
    expect(await world.apply(plan, leaves)).toMatchObject([{ status: "done" }]);
  });

  test.each([
    ["a page of a proxy", { html: 404 }],
    ["a refusal", { status: 400 }],
  ])("of a group that is in the list, and of which %s comes: its deletion is not done", async (_what, answer) => {
    const leaves = anInventory({ groups: [aGroup({ name: "a", state: "absent", access: null })] });
    const world = aClusterWorld({ seed: { groups: [{ name: "a" }] } });
    const plan = await world.plan(leaves);
    const times = Number.POSITIVE_INFINITY;
    world.cluster.addFault({ match: { method: "GET", path: "*/groups/a", times }, do: answer });
    expect(await world.apply(plan, leaves)).toMatchObject([{ status: "failed", attempts: 0 }]);
    expect(world.cluster.snapshot().groups.map(({ name }) => name)).toContain("a");
  });

  test("of an environment of which a page of a proxy comes: its deletion is not done", async () => {
    const absent = anInventory({ environments: [anEnvironment({ state: "absent" })] });
    const seed = { environments: [{ id: "abc-p1", state: "DISABLED" as const, tags: ["dtsync:disabled=2020-01-01"] }] };
    const world = aClusterWorld({ seed });
    const plan = await world.plan(absent);
    expect(plan.changes).toMatchObject([{ action: "delete" }]);
    const times = Number.POSITIVE_INFINITY;
    world.cluster.addFault({ match: { method: "GET", path: "*/environments/abc-p1", times }, do: { html: 404 } });
    expect(await world.apply(plan, absent)).toMatchObject([{ status: "failed" }]);
    expect(world.cluster.snapshot().environments).toHaveLength(1);
  });

  test("that is an upgrade of the cluster ends what was not begun on it, and the next run does the rest", async () => {
    const world = aClusterWorld();
    const many = anInventory({
      environments: Array.from({ length: 60 }, (_, index) => anEnvironment({ id: `abc-p${index + 1}` })),
    });
    const plan = await world.plan(many);
    const upgrade = world.cluster.addFault({
      match: { method: "PUT", path: "*/abc-p*", nth: 6, times: Number.POSITIVE_INFINITY },
      do: { status: 556 },
    });
    const results = await world.apply(plan, many);
    const ofStatus = (status: string) => results.filter((result) => result.status === status);
    expect(ofStatus("done")).toHaveLength(5);
    const refused = ofStatus("failed");
    expect(new Set(refused.map(({ error }) => error?.code))).toEqual(new Set(["http-556"]));
    expect(refused.length).toBeLessThan(40);
    expect(ofStatus("skipped")).toHaveLength(55 - refused.length);
    expect(ofStatus("skipped")[0]?.error).toEqual({
      code: "held",
      message: "an upgrade of the cluster emea is running: apply again in some minutes",
    });
    upgrade.remove();
    expect(await world.converge(many)).toEqual([]);
  });

  test("of a group: its rights fail with it, other groups are made", async () => {
    const world = aClusterWorld();
    const plan = await world.plan(inventory);
    world.cluster.setGroup("bro ken", {});
    const statuses = new Map((await world.apply(plan, inventory)).map(({ id, status }) => [id, status]));
    expect(statuses.get("group/emea/broken")).toBe("failed");
    expect(statuses.get("permission/emea/broken/abc-t1")).toBe("failed");
    expect(statuses.get("permission/emea/both/abc-t1")).toBe("done");
  });

  test("an environment is not disabled while its rights could not be taken away", async () => {
    const absent = anInventory({
      environments: [anEnvironment({ state: "absent" })],
      groups: [aGroup({ access: {} })],
    });
    const world = aClusterWorld({
      seed: { environments: [{ id: "abc-p1" }], groups: [{ name: "operators", accessRight: { VIEWER: ["abc-p1"] } }] },
    });
    const plan = await world.plan(absent);
    world.cluster.addFault({ match: { method: "PUT", path: "*/groups" }, do: { status: 403 } });
    expect(await world.apply(plan, absent)).toMatchObject([{ status: "failed" }, { status: "skipped" }]);
    expect(world.cluster.snapshot().environments[0]?.state).toBe("ENABLED");
  });

  test("the old administrators stay while the new ones could not be made", async () => {
    const swap = anInventory({
      groups: [aGroup({ name: "old", state: "absent" }), aGroup({ name: "new", isClusterAdminGroup: true })],
    });
    const world = aClusterWorld({ seed: { groups: [{ name: "old", isClusterAdminGroup: true }] } });
    const plan = await world.plan(swap);
    world.cluster.addFault({ match: { method: "POST", times: 9 }, do: { status: 400 } });
    await world.apply(plan, swap);
    expect(world.cluster.snapshot().groups).toMatchObject([{ name: "old", isClusterAdminGroup: true }]);
    expect(await world.converge(swap)).toEqual([]);
    expect(world.cluster.snapshot().groups).toMatchObject([{ name: "new", isClusterAdminGroup: true }]);
  });
});

describe("an interrupt", () => {
  test("what is running is finished, nothing new is started, and everything has a result", async () => {
    const inventory = anInventory({
      environments: Array.from({ length: 20 }, (_, index) => anEnvironment({ id: `abc-p${index + 1}` })),
      groups: [aGroup({ access: { "abc-p1": ["VIEWER"] } })],
    });
    const world = aClusterWorld();
    const plan = await world.plan(inventory);
    const interrupt = new AbortController();
    let puts = 0;
    world.cluster.onRequest(({ method }) => {
      if (method === "PUT" && ++puts === 3) interrupt.abort();
    });
    const results = await world.apply(plan, inventory, { signal: interrupt.signal });
    expect(results).toHaveLength(plan.changes.length);
    const made = world.cluster.snapshot().environments.length;
    expect(made).toBeGreaterThan(2);
    expect(made).toBeLessThan(20);
    expect(results.filter(({ error }) => error?.code === "internal")).toEqual([]);
    const untouched = results.filter(({ status }) => status === "skipped");
    expect(untouched.length).toBe(plan.changes.length - made);
    expect(new Set(untouched.map(({ error }) => error?.code))).toEqual(new Set(["interrupted"]));
    expect(await world.converge(inventory)).toEqual([]);
  });

  test("while waiting to repeat: what the cluster said last is the result", async () => {
    const inventory = anInventory({ environments: [anEnvironment()] });
    const world = aClusterWorld();
    const plan = await world.plan(inventory);
    const interrupt = new AbortController();
    world.cluster.addFault({ match: { method: "PUT", times: 9 }, do: { status: 429 } });
    world.cluster.onRequest(({ method }) => {
      if (method === "PUT") interrupt.abort(new Error("interrupted by the user"));
    });
    expect(await world.apply(plan, inventory, { signal: interrupt.signal })).toMatchObject([
      { status: "failed", error: { code: "http-429" } },
    ]);
  });

  test("while a deletion is refused for a while: it ends with the refusal", async () => {
    const inventory = anInventory({ environments: [anEnvironment({ state: "absent" })], safety: { deleteAfter: 0 } });
    const tags = ["dtsync:disabled=2026-03-01"];
    const world = aClusterWorld({ seed: { environments: [{ id: "abc-p1", state: "DISABLED", tags }] } });
    const plan = await world.plan(inventory);
    const interrupt = new AbortController();
    world.cluster.addFault({ match: { method: "DELETE", times: 99 }, do: { status: 400 } });
    world.cluster.onRequest(({ method }) => {
      if (method === "DELETE") interrupt.abort();
    });
    expect(await world.apply(plan, inventory, { signal: interrupt.signal })).toMatchObject([
      { status: "failed", error: { code: "http-400" } },
    ]);
  });

  test("before the run has begun: nothing is sent", async () => {
    const inventory = anInventory({ environments: [anEnvironment()] });
    const world = aClusterWorld();
    const plan = await world.plan(inventory);
    const requests = world.cluster.requests.length;
    const results = await world.apply(plan, inventory, { signal: AbortSignal.abort() });
    expect(results).toMatchObject([{ status: "skipped", attempts: 0, error: { code: "interrupted" } }]);
    expect(world.cluster.requests).toHaveLength(requests);
  });
});

describe("two clusters", () => {
  const inventory = anInventory({
    clusters: [aCluster(), aCluster({ name: "apac" })],
    environments: [anEnvironment(), anEnvironment({ id: "xyz-p1", cluster: "apac" })],
    groups: [
      aGroup({ access: { "abc-p1": ["VIEWER"] } }),
      aGroup({ cluster: "apac", access: { "xyz-p1": ["VIEWER"] } }),
    ],
  });

  test("each gets its own, also groups of one name", async () => {
    const world = aClusterWorld({ names: ["emea", "apac"] });
    expect(await world.converge(inventory)).toEqual([]);
    const rights = [...world.clusters.values()].map((cluster) => cluster.snapshot().groups[0]?.accessRight);
    expect(rights).toEqual([{ VIEWER: ["abc-p1"] }, { VIEWER: ["xyz-p1"] }]);
  });

  test("one that cannot be used: its changes are skipped", async () => {
    const world = aClusterWorld({ names: ["emea", "apac"] });
    const plan = await world.plan(inventory);
    const results = await world.apply(plan, anInventory({ ...inventory, clusters: [aCluster()] }));
    expect(results.filter(({ error }) => error?.code === "cluster-unusable").map(({ id }) => id)).toEqual([
      "environment/xyz-p1",
      "group/apac/operators",
    ]);
    expect(results.filter(({ status }) => status === "skipped")).toHaveLength(3);
    expect(results.filter(({ status }) => status === "done")).toHaveLength(3);
  });
});

test("every change starts at most once and gets exactly one result, in the order of the plan", async () => {
  const inventory = anInventory({
    environments: [anEnvironment(), anEnvironment({ id: "abc-t1" })],
    groups: [aGroup({ access: { "abc-p1": ["VIEWER"], "abc-t1": ["VIEWER"] } })],
  });
  const world = aClusterWorld();
  const plan = await world.plan(inventory);
  const told: ChangeResult[] = [];
  const results = await world.apply(plan, inventory, { onResult: (result) => told.push(result) });
  expect(results.map(({ id }) => id)).toEqual(plan.changes.map(({ id }) => id));
  expect([...told].sort((left, right) => (left.id < right.id ? -1 : 1))).toEqual(
    [...results].sort((left, right) => (left.id < right.id ? -1 : 1)),
  );
});

test("a dependency that is in no plan is nothing to wait for", async () => {
  const change = aChange({ kind: "environment", action: "update", dependsOn: ["environment/elsewhere"] });
  expect(await executed([change])).toMatchObject([{ error: { code: "cluster-unusable" } }]);
});

test("a host that its source no longer gives is stale", async () => {
  const change = aChange({ kind: "host", action: "install" });
  expect(await executed([change])).toMatchObject([{ status: "stale", attempts: 0 }]);
});

/** The results on no cluster and with no host. */
function executed(changes: readonly Change[]): Promise<readonly ChangeResult[]> {
  const fail = () => Promise.reject(new Error("not in this test"));
  const signal = new AbortController().signal;
  const clock = fakeClock(noon);
  const appliers = createAppliers(
    { hosts: [], environments: [anEnvironment()], concurrency: 1 },
    {
      clients: new Map(),
      clock,
      log: silentLog,
      signal,
      connect: fail,
      onTransfer: fail,
      installers: { provide: fail },
      sightings: everythingSeen,
      authorities: async () => "",
      lockWait: { seconds: 0, tries: 1 },
      origins: new Map(),
      connectWait: 0,
    },
  );
  return execute({ changes, signal, clock, onStart: () => undefined, onResult: () => undefined }, appliers);
}
