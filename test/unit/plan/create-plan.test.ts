import { describe, expect, test } from "vitest";
import { planDigest } from "../../../src/plan/digest.ts";
import {
  aCluster,
  actionsOf,
  aGroup,
  aHost,
  aHostReading,
  anAgent,
  anEnvironment,
  anInventory,
  anObservedEnvironment,
  anObservedGroup,
  changeOf,
  oneAgentSettings,
  planOf,
  scopeOf,
} from "../../support/builders.ts";

const worlds = {
  inventory: anInventory({
    environments: [
      anEnvironment({ id: "abc-p1", settings: { name: "New" } }),
      anEnvironment({ id: "abc-t1" }),
      anEnvironment({ id: "old-p1", state: "absent" }),
      anEnvironment({ id: "old-p2", state: "absent" }),
      anEnvironment({ id: "old-p3", state: "absent" }),
    ],
    groups: [
      aGroup({ name: "noc", access: { "abc-p1": ["VIEWER"], "abc-t1": ["VIEWER"] } }),
      aGroup({ name: "gone", state: "absent" }),
      aGroup({ name: "same" }),
    ],
    hosts: [
      aHost({ name: "new.example.com" }),
      aHost({ name: "same.example.com" }),
      aHost({ name: "gone.example.com", environment: "old-p1", state: "absent" }),
    ],
    safety: { maxRemovals: 9 },
  }),
  clusters: {
    emea: {
      environments: [
        anObservedEnvironment({ id: "abc-p1", name: "Old" }),
        anObservedEnvironment({ id: "old-p1" }),
        anObservedEnvironment({ id: "old-p2", state: "DISABLED", tags: ["dtsync:disabled=2020-01-01"] }),
        anObservedEnvironment({ id: "old-p3", state: "DISABLED", tags: ["dtsync:disabled=2026-03-09"] }),
        anObservedEnvironment({ id: "foreign" }),
      ],
      groups: [
        anObservedGroup({ name: "noc", accessRight: { VIEWER: ["old-p1", "foreign"] } }),
        anObservedGroup({ name: "gone" }),
        anObservedGroup({ name: "same" }),
        anObservedGroup({ name: "Foreign" }),
      ],
    },
  },
  probes: {
    "new.example.com": aHostReading(),
    "same.example.com": aHostReading({ agent: anAgent() }),
    "gone.example.com": aHostReading({ agent: anAgent({ tenant: "old-p1" }) }),
  },
};

test("changes come in an order in which they can be applied", () => {
  const plan = planOf(worlds);
  expect(actionsOf(plan)).toEqual([
    "update environment/abc-p1",
    "create environment/abc-t1",
    "grant permission/emea/noc/abc-p1",
    "grant permission/emea/noc/abc-t1",
    "revoke permission/emea/noc/old-p1",
    "delete group/emea/gone",
    "uninstall host/gone.example.com",
    "install host/new.example.com",
    "disable environment/old-p1",
    "delete environment/old-p2",
  ]);
  expect(changeOf(plan, "environment/old-p1").dependsOn).toEqual([
    "permission/emea/noc/old-p1",
    "host/gone.example.com",
  ]);
});

test("the summary counts every change and everything that was compared once", () => {
  const plan = planOf(worlds);
  // Updates: one environment and three of permissions; removed is a group, too. Unchanged: the group and the host that are as declared.
  expect(plan.summary).toEqual({ create: 1, update: 4, remove: 4, deploy: 1, unchanged: 2, held: 0 });
  expect(plan.waiting).toEqual([{ id: "old-p3", until: "2026-03-16" }]);
  expect(plan.unmanaged).toEqual({ emea: { environments: ["foreign"], groups: ["Foreign"] } });
});

