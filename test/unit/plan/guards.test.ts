import { describe, expect, test } from "vitest";
import type { Amount, Inventory } from "../../../src/model/inventory.ts";
import { trippedLimits } from "../../../src/plan/guards.ts";
import {
  aChange,
  aCluster,
  aGroup,
  aHost,
  aHostReading,
  anAgent,
  anEnvironment,
  anInventory,
  anObservedEnvironment,
  anObservedGroup,
  type ClusterContent,
  planOf,
} from "../../support/builders.ts";

const guardsOf = (inventory: Inventory, content: ClusterContent) =>
  planOf({ inventory, clusters: { emea: content } }).guards;

/** `count` environments that are declared enabled, of which `disabled` are not. */
function fleet(count: number, disabled: number, maxUpdates: Amount | null) {
  const ids = Array.from({ length: count }, (_, index) => `abc-p${index + 1}`);
  const inventory = anInventory({
    environments: ids.map((id) => anEnvironment({ id, state: "enabled" })),
    safety: { maxUpdates },
  });
  const environments = ids.map((id, index) =>
    anObservedEnvironment({ id, state: index < disabled ? "DISABLED" : "ENABLED" }),
  );
  return guardsOf(inventory, { environments });
}

describe("maxUpdates", () => {
  test.each<[string, number, number, Amount, number | null]>([
    ["as many as allowed", 10, 3, { percent: 30 }, null],
    ["one more", 10, 4, { percent: 30 }, 3],
    ["percentages round up", 11, 4, { percent: 30 }, null],
    ["and are never below 1", 2, 1, { percent: 1 }, null],
    ["not even with 0 %", 2, 1, { percent: 0 }, null],
    ["above it they stop", 2, 2, { percent: 1 }, 1],
    ["100 % never stops", 4, 4, { percent: 100 }, null],
    ["a number", 10, 3, { count: 2 }, 2],
    ["zero", 10, 1, { count: 0 }, 0],
  ])("%s", (_name, count, disabled, amount, limit) => {
    expect(fleet(count, disabled, amount)).toEqual(
      limit === null
        ? []
        : [
            expect.objectContaining({
              guard: "maxUpdates",
              limit,
              actual: disabled,
              override: `--allow-updates ${disabled}`,
            }),
          ],
    );
  });

  test("no limit declared: none", () => {
    expect(fleet(10, 10, null)).toEqual([]);
  });

  test("creations do not count, neither of environments nor of groups with their rights", () => {
    const inventory = anInventory({
      environments: [anEnvironment({ id: "abc-p1" }), anEnvironment({ id: "abc-p2" })],
      groups: [aGroup({ access: { "abc-p1": ["VIEWER"], "abc-p2": ["VIEWER"] } })],
      safety: { maxUpdates: { count: 0 } },
    });
    expect(guardsOf(inventory, {})).toEqual([]);
  });

  test("a group counts once, whatever changes about it, and apart from environments", () => {
    const inventory = anInventory({
      environments: [anEnvironment({ settings: { name: "new" } }), anEnvironment({ id: "abc-p2" })],
      groups: [
        aGroup({ name: "a/b", ldapGroupNames: ["x"], access: { "abc-p1": ["VIEWER"], "abc-p2": ["VIEWER"] } }),
        aGroup({ name: "two", access: { "abc-p1": ["VIEWER"] } }),
      ],
      safety: { maxUpdates: { count: 1 } },
    });
    const environments = [anObservedEnvironment(), anObservedEnvironment({ id: "abc-p2" })];
    const groups = [anObservedGroup({ name: "a/b" }), anObservedGroup({ name: "two" })];
    expect(guardsOf(inventory, { environments, groups })).toEqual([
      {
        guard: "maxUpdates",
        limit: 1,
        actual: 2,
        override: "--allow-updates 2",
        items: ["group/emea/a%2Fb", "group/emea/two"],
      },
    ]);
  });

  test("each cluster by itself, against its own declarations and whatever the targets", () => {
    const clusters = [aCluster(), aCluster({ name: "apac" })];
    const ids = ["abc-p1", "abc-p2", "xyz-p1", "xyz-p2"];
    const inventory = anInventory({
      clusters,
      environments: ids.map((id) =>
        anEnvironment({ id, cluster: id.startsWith("abc") ? "emea" : "apac", state: "enabled" }),
      ),
      safety: { maxUpdates: { percent: 50 } },
    });
    const disabled = (names: readonly string[]) => ({
      environments: names.map((id) => anObservedEnvironment({ id, state: "DISABLED" })),
    });
    const contents = { emea: disabled(["abc-p1", "abc-p2"]), apac: disabled(["xyz-p1"]) };
    expect(
      planOf({
        inventory,
        clusters: {
          ...contents,
          apac: { environments: [...disabled(["xyz-p1"]).environments, anObservedEnvironment({ id: "xyz-p2" })] },
        },
      }).guards,
    ).toEqual([expect.objectContaining({ limit: 1, actual: 2, items: ["environment/abc-p1", "environment/abc-p2"] })]);
  });
});

