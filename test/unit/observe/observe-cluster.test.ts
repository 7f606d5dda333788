import { describe, expect, test } from "vitest";
import { createClient } from "../../../src/dynatrace/client.ts";
import { createLimiter } from "../../../src/lib/limiter.ts";
import type { Inventory } from "../../../src/model/inventory.ts";
import { observeCluster } from "../../../src/observe/observe-cluster.ts";
import type { SimulatedCluster } from "../../../src/sandbox/cluster/simulated-cluster.ts";
import { anEnvironment, anInventory } from "../../support/builders.ts";
import { aClusterWorld } from "../../support/cluster-world.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { silentLog } from "../../support/log.ts";

const quotas = { hostUnits: { maxLimit: 10 } };
const withQuotas = anInventory({ environments: [anEnvironment({ settings: { quotas } })] });

const observed = (
  cluster: SimulatedCluster,
  inventory: Inventory = anInventory(),
  wanted: Parameters<typeof observeCluster>[3] = { groups: true },
) =>
  observeCluster(
    "emea",
    createClient({
      name: "emea",
      log: silentLog,
      url: "https://dynatrace.example.com",
      token: cluster.clusterToken,
      fetch: cluster.fetch,
      clock: fakeClock(new Date("2026-03-10T12:00:00Z")),
      random: () => 0,
      throttle: createLimiter(8),
    }),
    inventory,
    wanted,
    () => {
      throw new Error("no environment is asked for anything");
    },
  );

const many = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `abc-p${index + 1}` }));

describe("reading a cluster", () => {
  test.each([
    [0, 3],
    [1_000, 3],
    [1_001, 4],
    [2_500, 5],
  ])("%i environments in %i requests", async (count, requests) => {
    const { cluster } = aClusterWorld({ seed: { environments: many(count) } });
    const reading = await observed(cluster);
    expect(reading.requests).toBe(requests);
    expect(reading.environments).toMatchObject({ status: "complete" });
    expect(reading.environments.status === "complete" ? reading.environments.value : []).toHaveLength(count);
  });

  test("only what is declared is asked for", async () => {
    const { cluster } = aClusterWorld({ seed: { environments: many(1) } });
    await observed(cluster);
    await observed(cluster, withQuotas);
    const lists = cluster.requests.filter(({ path }) => path.endsWith("/environments")).map(({ query }) => query);
    expect(lists).toEqual(["pageSize=1000&sort=name", "pageSize=1000&sort=name&includeConsumptionInfo=true"]);
  });

  test.each([
    [["EMERGENCY", "RUNNING", "RUNNING"], "EMERGENCY"],
    [["OFFLINE", "OFFLINE", "OFFLINE"], "no node of the cluster is running (OFFLINE)"],
  ])("nodes that are %j: what would be written is held", async (states, reason) => {
    const { cluster } = aClusterWorld({ seed: { environments: many(1) } });
    for (const [index, state] of states.entries()) cluster.setNodeState(index + 1, state);
    const unreadable = { status: "unreadable", reason: expect.stringContaining(reason) };
    expect(await observed(cluster)).toMatchObject({ environments: unreadable, groups: unreadable });
  });

  test("a page in the place of the nodes does not say that the cluster cannot tell of them", async () => {
    const { cluster } = aClusterWorld({ seed: { environments: many(1) } });
    cluster.addFault({ match: { path: "/api/v1.0/onpremise/cluster", times: 9 }, do: { html: 404 } });
    const unreadable = { status: "unreadable", reason: expect.stringContaining("an HTML page came") };
    expect(await observed(cluster)).toMatchObject({ environments: unreadable, groups: unreadable });
  });

  test("a node that does not run is a warning, and so is an update that goes on", async () => {
    const { cluster } = aClusterWorld({ seed: { environments: many(1) } });
    cluster.setNodeState(2, "OFFLINE");
    expect(await observed(cluster)).toMatchObject({
      environments: { status: "complete" },
      warnings: ["cluster emea: nodes that are not running: OFFLINE"],
    });
  });

  test("of a large cluster it is known how many environments were asked for policies", async () => {
    const disabled = { id: "old", state: "DISABLED" } as const;
    const { cluster } = aClusterWorld({ seed: { environments: [...many(51), disabled] } });
    expect(await observed(cluster, anInventory(), { groups: true, policies: true })).toMatchObject({
      policyGroups: { status: "complete", value: { ids: new Set(), asked: 50, enabled: 51 } },
    });
  });

  test("groups are not read when nobody needs them", async () => {
    const { cluster } = aClusterWorld();
    expect((await observed(cluster, anInventory(), { groups: false })).groups).toBeNull();
    expect(cluster.requests.some(({ path }) => path.endsWith("/groups"))).toBe(false);
  });

  test("limits that seem to differ are read once more as they are now", async () => {
    const world = aClusterWorld({
      seed: { environments: [...many(1), { id: "foreign" }] },
      switches: { cachedConsumption: 3_600_000 },
    });
    await observed(world.cluster, withQuotas);
    world.cluster.setEnvironment("abc-p1", { quotas });
    const reading = await observed(world.cluster, withQuotas);
    const found = reading.environments.status === "complete" ? reading.environments.value : [];
    expect(found.find(({ id }) => id === "abc-p1")?.quotas?.["hostUnits"]).toMatchObject({ maxLimit: 10 });
    expect(world.cluster.requests.filter(({ path }) => path.endsWith("/foreign"))).toEqual([]);
  });

  test("limits of one environment that cannot be read: it alone is not known, and the others have been read", async () => {
    const world = aClusterWorld({ seed: { environments: many(3) } });
    const declared = many(3).map(({ id }) => anEnvironment({ id, settings: { quotas } }));
    world.cluster.addFault({ match: { path: /abc-p1\?/, times: Number.POSITIVE_INFINITY }, do: { status: 403 } });
    world.cluster.addFault({ match: { path: /abc-p3\?/ }, do: { status: 503 } });
    const reading = await observed(world.cluster, anInventory({ environments: declared }));
    expect(reading.environments.status).toBe("complete");
    expect([...(reading.unsureEnvironments ?? [])]).toEqual([["abc-p1", expect.stringContaining("403")]]);
    const asked = world.cluster.requests.filter(({ path }) => path.endsWith("/abc-p3"));
    expect(asked.map(({ status }) => status)).toEqual([503, 200]);
  });

  test("a licence without quotas is found out, and everything else is read", async () => {
    const { cluster } = aClusterWorld({ licence: "dps", seed: { environments: many(2) } });
    const reading = await observed(cluster, withQuotas);
    expect(reading).toMatchObject({ quotasLicensed: false, environments: { status: "complete" } });
  });
});