test("a plan names what it was made from", () => {
  const plan = planOf({ ...worlds, commit: "3f2a", dirty: true, warnings: ["w", "w"] });
  expect(plan).toMatchObject({
    format: "dtsync-plan/1",
    createdAt: "2026-03-10T12:00:00.000Z",
    dtsync: "0.1.0",
    inventory: { commit: "3f2a", dirty: true },
    clusters: { emea: { url: "https://dynatrace.example.com", version: "1.320.47.20250820-091500", requests: 3 } },
    warnings: expect.arrayContaining(["w"]),
  });
});

describe("what could not be read", () => {
  const { inventory, clusters, probes } = worlds;

  test("a cluster: held with everything on it, and nothing else is said of it", () => {
    const plan = planOf({ inventory, clusters: { emea: { environments: "no route" } }, probes });
    expect(plan.changes).toEqual([]);
    expect(plan.held).toEqual([{ scope: "cluster/emea", reason: "no route", items: 11 }]);
    expect(plan.summary).toEqual({ create: 0, update: 0, remove: 0, deploy: 0, unchanged: 0, held: 11 });
    expect(plan.unmanaged).toEqual({ emea: { environments: [], groups: [] } });
  });

  test("its groups: held, and no environment is removed whose rights would stay", () => {
    const plan = planOf({ inventory, clusters: { emea: { ...clusters.emea, groups: "no answer" } }, probes });
    expect(actionsOf(plan)).toEqual([
      "update environment/abc-p1",
      "create environment/abc-t1",
      "uninstall host/gone.example.com",
      "install host/new.example.com",
    ]);
    expect(plan.held.map(({ scope, items }) => [scope, items])).toEqual([
      ["cluster/emea/groups", 3],
      ["environment/old-p1", 1],
      ["environment/old-p2", 1],
    ]);
  });

  test("one environment as it is now: held, and all that does not depend on it is planned", () => {
    const unsureEnvironments = new Map([
      ["abc-p1", "no answer"],
      ["old-p1", "no answer"],
    ]);
    const plan = planOf({ inventory, clusters: { emea: { ...clusters.emea, unsureEnvironments } }, probes });
    const whole = planOf({ inventory, clusters, probes });
    expect(actionsOf(plan)).toEqual(actionsOf(whole).filter((action) => action !== "update environment/abc-p1"));
    expect(plan.held).toEqual([{ scope: "environment/abc-p1", reason: "no answer", items: 1 }]);
  });

  test("one of two clusters: the other is planned", () => {
    const both = anInventory({
      clusters: [aCluster(), aCluster({ name: "apac", url: "https://apac.example.com" })],
      environments: [anEnvironment(), anEnvironment({ id: "xyz-p1", cluster: "apac" })],
    });
    const plan = planOf({ inventory: both, clusters: { emea: {}, apac: { environments: "down" } } });
    expect(actionsOf(plan)).toEqual(["create environment/abc-p1"]);
    expect(plan.held).toEqual([{ scope: "cluster/apac", reason: "down", items: 1 }]);
  });

  test("a host: held, never taken for one without an agent", () => {
    const unreadable = { status: "unreadable", reason: "no route to the host" } as const;
    const plan = planOf({ inventory, clusters, probes: { ...probes, "new.example.com": unreadable } });
    expect(plan.held).toEqual([{ scope: "host/new.example.com", reason: "no route to the host", items: 1 }]);
    expect(actionsOf(plan)).not.toContain("install host/new.example.com");
  });

  test("a source of hosts: none of its environment is uninstalled", () => {
    const held = [{ scope: "source/customers/old.yaml:3", reason: "it failed", items: 1 }];
    const plan = planOf({ ...worlds, held, incompleteHostLists: new Set(["old-p1"]) });
    expect(plan.held.map(({ scope }) => scope)).toEqual(["host/gone.example.com", "source/customers/old.yaml:3"]);
    expect(actionsOf(plan)).not.toContain("uninstall host/gone.example.com");
  });

  test("only what is in scope is held", () => {
    const plan = planOf({
      inventory,
      clusters: { emea: { environments: "no route" } },
      scope: scopeOf({ targets: ["abc-p1"], only: ["environments"] }),
    });
    expect(plan.held).toEqual([{ scope: "cluster/emea", reason: "no route", items: 1 }]);
  });
});

