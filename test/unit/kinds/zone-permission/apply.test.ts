import { describe, expect, test } from "vitest";
import type { Group } from "../../../../src/model/inventory.ts";
import type { Fault } from "../../../../src/sandbox/cluster/faults.ts";
import type { ClusterSeed } from "../../../../src/sandbox/cluster/snapshot.ts";
import { actionsOf, aGroup, anEnvironment, anInventory } from "../../../support/builders.ts";
import {
  aClusterWorld,
  type ClusterWorld,
  type ClusterWorldOptions,
  contentOf,
  writesTo,
} from "../../../support/cluster-world.ts";

const zonesPath = "/api/v1.0/onpremise/groups/managementZones";
const ids = ["abc-p1", "abc-t1"];
const managementZones = [
  { environment: "abc-p1", id: "-1", name: "Web shop" },
  { environment: "abc-p1", id: "2", name: "Team A" },
  { environment: "abc-t1", id: "-1", name: "Web shop" },
  { environment: "foreign", id: "5", name: "Web shop" },
];

function worldWith(seed: ClusterSeed = {}, options: ClusterWorldOptions = {}) {
  const environments = [...ids, "foreign"].map((id) => ({ id }));
  return aClusterWorld({
    seed: { environments, managementZones, groups: [{ name: "operators" }], ...seed },
    ...options,
  });
}

const inventoryWith = (...groups: readonly Group[]) =>
  anInventory({ environments: ids.map((id) => anEnvironment({ id })), groups });

const naming = (zones: Readonly<Record<string, readonly string[]>>, given: Parameters<typeof aGroup>[0] = {}) =>
  aGroup({ access: {}, managementZones: { "abc-p1": zones }, ...given });

const rightsIn = (world: ClusterWorld) =>
  contentOf(world.cluster).zoneRights.map(({ id, permissions }) => `${id}: ${permissions.join(" ")}`);

const shop = ["LOG_VIEWER"];

test("one request for all zones of a group, read before and after", async () => {
  const world = worldWith();
  const inventory = inventoryWith(
    aGroup({
      access: {},
      managementZones: { "abc-p1": { "Web shop": shop, "Team A": ["VIEWER"] }, "abc-t1": { "*": ["VIEWER"] } },
    }),
  );
  const plan = await world.plan(inventory);
  const from = world.cluster.requests.length;
  expect((await world.apply(plan, inventory)).map(({ status }) => status)).toEqual(["done", "done", "done"]);
  expect(world.cluster.requests.slice(from).map(({ method, path }) => `${method} ${path}`)).toEqual([
    "GET /api/v1.0/onpremise/groups",
    `GET ${zonesPath}/operators`,
    `PUT ${zonesPath}`,
    `GET ${zonesPath}/operators`,
  ]);
  expect(rightsIn(world)).toEqual([
    "operators/abc-p1/-1: LOG_VIEWER VIEWER",
    "operators/abc-p1/2: VIEWER",
    "operators/abc-t1/-1: VIEWER",
  ]);
  expect(actionsOf(await world.plan(inventory))).toEqual([]);
});

test("what is not named stays: other zones, other environments, other groups", async () => {
  const right = (group: string, environment: string, zone: string) => ({
    group,
    environment,
    zone,
    permissions: ["VIEWER"],
  });
  const zoneRights = [
    right("operators", "abc-p1", "2"),
    right("operators", "foreign", "5"),
    right("other", "abc-p1", "-1"),
  ];
  const world = worldWith({ zoneRights, groups: [{ name: "operators" }, { name: "other" }] });
  expect(await world.converge(inventoryWith(naming({ "Web shop": shop })))).toEqual([]);
  expect(rightsIn(world)).toEqual([
    "operators/abc-p1/-1: LOG_VIEWER VIEWER",
    "operators/abc-p1/2: VIEWER",
    "operators/foreign/5: VIEWER",
    "other/abc-p1/-1: VIEWER",
  ]);
});

test("a new group gets them after it was made, a renamed one under its new name", async () => {
  const world = worldWith({ groups: [{ name: "ops" }] });
  const inventory = inventoryWith(
    naming({ "Web shop": shop }, { previously: ["ops"] }),
    naming({ "Team A": ["VIEWER"] }, { name: "noc" }),
  );
  expect(await world.converge(inventory)).toEqual([]);
  expect(rightsIn(world)).toEqual(["noc/abc-p1/2: VIEWER", "ops/abc-p1/-1: LOG_VIEWER VIEWER"]);
  expect(actionsOf(await world.plan(inventory))).toEqual([]);
});

describe("what somebody else does between plan and apply", () => {
  const inventory = inventoryWith(naming({ "Web shop": shop, "Team A": ["VIEWER"] }));

  test("rights that were changed are stale, the others are made", async () => {
    const world = worldWith();
    const plan = await world.plan(inventory);
    world.cluster.setZoneRight({ group: "operators", environment: "abc-p1", zone: "2", permissions: ["DEMO_USER"] });
    const results = await world.apply(plan, inventory);
    expect(results.map(({ id, status }) => `${status} ${id.split("/").at(-1)}`)).toEqual([
      "stale Team A",
      "done Web shop",
    ]);
    expect(rightsIn(world)).toContain("operators/abc-p1/2: DEMO_USER VIEWER");
  });

  test("rights that are as wanted are done without a write", async () => {
    const world = worldWith();
    const plan = await world.plan(inventory);
    for (const [zone, permissions] of [
      ["-1", shop],
      ["2", ["VIEWER"]],
    ] as const) {
      world.cluster.setZoneRight({ group: "operators", environment: "abc-p1", zone, permissions });
    }
    expect(await world.apply(plan, inventory)).toMatchObject([
      { status: "done", attempts: 0 },
      { status: "done", attempts: 0 },
    ]);
    expect(writesTo(world.cluster)).toEqual([]);
  });

  test("a zone that was removed is stale, the others are made", async () => {
    const world = worldWith();
    const plan = await world.plan(inventory);
    world.cluster.removeManagementZone({ environment: "abc-p1", id: "2" });
    const results = await world.apply(plan, inventory);
    expect(results.map(({ id, status }) => `${status} ${id.split("/").at(-1)}`)).toEqual([
      "stale Team A",
      "done Web shop",
    ]);
    expect(rightsIn(world)).toEqual(["operators/abc-p1/-1: LOG_VIEWER VIEWER"]);
  });

  test("without the group all of it is stale", async () => {
    const world = worldWith();
    const plan = await world.plan(inventory);
    world.cluster.removeGroup("operators");
    expect((await world.apply(plan, inventory)).map(({ status }) => status)).toEqual(["stale", "stale"]);
  });
});