describe("what cannot be read", () => {
  const environmentsPath = "/api/cluster/v2/environments";
  const always = Number.POSITIVE_INFINITY;

  test("one page missing: no environments, but the groups", async () => {
    const { cluster } = aClusterWorld({ seed: { environments: many(1_500) } });
    cluster.addFault({ match: { path: environmentsPath, nth: 2, times: always }, do: { status: 403 } });
    expect(await observed(cluster)).toMatchObject({
      environments: { status: "unreadable", reason: expect.stringContaining("403") },
      groups: { status: "complete" },
    });
  });

  test("an environment that moves to a page that was read, because another goes, is not missing", async () => {
    const { cluster } = aClusterWorld({ seed: { environments: many(1_500) } });
    const ids = cluster.snapshot().environments.map(({ id }) => id);
    let pages = 0;
    cluster.onRequest(({ path, query }) => {
      if (path !== environmentsPath) return;
      pages += 1;
      if (pages === 2 && query.includes("nextPageKey")) cluster.removeEnvironment(ids[0] ?? "");
    });
    const { environments } = await observed(cluster);
    const found = environments.status === "complete" ? environments.value.map(({ id }) => id) : [];
    expect(new Set(found)).toEqual(new Set(ids.slice(1)));
  });

  test.each([
    ["a page of a proxy", { status: 200, body: "<html>login</html>" }, /HTML/],
    ["a list that is none", { status: 200, body: { totalCount: 0, environments: {} } }, /environments is an object/],
    [
      "an entry without id",
      { status: 200, body: { totalCount: 1, environments: [{ name: "x", state: "ENABLED" }] } },
      /environments\[0\]\.id is missing/,
    ],
    [
      "a state nobody knows",
      { status: 200, body: { totalCount: 1, environments: [{ id: "x", name: "x", state: "GONE" }] } },
      /state.*ENABLED or DISABLED/,
    ],
    ["a list that does not say its length", { status: 200, body: { environments: [] } }, /totalCount is missing/],
    ["a length below nothing", { status: 200, body: { totalCount: -1, environments: [] } }, /totalCount/],
    [
      "a list that is shorter than it says",
      { status: 200, body: { totalCount: 2, environments: [] } },
      /says 2 but holds 0/,
    ],
    [
      "a page that points at itself",
      { status: 200, body: { totalCount: 0, environments: [], nextPageKey: "a" } },
      /repeats a page/,
    ],
  ])("%s is not an empty cluster", async (_name, answer, reason) => {
    const { cluster } = aClusterWorld({ seed: { environments: many(1) } });
    cluster.addFault({ match: { path: environmentsPath, times: always }, do: answer });
    expect(await observed(cluster)).toMatchObject({
      environments: { status: "unreadable", reason: expect.stringMatching(reason) },
    });
  });

  test.each([
    ["403 to who asks for quotas", 403, withQuotas],
    ["422 to who does not", 422, anInventory()],
  ])("%s is no licence without quotas: environments are not asked for again", async (_name, status, inventory) => {
    const { cluster } = aClusterWorld({ seed: { environments: many(1) } });
    const fault = cluster.addFault({ match: { path: environmentsPath }, do: { status } });
    expect(await observed(cluster, inventory)).toMatchObject({
      environments: { status: "unreadable", reason: expect.stringContaining(String(status)) },
      quotasLicensed: true,
    });
    expect(fault.hits()).toBe(1);
    expect(cluster.requests.filter(({ path }) => path === environmentsPath)).toHaveLength(1);
  });

  test.each([
    ["rights as a list", { accessRight: [] }],
    ["a truth as a text", { isClusterAdminGroup: "true" }],
    ["one name instead of a list", { ldapGroupNames: "cn=ops" }],
  ])("%s: no groups, and not groups without it", async (_name, members) => {
    const { cluster } = aClusterWorld({ seed: { environments: many(1) } });
    const body = [{ id: "ops", name: "ops", isClusterAdminGroup: false, ...members }];
    cluster.addFault({ match: { path: "*/groups", times: always }, do: { status: 200, body } });
    expect(await observed(cluster)).toMatchObject({
      environments: { status: "complete" },
      groups: { status: "unreadable", reason: expect.stringContaining(Object.keys(members)[0] ?? "") },
    });
  });

  test("groups: environments are read all the same", async () => {
    const { cluster } = aClusterWorld({ seed: { environments: many(1) } });
    cluster.addFault({ match: { path: "*/groups", times: always }, do: "truncate" });
    expect(await observed(cluster)).toMatchObject({
      environments: { status: "complete" },
      groups: { status: "unreadable" },
    });
  });

  test("a bad token: everything, after one request, with what to do", async () => {
    const { cluster } = aClusterWorld();
    const reading = await observed({ ...cluster, clusterToken: "nonsense" } as SimulatedCluster);
    expect(reading).toMatchObject({
      version: null,
      requests: 1,
      environments: { status: "unreadable", reason: expect.stringMatching(/401.*the token is unknown/) },
      groups: { status: "unreadable" },
    });
  });

  test("a cluster without the version call is no fault", async () => {
    const { cluster } = aClusterWorld();
    cluster.addFault({ match: { path: "*/onpremise/cluster" }, do: { status: 404 } });
    expect(await observed(cluster)).toMatchObject({ version: null, environments: { status: "complete" } });
  });
});

test("the version is that of the oldest node, compared as numbers", async () => {
  const { cluster } = aClusterWorld();
  const nodes = ["1.320.47.20250820-091500", "1.99.1.20200101-000000"].map((buildVersion) => ({ buildVersion }));
  cluster.addFault({ match: { path: "*/onpremise/cluster" }, do: { status: 200, body: nodes } });
  expect((await observed(cluster)).version).toBe("1.99.1.20200101-000000");
});