describe("hosts and the state of their environment", () => {
  const planFor = (state: "enabled" | "disabled" | null, found: "ENABLED" | "DISABLED") =>
    planOf({
      inventory: anInventory({ environments: [anEnvironment({ state })], hosts: [aHost()] }),
      clusters: { emea: { environments: [anObservedEnvironment({ state: found })] } },
      probes: { "web01.abc.example.com": aHostReading() },
    });

  test.each<["enabled" | "disabled" | null, "ENABLED" | "DISABLED", readonly string[]]>([
    ["disabled", "DISABLED", []],
    ["disabled", "ENABLED", ["disable environment/abc-p1"]],
    [null, "DISABLED", []],
    [null, "ENABLED", ["install host/web01.abc.example.com"]],
    ["enabled", "DISABLED", ["enable environment/abc-p1", "install host/web01.abc.example.com"]],
  ])("declared %s, %s on the cluster", (state, found, actions) => {
    const plan = planFor(state, found);
    expect(actionsOf(plan)).toEqual(actions);
    const alone = plan.warnings.some((warning) => warning === "abc-p1 is disabled: its host is left as it is");
    expect(alone).toBe(!actions.some((action) => action.startsWith("install")));
  });

  test("an installation waits for the environment that is enabled for it", () => {
    expect(changeOf(planFor("enabled", "DISABLED"), "host/web01.abc.example.com").dependsOn).toEqual([
      "environment/abc-p1",
    ]);
  });

  test("an absent host whose machine has a successor is left to it", () => {
    const successor = aHost({ name: "new.example.com", address: "10.1.2.3" });
    const gone = aHost({ name: "old.example.com", address: "10.1.2.3", state: "absent" });
    const plan = planOf({
      inventory: anInventory({ environments: [anEnvironment()], hosts: [gone, successor] }),
      clusters: { emea: { environments: [anObservedEnvironment()] } },
      probes: {
        "new.example.com": aHostReading({ agent: anAgent() }),
        "old.example.com": aHostReading({ agent: anAgent() }),
      },
    });
    expect(plan.changes).toEqual([]);
  });
});

describe("the digest of a plan", () => {
  test("is that of what was reviewed: not of the moment, not of the order of keys", () => {
    const plan = planOf(worlds);
    const reordered = Object.fromEntries(Object.entries(plan).reverse()) as unknown as typeof plan;
    expect(planDigest({ ...reordered, createdAt: "2000-01-01T00:00:00.000Z" })).toBe(planDigest(plan));
    expect(planDigest(JSON.parse(JSON.stringify(plan)))).toBe(planDigest(plan));
  });

  test("changes with any change", () => {
    const plan = planOf(worlds);
    const [first, ...rest] = plan.changes;
    const other = { ...plan, changes: [{ ...first, notes: ["x"] }, ...rest] } as typeof plan;
    expect(planDigest(other)).not.toBe(planDigest(plan));
  });
});

test("agents that are newer than declared are one warning, and no change", () => {
  const names = ["web01", "web02", "web03"];
  const plan = planOf({
    inventory: anInventory({
      environments: [anEnvironment({ id: "abc-p1" })],
      hosts: names.map((name) => aHost({ name, oneagent: oneAgentSettings({ version: "1.309" }) })),
    }),
    clusters: { emea: { environments: [anObservedEnvironment({ id: "abc-p1" })] } },
    probes: Object.fromEntries(names.map((name) => [name, aHostReading({ agent: anAgent() })])),
  });
  const remark = `installed ${anAgent().version}, declared 1.309: not downgraded; uninstall first`;
  expect(plan.warnings).toEqual([`host/web01 and 2 more hosts: ${remark}`]);
  expect(plan.changes).toEqual([]);
});