test("a zone that the node does not know yet is waited for", async () => {
  const world = worldWith({ managementZones: [] }, { switches: { zoneVisibleAfter: 2_000 } });
  world.cluster.addManagementZone({ environment: "abc-p1", id: "7", name: "New" });
  expect(await world.converge(inventoryWith(naming({ New: ["VIEWER"] })))).toEqual([]);
  expect(rightsIn(world)).toEqual(["operators/abc-p1/7: VIEWER"]);
});

test("a permission that the cluster refuses fails alone", async () => {
  const world = worldWith();
  const inventory = inventoryWith(naming({ "Web shop": ["SOMETHING_NEW"], "Team A": ["VIEWER"] }));
  const results = await world.apply(await world.plan(inventory), inventory);
  expect(results.map(({ status, error }) => [status, error?.code])).toEqual([
    ["done", undefined],
    ["failed", "http-400"],
  ]);
});

describe("trouble that passes", () => {
  const inventory = inventoryWith(naming({ "Web shop": shop, "Team A": ["VIEWER"] }));
  const whatever: readonly (readonly [string, Fault["do"]])[] = [
    ["throttled", { status: 429 }],
    ["cut", "cut"],
    ["made and cut", "commit-then-cut"],
    ["truncated", "truncate"],
    ["a page of the proxy", { html: 503 }],
  ];

  test.each(whatever)("a write that is %s is made in the end", async (_what, trouble) => {
    const world = worldWith();
    const plan = await world.plan(inventory);
    world.cluster.addFault({ match: { method: "PUT", path: zonesPath, times: 1 }, do: trouble });
    expect((await world.apply(plan, inventory)).map(({ status }) => status)).toEqual(["done", "done"]);
    expect(actionsOf(await world.plan(inventory))).toEqual([]);
  });

  const [throttled, cut, , truncated] = whatever;
  const last: readonly (readonly [string, string, Fault["do"]])[] = [
    ...[`${zonesPath}*`, "/e/*/api/config/v1/managementZones"].flatMap((path) =>
      [throttled, cut, truncated].flatMap((trouble) => (trouble ? [[path, ...trouble] as const] : [])),
    ),
    ["/e/*/api/v2/apiTokens*", "throttled", { status: 429 }],
    ["/api/cluster/v2/tokens", "forbidden", { status: 403 }],
  ];

  test.each(last)("%s that is %s for good is held, never taken for absence", async (path, _what, trouble) => {
    const zoneRights = [{ group: "operators", environment: "abc-p1", zone: "2", permissions: ["VIEWER"] }];
    const world = worldWith({ zoneRights });
    const revoking = inventoryWith(
      naming({ "Web shop": shop, "Team A": [] }),
      aGroup({ name: "noc", access: { "abc-p1": shop } }),
    );
    const undisturbed = await world.plan(revoking);
    const fault = world.cluster.addFault({ match: { path, times: Number.POSITIVE_INFINITY }, do: trouble });
    const disturbed = await world.plan(revoking);
    fault.remove();
    const ids = undisturbed.changes.map(({ id }) => id);
    expect(disturbed.changes.filter(({ id }) => !ids.includes(id))).toEqual([]);
    if (disturbed.changes.length < ids.length) {
      expect(disturbed.held.map(({ scope }) => scope).join()).toMatch(/^cluster\/emea\/management-zones(?:\/abc-p1)?$/);
      expect(disturbed.changes.map(({ kind }) => kind)).toEqual(["group", "permission"]);
    } else expect(disturbed.held).toEqual([]);
  });
});

test("an environment is asked with a token that can only read, and is gone afterwards", async () => {
  const world = worldWith();
  await world.plan(inventoryWith(naming({ "Web shop": shop })));
  const { tokens } = world.cluster.snapshot();
  expect(tokens.filter(({ environment, scopes }) => environment !== null && scopes.includes("ReadConfig"))).toEqual([]);
  const asked = world.cluster.requests
    .map(({ method, path }) => `${method} ${path}`)
    .filter((line) => line.includes("/e/"));
  expect(asked.map((line) => line.replace(/apiTokens\/.*/, "apiTokens/…"))).toEqual([
    "POST /e/abc-p1/api/v2/apiTokens",
    "GET /e/abc-p1/api/config/v1/managementZones",
    "DELETE /e/abc-p1/api/v2/apiTokens/…",
  ]);
});

test("nothing more is asked for where no group names a zone", async () => {
  const world = worldWith();
  await world.plan(inventoryWith(aGroup({ access: { "abc-p1": shop } })));
  expect(world.cluster.requests.filter(({ path }) => /\/e\/|managementZones|token/i.test(path))).toEqual([]);
});