describe("maxRemovals", () => {
  const inventory = anInventory({
    environments: [anEnvironment({ state: "absent" }), anEnvironment({ id: "abc-p2", state: "disabled" })],
    hosts: [aHost({ state: "absent", environment: "abc-p1" })],
    safety: { maxRemovals: 1, deleteAfter: 0 },
  });
  const content = { environments: [anObservedEnvironment(), anObservedEnvironment({ id: "abc-p2" })] };
  const probes = { "web01.abc.example.com": aHostReading({ agent: anAgent() }) };

  test("disables, deletes and uninstalls count together, revocations not", () => {
    const plan = planOf({ inventory, clusters: { emea: content }, probes });
    expect(plan.guards).toEqual([
      {
        guard: "maxRemovals",
        limit: 1,
        actual: 3,
        override: "--allow-removals 3",
        items: ["host/web01.abc.example.com", "environment/abc-p1", "environment/abc-p2"],
      },
    ]);
    expect(plan.summary.remove).toBe(3);
  });

  test("raised for one run it lets just so many through", () => {
    const { changes } = planOf({ inventory, clusters: { emea: content }, probes });
    expect(trippedLimits(changes, inventory, { removals: 3, updates: null })).toEqual([]);
    expect(trippedLimits(changes, inventory, { removals: 2, updates: null })).toHaveLength(1);
  });
});

describe("protect", () => {
  const guarded = (state: "absent" | "disabled", found: ClusterContent["environments"]) =>
    guardsOf(
      anInventory({
        environments: [anEnvironment({ state })],
        safety: { protect: ["*-P*"], maxRemovals: 9, deleteAfter: 7 * 86_400_000 },
      }),
      { environments: found ?? [] },
    ).map(({ guard }) => guard);
  const disabled = (...tags: string[]) => [anObservedEnvironment({ state: "DISABLED", tags })];

  test.each<[string, "absent" | "disabled", ClusterContent["environments"], readonly string[]]>([
    ["absent, enabled", "absent", [anObservedEnvironment()], ["protect"]],
    ["absent, disabled by hand", "absent", disabled(), ["protect"]],
    ["absent, due", "absent", disabled("dtsync:disabled=2020-01-01"), ["protect"]],
    ["absent, waiting", "absent", disabled("dtsync:disabled=2026-03-10"), []],
    ["absent, gone", "absent", [], []],
    ["disabled, enabled", "disabled", [anObservedEnvironment()], ["protect"]],
    ["disabled, disabled", "disabled", disabled(), []],
  ])("declared %s on the cluster", (_name, state, found, guards) => {
    expect(guarded(state, found)).toEqual(guards);
  });

  test("nothing overrides it", () => {
    const inventory = anInventory({
      environments: [anEnvironment({ state: "absent" })],
      safety: { protect: ["abc-p1"], maxRemovals: 9 },
    });
    expect(guardsOf(inventory, { environments: [anObservedEnvironment()] })).toEqual([
      { guard: "protect", limit: 0, actual: 1, override: null, items: ["environment/abc-p1"] },
    ]);
  });
});

describe("the last administrators of a cluster", () => {
  const administrators = (name: string) => anObservedGroup({ name, isClusterAdminGroup: true });
  const guards = (groups: Inventory["groups"], found: ClusterContent["groups"]) =>
    guardsOf(anInventory({ groups, safety: { maxRemovals: 9 } }), { groups: found ?? [] }).map(({ guard }) => guard);
  const absent = (name: string) => aGroup({ name, state: "absent" });
  const demoted = (name: string) => aGroup({ name, isClusterAdminGroup: false });
  const admin = (name: string) => aGroup({ name, isClusterAdminGroup: true });

  test.each<[string, Inventory["groups"], ClusterContent["groups"], readonly string[]]>([
    ["the only one removed", [absent("a")], [administrators("a")], ["lastClusterAdminGroup"]],
    ["the only one demoted", [demoted("a")], [administrators("a")], ["lastClusterAdminGroup"]],
    [
      "both removed",
      [absent("a"), demoted("b")],
      [administrators("a"), administrators("b")],
      ["lastClusterAdminGroup"],
    ],
    ["one of two removed", [absent("a")], [administrators("a"), administrators("unmanaged")], []],
    ["replaced by a new one", [absent("a"), admin("b")], [administrators("a")], []],
    ["replaced by one there", [absent("a"), admin("b")], [administrators("a"), anObservedGroup({ name: "b" })], []],
    ["renamed", [aGroup({ name: "b", previously: ["a"] })], [administrators("a")], []],
    ["none there, none removed", [aGroup({ name: "c" })], [], []],
  ])("%s", (_name, groups, found, tripped) => {
    expect(guards(groups, found)).toEqual(tripped);
  });

  test("of two names of one cluster, the last of both together", () => {
    const url = "https://dynatrace.example.com";
    const inventory = anInventory({
      clusters: [aCluster({ name: "emea", url }), aCluster({ name: "other", url })],
      groups: [absent("a"), { ...absent("b"), cluster: "other" }],
    });
    const groups = [administrators("a"), administrators("b")];
    const plan = planOf({ inventory, clusters: { emea: { groups }, other: { groups } } });
    expect(plan.guards.filter(({ guard }) => guard === "lastClusterAdminGroup")).toMatchObject([
      { items: ["group/emea/a", "group/other/b"] },
    ]);
  });

  test("where only a new one keeps the cluster administered, the old one goes after it", () => {
    const inventory = anInventory({ groups: [absent("a"), admin("b")] });
    const plan = planOf({ inventory, clusters: { emea: { groups: [administrators("a")] } } });
    expect(plan.changes.map(({ id, dependsOn }) => [id, dependsOn])).toEqual([
      ["group/emea/b", []],
      ["group/emea/a", ["group/emea/b"]],
    ]);
    const swap = anInventory({ groups: [demoted("a"), admin("b")] });
    const swapped = planOf({
      inventory: swap,
      clusters: { emea: { groups: [administrators("a"), anObservedGroup({ name: "b" })] } },
    });
    expect(swapped.changes.map(({ id }) => id)).toEqual(["group/emea/b", "group/emea/a"]);
  });
});

