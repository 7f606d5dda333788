import { describe, expect, test } from "vitest";
import type { Group } from "../../../../src/model/inventory.ts";
import type { ClusterSeed } from "../../../../src/sandbox/cluster/snapshot.ts";
import { actionsOf, aGroup, anEnvironment, anInventory } from "../../../support/builders.ts";
import {
  aClusterWorld,
  type ClusterWorld,
  type ClusterWorldOptions,
  contentOf,
  writesTo,
} from "../../../support/cluster-world.ts";

const ids = ["abc-p1", "abc-t1", "xyz-p1"];
const groupsPath = "/api/v1.0/onpremise/groups";
const environments = ids.map((id) => ({ id }));

function worldWith(groups: ClusterSeed["groups"] = [], options: ClusterWorldOptions = {}) {
  return aClusterWorld({ seed: { environments: [...environments, { id: "foreign" }], groups }, ...options });
}

const inventoryWith = (...groups: readonly Group[]) =>
  anInventory({ environments: ids.map((id) => anEnvironment({ id })), groups });

const groupIn = (world: ClusterWorld, name = "operators") =>
  contentOf(world.cluster).groups.find((group) => group.name === name);

/** Does something between what the executor reads and what it writes. */
function justBefore(world: ClusterWorld, method: string, act: () => void): void {
  let acted = false;
  world.cluster.onRequest((request) => {
    if (request.method !== method || acted) return;
    acted = true;
    act();
  });
}

describe("one write a group", () => {
  test("a new one with all its rights", async () => {
    const world = worldWith();
    const access = { "abc-p1": ["LOG_VIEWER"], "abc-t1": ["VIEWER"], "xyz-p1": ["AGENT_INSTALL"] };
    expect(await world.converge(inventoryWith(aGroup({ access, ldapGroupNames: ["a"] })))).toEqual([]);
    expect(writesTo(world.cluster)).toEqual([`POST ${groupsPath}`]);
    expect(groupIn(world)).toMatchObject({
      ldapGroupNames: ["a"],
      accessRight: { AGENT_INSTALL: ["xyz-p1"], LOG_VIEWER: ["abc-p1"], VIEWER: ["abc-p1", "abc-t1", "xyz-p1"] },
    });
  });

  test("an update of mapping and many rights, read just before", async () => {
    const world = worldWith([{ name: "operators", accessRight: { VIEWER: ["abc-p1"] } }]);
    const access = { "abc-t1": ["LOG_VIEWER"], "xyz-p1": ["VIEWER"] };
    const inventory = inventoryWith(aGroup({ access, ssoGroupNames: ["s"] }));
    const plan = await world.plan(inventory);
    expect(plan.changes).toHaveLength(4);
    const from = world.cluster.requests.length;
    expect((await world.apply(plan, inventory)).map(({ status }) => status)).toEqual(["done", "done", "done", "done"]);
    expect(world.cluster.requests.slice(from).map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET ${groupsPath}`,
      `GET ${groupsPath}/operators`,
      `PUT ${groupsPath}`,
      `GET ${groupsPath}/operators`,
    ]);
  });

  test("everything else about the group is carried through", async () => {
    const accessRight = { SOMETHING_NEW: ["abc-p1", "foreign"], VIEWER: ["abc-p1", "foreign"], DEMO_USER: ["foreign"] };
    const world = worldWith([
      { name: "operators", isManageAccount: true, ldapGroupNames: ["l"], ssoGroupNames: ["s"], accessRight },
    ]);
    const access = { "abc-p1": ["VIEWER", "SOMETHING_NEW"], "abc-t1": ["VIEWER"] };
    expect(await world.converge(inventoryWith(aGroup({ access })))).toEqual([]);
    expect(groupIn(world)).toMatchObject({
      isManageAccount: true,
      ldapGroupNames: ["l"],
      ssoGroupNames: ["s"],
      accessRight: {
        SOMETHING_NEW: ["abc-p1", "foreign"],
        VIEWER: ["abc-p1", "abc-t1", "foreign"],
        DEMO_USER: ["foreign"],
      },
    });
  });

  test("renamed, it keeps its id, its rights and gets the new ones", async () => {
    const world = worldWith([{ name: "ops", accessRight: { VIEWER: ["foreign"] } }]);
    expect(
      await world.converge(inventoryWith(aGroup({ previously: ["ops"], access: { "abc-p1": ["VIEWER"] } }))),
    ).toEqual([]);
    expect(groupIn(world)).toMatchObject({ id: "ops", accessRight: { VIEWER: ["abc-p1", "foreign"] } });
    expect(writesTo(world.cluster)).toEqual([`PUT ${groupsPath}`]);
  });

  test("deleting one that is gone meanwhile is done", async () => {
    const world = worldWith([{ name: "operators" }]);
    const inventory = inventoryWith(aGroup({ state: "absent" }));
    const plan = await world.plan(inventory);
    world.cluster.removeGroup("operators");
    expect(await world.apply(plan, inventory)).toMatchObject([{ status: "done", attempts: 0 }]);
  });
});

describe("names that differ in case alone", () => {
  const twins = [
    { id: "one", name: "Operators" },
    { id: "two", name: "operators" },
    { id: "three", name: "OPERATORS" },
  ];

  test("the exact one is written, the others are left as they are", async () => {
    const world = worldWith(twins);
    const access = { "abc-p1": ["VIEWER"] };
    expect(await world.converge(inventoryWith(aGroup({ access, ldapGroupNames: ["a"] })))).toEqual([]);
    expect(contentOf(world.cluster).groups.map(({ id, ldapGroupNames }) => [id, ldapGroupNames])).toEqual(
      expect.arrayContaining([
        ["one", []],
        ["two", ["a"]],
        ["three", []],
      ]),
    );
  });

  test("the exact one is removed, and the next plan removes no other", async () => {
    const world = worldWith(twins);
    const inventory = inventoryWith(aGroup({ state: "absent" }));
    expect(await world.apply(await world.plan(inventory), inventory)).toMatchObject([{ status: "done" }]);
    expect((await world.plan(inventory)).changes).toEqual([]);
    expect(contentOf(world.cluster).groups.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["Operators", "OPERATORS"]),
    );
  });

  test.each<[string, readonly string[]]>([
    ["several others", ["one", "three"]],
    ["one other", ["one"]],
  ])(
    "when the exact one goes after the plan and %s stay, its changes are stale and nothing is written",
    async (_rest, rest) => {
      const world = worldWith(twins.filter(({ id }) => id === "two" || rest.includes(id)));
      const inventory = inventoryWith(aGroup({ access: { "abc-p1": ["VIEWER"] }, ldapGroupNames: ["a"] }));
      const plan = await world.plan(inventory);
      const removal = await world.plan(inventoryWith(aGroup({ state: "absent" })));
      world.cluster.removeGroup("operators");
      expect((await world.apply(plan, inventory)).map(({ status }) => status)).toEqual(["stale", "stale"]);
      expect((await world.apply(removal, inventory)).map(({ status }) => status)).toEqual(["stale"]);
      expect(writesTo(world.cluster)).toEqual([]);
    },
  );
});

describe("other writers", () => {
  const access = { "abc-p1": ["LOG_VIEWER"], "abc-t1": ["LOG_VIEWER"] };

  test("foreign rights that came since the plan are kept", async () => {
    const world = worldWith([{ name: "operators" }]);
    const inventory = inventoryWith(aGroup({ access }));
    const plan = await world.plan(inventory);
    world.cluster.setGroup("operators", { accessRight: { VIEWER: ["foreign"] } });
    expect((await world.apply(plan, inventory)).map(({ status }) => status)).toEqual(["done", "done"]);
    expect(groupIn(world)?.accessRight["VIEWER"]).toEqual(expect.arrayContaining(["foreign", "abc-p1"]));
  });

  test("rights that differ from the plan are stale, the others are made", async () => {
    const world = worldWith([{ name: "operators" }]);
    const inventory = inventoryWith(aGroup({ access }));
    const plan = await world.plan(inventory);
    world.cluster.setGroup("operators", { accessRight: { AGENT_INSTALL: ["abc-t1"] } });
    expect(await world.apply(plan, inventory)).toMatchObject([
      { id: "permission/emea/operators/abc-p1", status: "done" },
      { id: "permission/emea/operators/abc-t1", status: "stale", attempts: 0 },
    ]);
    expect(groupIn(world)?.accessRight).toMatchObject({ AGENT_INSTALL: ["abc-t1"], LOG_VIEWER: ["abc-p1"] });
  });

  test("a change between reading and writing is found by reading back when it hits the same rights", async () => {
    const world = worldWith([{ name: "operators", accessRight: { VIEWER: ["abc-p1"] } }]);
    const inventory = inventoryWith(aGroup({ access: { "abc-p1": ["LOG_VIEWER"] } }));
    const plan = await world.plan(inventory);
    let puts = 0;
    world.cluster.onRequest(({ method }) => {
      if (method === "PUT") puts += 1;
      if (method === "GET" && puts === 1)
        world.cluster.setGroup("operators", { accessRight: { AGENT_INSTALL: ["abc-p1"] } });
    });
    expect(await world.apply(plan, inventory)).toMatchObject([{ status: "failed", error: { code: "overwritten" } }]);
    expect(puts).toBe(1);
  });

  test("one that was removed meanwhile is stale, and not made again", async () => {
    const world = worldWith([{ name: "operators" }]);
    const inventory = inventoryWith(aGroup({ access, ldapGroupNames: ["x"] }));
    const plan = await world.plan(inventory);
    world.cluster.removeGroup("operators");
    expect((await world.apply(plan, inventory)).map(({ status }) => status)).toEqual(["stale", "stale", "stale"]);
    expect(writesTo(world.cluster)).toEqual([]);
  });

  test("rights alone never make a group, whatever its name was", async () => {
    const world = worldWith([{ name: "operators" }]);
    const inventory = inventoryWith(aGroup({ access: { "abc-p1": ["VIEWER"] } }));
    const plan = await world.plan(inventory);
    world.cluster.setGroup("operators", { name: "renamed by hand" });
    expect(await world.apply(plan, inventory)).toMatchObject([{ status: "stale" }]);
    expect(world.cluster.snapshot().groups.map(({ name }) => name)).toEqual(["renamed by hand"]);
  });

  test("one that is removed and made again between reading and writing is stale", async () => {
    const world = worldWith([{ name: "Operators", id: "old-id" }]);
    const inventory = inventoryWith(aGroup({ name: "Operators", access: { "abc-p1": ["VIEWER"] } }));
    justBefore(world, "PUT", () => {
      world.cluster.removeGroup("Operators");
      world.cluster.setGroup("Operators", {});
    });
    expect(await world.converge(inventory)).toMatchObject([{ status: "stale" }]);
    expect(await world.converge(inventory)).toEqual([]);
  });

  test("a new name that is taken meanwhile fails", async () => {
    const world = worldWith([{ name: "ops" }]);
    justBefore(world, "PUT", () => world.cluster.setGroup("operators", {}));
    const results = await world.converge(inventoryWith(aGroup({ previously: ["ops"] })));
    expect(results).toMatchObject([{ status: "failed", error: { code: "http-406" } }]);
  });
});

describe("a name that is taken (406)", () => {
  const declared = aGroup({ ldapGroupNames: ["a"], access: { "abc-p1": ["VIEWER"] } });

  test("adopted when the group is as declared: what is missing is added", async () => {
    const world = worldWith();
    justBefore(world, "POST", () => world.cluster.setGroup("operators", { ldapGroupNames: ["A"] }));
    const inventory = inventoryWith(declared);
    expect((await world.apply(await world.plan(inventory), inventory)).map(({ status }) => status)).toEqual([
      "done",
      "done",
    ]);
    expect(writesTo(world.cluster)).toEqual([`POST ${groupsPath}`, `PUT ${groupsPath}`]);
    expect(groupIn(world)?.accessRight).toEqual({ VIEWER: ["abc-p1"] });
  });

  test("left alone when it is not: stale, and so are its rights", async () => {
    const world = worldWith();
    justBefore(world, "POST", () => world.cluster.setGroup("operators", { ldapGroupNames: ["theirs"] }));
    const inventory = inventoryWith(declared);
    expect((await world.apply(await world.plan(inventory), inventory)).map(({ status }) => status)).toEqual([
      "stale",
      "stale",
    ]);
    expect(groupIn(world)).toMatchObject({ ldapGroupNames: ["theirs"], accessRight: {} });
  });

  test("an id that is taken by another name fails", async () => {
    const world = worldWith([{ name: "oper ators" }]);
    const inventory = inventoryWith(declared);
    expect(await world.converge(inventory)).toMatchObject([
      { status: "failed", error: { code: "http-406" } },
      { status: "failed" },
    ]);
  });

  test("a creation whose answer was lost is found by its name", async () => {
    const world = worldWith([], { switches: { staleReads: 1_500 } });
    const inventory = inventoryWith(declared);
    const plan = await world.plan(inventory);
    world.cluster.addFault({ match: { method: "POST" }, do: "commit-then-cut" });
    expect((await world.apply(plan, inventory)).map(({ status }) => status)).toEqual(["done", "done"]);
    expect(world.cluster.snapshot().groups).toHaveLength(1);
  });
});

describe("environments that the cluster does not have", () => {
  test("rights left over from deleted ones are dropped, one list and one question each for the whole run", async () => {
    const dead = { VIEWER: ["abc-p1", "dead-1", "dead-2", "foreign"] };
    const world = worldWith([
      { name: "operators", accessRight: dead },
      { name: "two", accessRight: dead },
    ]);
    const access = { "abc-p1": ["VIEWER"], "abc-t1": ["VIEWER"] };
    const inventory = inventoryWith(aGroup({ access }), aGroup({ name: "two", access }));
    const plan = await world.plan(inventory);
    const from = world.cluster.requests.length;
    expect((await world.apply(plan, inventory)).map(({ status }) => status)).toEqual(["done", "done"]);
    expect(groupIn(world)?.accessRight).toEqual({ VIEWER: ["abc-p1", "abc-t1", "foreign"] });
    const lists = world.cluster.requests.slice(from).filter(({ path }) => path === "/api/cluster/v2/environments");
    expect(lists).toHaveLength(1);
    expect(actionsOf(await world.plan(inventory))).toEqual([]);
  });

  test("nothing is dropped while the cluster takes them", async () => {
    const world = worldWith([{ name: "operators", accessRight: { VIEWER: ["foreign"] } }]);
    world.cluster.addFault({ match: { method: "PUT" }, do: { status: 400 } });
    expect(await world.converge(inventoryWith(aGroup({ access: { "abc-p1": ["VIEWER"] } })))).toEqual([]);
    expect(groupIn(world)?.accessRight).toEqual({ VIEWER: ["abc-p1", "foreign"] });
  });

  test("nothing is dropped when the environments cannot be read", async () => {
    const accessRight = { VIEWER: ["dead-1", "foreign"] };
    const world = worldWith([{ name: "operators", accessRight }]);
    const inventory = inventoryWith(aGroup({ access: { "abc-p1": ["VIEWER"] } }));
    const plan = await world.plan(inventory);
    world.cluster.addFault({
      match: { method: "GET", path: "/api/cluster/v2/environments*", times: Number.POSITIVE_INFINITY },
      do: { status: 403 },
    });
    expect(await world.apply(plan, inventory)).toMatchObject([{ status: "failed", error: { code: "http-400" } }]);
    expect(groupIn(world)?.accessRight).toEqual(accessRight);
  });

  test("a wanted one that is gone is stale, the other rights are granted", async () => {
    const world = worldWith([{ name: "operators" }]);
    const inventory = inventoryWith(aGroup({ access: { "abc-p1": ["VIEWER"], "abc-t1": ["VIEWER"] } }));
    const plan = await world.plan(inventory);
    world.cluster.removeEnvironment("abc-t1");
    expect(await world.apply(plan, inventory)).toMatchObject([
      { status: "done" },
      {
        id: "permission/emea/operators/abc-t1",
        status: "stale",
        error: { message: "the environment is no longer there" },
      },
    ]);
    expect(groupIn(world)?.accessRight).toEqual({ VIEWER: ["abc-p1"] });
  });

  test("one that the same run deletes is left out, also where lists still have it for a while", async () => {
    const world = aClusterWorld({
      seed: {
        environments: [{ id: "xyz-p1", state: "DISABLED", tags: ["dtsync:disabled=2020-01-01"] }, { id: "foreign" }],
        groups: [{ name: "operators", ssoGroupNames: ["s"], accessRight: { VIEWER: ["foreign", "xyz-p1"] } }],
      },
      switches: { staleReads: 500 },
    });
    const inventory = anInventory({
      environments: [anEnvironment({ id: "xyz-p1", state: "absent" })],
      groups: [aGroup({ ssoGroupNames: [] })],
      safety: { maxRemovals: 9 },
    });
    expect(actionsOf(await world.plan(inventory))).toHaveLength(2);
    expect(await world.converge(inventory)).toEqual([]);
    expect(groupIn(world)?.accessRight).toEqual({ VIEWER: ["foreign"] });
  });

  test("one that is unknown for a moment is waited for", async () => {
    const world = worldWith();
    world.cluster.addFault({ match: { method: "POST", times: 3 }, do: { status: 400 } });
    expect(await world.converge(inventoryWith(aGroup({ access: { "abc-p1": ["VIEWER"] } })))).toEqual([]);
  });
});

test("a group that has become too large for a request fails before it is sent, and says what to do", async () => {
  const many = Array.from({ length: 15_000 }, (_, index) => `${"customer-with-a-long-name-".repeat(2)}${index}-p1`);
  const world = worldWith([{ name: "operators", accessRight: { VIEWER: ["foreign"] } }]);
  const inventory = inventoryWith(aGroup({ access: { "abc-p1": ["VIEWER"] } }));
  const plan = await world.plan(inventory);
  world.cluster.setGroup("operators", { accessRight: { VIEWER: many } });
  expect(await world.apply(plan, inventory)).toMatchObject([
    {
      status: "failed",
      error: { code: "group-too-large", message: expect.stringMatching(/\d{3} kB.*fewer environments/) },
    },
  ]);
  expect(writesTo(world.cluster)).toEqual([]);
});

test("a right that somebody gives while an environment is unknown to the cluster is kept", async () => {
  const world = worldWith([{ name: "operators", accessRight: { VIEWER: ["foreign"] } }]);
  const inventory = inventoryWith(aGroup({ access: { "abc-p1": ["LOG_VIEWER"] } }));
  const plan = await world.plan(inventory);
  world.cluster.addFault({ match: { method: "PUT", times: 2 }, do: { status: 400 } });
  justBefore(world, "PUT", () => world.cluster.setGroup("operators", { accessRight: { AGENT_INSTALL: ["foreign"] } }));
  expect(await world.apply(plan, inventory)).toMatchObject([{ status: "done" }]);
  expect(groupIn(world)?.accessRight).toMatchObject({ LOG_VIEWER: ["abc-p1"], AGENT_INSTALL: ["foreign"] });
});