describe("breakGlass", () => {
  const tripped = (declared: Parameters<typeof aGroup>[0], found: Parameters<typeof anObservedGroup>[0]) =>
    guardsOf(
      anInventory({
        environments: [anEnvironment()],
        groups: [aGroup({ name: "keys", ...declared })],
        safety: { breakGlass: ["keys"] },
      }),
      { environments: [anObservedEnvironment()], groups: [anObservedGroup({ name: "keys", ...found })] },
    ).flatMap(({ guard, items }) => (guard === "breakGlass" ? items : []));
  const rights = (...permissions: string[]) => ({ access: { "abc-p1": permissions } });
  const has = (...permissions: string[]) => ({
    accessRight: Object.fromEntries(permissions.map((permission) => [permission, ["abc-p1"]])),
  });
  const group = ["group/emea/keys"];
  const right = ["permission/emea/keys/abc-p1"];

  test.each<[string, Parameters<typeof aGroup>[0], Parameters<typeof anObservedGroup>[0], readonly string[]]>([
    ["removed", { state: "absent" }, {}, group],
    ["renamed away", { name: "other", previously: ["keys"] }, {}, ["group/emea/other"]],
    ["renamed to it", { previously: ["old"] }, { name: "old" }, group],
    ["loses a mapping", { ldapGroupNames: ["a"] }, { ldapGroupNames: ["a", "b"] }, group],
    ["loses an SSO mapping", { ssoGroupNames: [] }, { ssoGroupNames: ["a"] }, group],
    ["gains a mapping", { ldapGroupNames: ["a", "b"] }, { ldapGroupNames: ["a"] }, []],
    ["gains a mapping, the others in another case", { ldapGroupNames: ["a", "b"] }, { ldapGroupNames: ["A"] }, []],
    ["loses all rights", rights(), has("VIEWER"), right],
    ["loses one", rights("VIEWER"), has("VIEWER", "LOG_VIEWER"), right],
    ["loses one and gains one", rights("AGENT_INSTALL"), has("VIEWER", "LOG_VIEWER"), right],
    ["gains one", rights("LOG_VIEWER"), has("VIEWER"), []],
    ["administrators no more", { isClusterAdminGroup: false }, { isClusterAdminGroup: true }, group],
    ["becomes administrators", { isClusterAdminGroup: true }, {}, []],
  ])("%s", (_name, declared, found, items) => {
    expect(tripped(declared, found)).toEqual(items);
  });

  test("other groups may lose what they have", () => {
    const inventory = anInventory({
      groups: [aGroup({ state: "absent" })],
      safety: { breakGlass: ["Operators"], maxRemovals: 1 },
    });
    expect(guardsOf(inventory, { groups: [anObservedGroup()] })).toEqual([]);
  });

  test("a new one is no loss", () => {
    const inventory = anInventory({ groups: [aGroup({ name: "keys" })], safety: { breakGlass: ["keys"] } });
    expect(guardsOf(inventory, {})).toEqual([]);
  });
});

test("guards are judged by what the plan changes, so an empty one trips none", () => {
  expect(trippedLimits([], anInventory({ safety: { maxUpdates: { count: 0 } } }))).toEqual([]);
  expect(trippedLimits([aChange({ kind: "host", action: "install" })], anInventory())).toEqual([]);
});
