import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parsePlan } from "../../../src/application/plan-file.ts";
import type { Change } from "../../../src/model/change.ts";
import type { Environment, Host, Inventory } from "../../../src/model/inventory.ts";
import type { HostReading, ObservedAgent } from "../../../src/model/observed.ts";
import type { Plan } from "../../../src/model/plan.ts";
import { chooseChanges } from "../../../src/plan/choose-changes.ts";
import { planContradictions } from "../../../src/plan/contradictions.ts";
import { reviewedItems } from "../../../src/plan/reviewed-items.ts";
import {
  actionsOf,
  aGroup,
  aHost,
  aHostReading,
  anAgent,
  anEnvironment,
  anInventory,
  anObservedCluster,
  anObservedEnvironment,
  anObservedGroup,
  type ClusterContent,
  oneAgentSettings,
  planOf,
} from "../../support/builders.ts";
import { aClusterWorld } from "../../support/cluster-world.ts";
import { randomInventory, randomSeed } from "../../support/random-worlds.ts";

interface World {
  readonly inventory: Inventory;
  readonly content?: ClusterContent;
  readonly probes?: Readonly<Record<string, HostReading>>;
}

/** What a reviewed plan chooses when it is applied in a world. */
function choose(reviewed: readonly Change[], { inventory, content = {}, probes = {} }: World) {
  const observed = {
    clusters: new Map([["emea", anObservedCluster(content)]]),
    hosts: new Map(Object.entries(probes)),
  };
  const fresh = planOf({ inventory, observed, affected: reviewedItems(reviewed) });
  const chosen = chooseChanges({ reviewed, fresh, inventory, hosts: inventory.hosts, observed });
  return {
    made: chosen.changes,
    settled: chosen.settled.map(({ id, status, error }) => [id, status, error?.message ?? null]),
  };
}

const planIn = ({ inventory, content = {}, probes = {} }: World): Plan =>
  planOf({ inventory, clusters: { emea: content }, probes });

const environment = (given: Partial<Environment> = {}) =>
  anEnvironment({ settings: { name: "New", tags: ["a"] }, ...given });

describe("a reviewed change", () => {
  const inventory = anInventory({ environments: [environment()] });
  const was = { environments: [anObservedEnvironment({ name: "Old", tags: ["x"] })] };
  const reviewed = planIn({ inventory, content: was }).changes;

  test("is made while everything is as it was", () => {
    expect(choose(reviewed, { inventory, content: was })).toEqual({ made: reviewed, settled: [] });
  });

  test("is done where everything is as wanted", () => {
    const content = { environments: [anObservedEnvironment({ name: "New", tags: ["a"] })] };
    expect(choose(reviewed, { inventory, content })).toEqual({
      made: [],
      settled: [["environment/abc-p1", "done", null]],
    });
  });

  test("is stale where something else is there than it was made from", () => {
    const content = { environments: [anObservedEnvironment({ name: "Other", tags: ["x"] })] };
    expect(choose(reviewed, { inventory, content }).settled).toEqual([
      ["environment/abc-p1", "stale", "since the plan was made, name has changed"],
    ]);
  });

  test("leaves what has come besides to the next plan", () => {
    const [change] = planIn({
      inventory,
      content: { environments: [anObservedEnvironment({ name: "Old", tags: ["a"] })] },
    }).changes;
    expect(change?.fields).toEqual(["name"]);
    const { made } = choose(change ? [change] : [], { inventory, content: was });
    expect(made).toMatchObject([{ fields: ["name"], before: { name: "Old" }, after: { name: "New" } }]);
    expect(Object.keys(made[0]?.after ?? {})).toEqual(["name"]);
  });

  test("that a plan made now has otherwise is stale, and says how", () => {
    const absent = anInventory({ environments: [anEnvironment({ state: "absent" })] });
    const disabled = {
      environments: [anObservedEnvironment({ state: "DISABLED", tags: ["dtsync:disabled=2026-03-09"] })],
    };
    const deletion = planIn({
      inventory: { ...absent, safety: { ...absent.safety, deleteAfter: 0 } },
      content: disabled,
    }).changes;
    expect(choose(deletion, { inventory: absent, content: disabled }).settled).toEqual([
      ["environment/abc-p1", "stale", "it waits until 2026-03-16"],
    ]);
  });

  test("is skipped where its cluster cannot be read, with the reason", () => {
    expect(choose(reviewed, { inventory, content: { environments: "no answer" } }).settled).toEqual([
      ["environment/abc-p1", "skipped", "no answer"],
    ]);
  });
});

describe("of an environment that is to be removed", () => {
  const inventory = anInventory({
    environments: [anEnvironment({ state: "absent" })],
    groups: [aGroup({ access: {} })],
  });
  const content = {
    environments: [anObservedEnvironment()],
    groups: [anObservedGroup({ accessRight: { VIEWER: ["abc-p1"] } })],
  };
  const reviewed = planIn({ inventory, content }).changes;

  test("the rights have to be taken away first, also where the file leaves them out", () => {
    expect(actionsOf({ ...planIn({ inventory, content }) })).toEqual([
      "revoke permission/emea/operators/abc-p1",
      "disable environment/abc-p1",
    ]);
    const { made, settled } = choose(reviewed.slice(1), { inventory, content });
    expect(made).toEqual([]);
    expect(settled).toEqual([
      [
        "environment/abc-p1",
        "skipped",
        "permission/emea/operators/abc-p1 has to be done first, and this run does not make it",
      ],
    ]);
  });

  test("the mark of the day is that of the run, whatever the file says", () => {
    const disabled = { environments: [anObservedEnvironment({ state: "DISABLED", tags: ["a"] })], groups: [] };
    const [mark] = planIn({ inventory, content: disabled }).changes;
    const forged = { ...mark, after: { tags: ["a", "dtsync:disabled=2020-01-01"] } } as Change;
    expect(planContradictions([forged], inventory)).toEqual([]);
    expect(choose([forged], { inventory, content: disabled }).made).toMatchObject([
      { after: { tags: ["a", "dtsync:disabled=2026-03-10"] } },
    ]);
  });
});

describe("of a new group", () => {
  const inventory = anInventory({
    environments: [anEnvironment()],
    groups: [aGroup({ ldapGroupNames: ["cn=a"], access: { "abc-p1": ["VIEWER"] } })],
  });
  const content = { environments: [anObservedEnvironment()] };
  const reviewed = planIn({ inventory, content }).changes;

  test("rights are skipped when its creation is left out", () => {
    expect(choose(reviewed.slice(1), { inventory, content })).toEqual({
      made: [],
      settled: [
        [
          "permission/emea/operators/abc-p1",
          "skipped",
          "group/emea/operators has to be done first, and this run does not make it",
        ],
      ],
    });
  });

  test("fields that are left out wait", () => {
    const [creation] = reviewed;
    const less = {
      ...creation,
      after: { name: "operators", isClusterAdminGroup: false },
      fields: ["isClusterAdminGroup", "name"],
    } as Change;
    expect(choose([less], { inventory, content }).made).toEqual([{ ...less, dependsOn: [] }]);
  });
});

test("an environment that is declared disabled is not created without that", () => {
  const inventory = anInventory({ environments: [anEnvironment({ state: "disabled" })] });
  const [creation] = planIn({ inventory }).changes;
  const enabled = { ...creation, after: { name: "abc p1" }, fields: ["name"] } as Change;
  expect(choose([enabled], { inventory }).settled).toEqual([
    ["environment/abc-p1", "stale", "a plan made now differs in state"],
  ]);
});

describe("of a host", () => {
  const host = aHost({ oneagent: oneAgentSettings({ hostGroup: "g", hostTags: ["a=b"], version: "1.313" }) });
  const inventory = anInventory({ environments: [anEnvironment()], hosts: [host] });
  const content = { environments: [anObservedEnvironment()] };
  const worldWith = (agent: Partial<ObservedAgent> | null): World => ({
    inventory,
    content,
    probes: { [host.name]: aHostReading({ agent: agent === null ? null : anAgent(agent) }) },
  });

  test("an installation is made whole or not at all", () => {
    const world = worldWith(null);
    const [install] = planIn(world).changes;
    expect(choose(install ? [install] : [], world).made).toEqual([install]);
    const less = { ...install, after: { environment: "abc-p1", version: "1.313" }, fields: ["environment", "version"] };
    expect(choose([less as Change], world).settled).toEqual([
      [install?.id, "stale", "a plan made now differs in hostGroup"],
    ]);
  });

  test("only the settings that are named are changed", () => {
    const world = worldWith({ hostGroup: "other", hostTags: [] });
    const [configure] = planIn(worldWith({ hostGroup: "other", hostTags: ["a=b"] })).changes;
    expect(choose(configure ? [configure] : [], world).made).toMatchObject([
      { action: "configure", fields: ["hostGroup"], before: { hostGroup: "other" }, after: { hostGroup: "g" } },
    ]);
  });

  test("that cannot be reached the change is skipped as held", () => {
    const [install] = planIn(worldWith(null)).changes;
    const world: World = { inventory, content, probes: { [host.name]: { status: "unreadable", reason: "no route" } } };
    expect(choose(install ? [install] : [], world).settled).toEqual([[install?.id, "skipped", "no route"]]);
  });
});

describe("what the inventory does not declare", () => {
  const host: Host = aHost({ oneagent: oneAgentSettings({ hostGroup: "g" }) });
  const inventory = anInventory({
    environments: [environment(), anEnvironment({ id: "abc-t1", state: "absent" })],
    groups: [aGroup({ name: "ops", access: { "abc-p1": ["VIEWER"] } }), aGroup({ name: "gone", state: "absent" })],
    hosts: [host, aHost({ name: "old01", state: "absent" })],
  });
  const reviewed = planIn({
    inventory,
    probes: { [host.name]: aHostReading(), old01: aHostReading({ agent: anAgent() }) },
    content: {
      environments: [anObservedEnvironment({ id: "abc-t1" })],
      groups: [anObservedGroup({ name: "gone" })],
    },
  }).changes;
  const edited = (id: string, change: object): readonly Change[] =>
    reviewed.map((found) => (found.id === id ? ({ ...found, ...change } as Change) : found));

  test("is found in none of the changes that a plan makes", () => {
    expect(reviewed.map(({ id }) => id).sort()).toEqual([
      "environment/abc-p1",
      "environment/abc-t1",
      "group/emea/gone",
      "group/emea/ops",
      "host/old01",
      host.name === "web01.abc.example.com" ? "host/web01.abc.example.com" : "",
      "permission/emea/ops/abc-p1",
    ]);
    expect(planContradictions(reviewed, inventory)).toEqual([]);
  });

  test.each<[string, string, object, RegExp]>([
    ["another environment", "environment/abc-p1", { environment: "xyz-p1" }, /environment is not declared/],
    ["another cluster", "environment/abc-p1", { cluster: "apac" }, /cluster is "emea" in the inventory/],
    ["another name", "environment/abc-p1", { after: { name: "X", tags: ["a"] } }, /after.name is "New"/],
    [
      "a field more",
      "environment/abc-p1",
      { fields: ["trial"], after: { trial: true } },
      /after.trial is not declared/,
    ],
    ["a deletion", "environment/abc-p1", { action: "delete", after: null }, /not declared absent/],
    ["a disabling", "environment/abc-p1", { action: "disable", after: { state: "disabled" } }, /not declared disabled/],
    ["an environment come back", "environment/abc-t1", { action: "enable" }, /declared absent/],
    [
      "tags of an absent one",
      "environment/abc-t1",
      { action: "update", before: { tags: [] }, after: { tags: ["x"] }, fields: ["tags"] },
      /declared absent/,
    ],
    ["another group", "group/emea/ops", { id: "group/emea/admins", group: "admins" }, /group is not declared/],
    [
      "administrators",
      "group/emea/ops",
      { after: { name: "ops", isClusterAdminGroup: true } },
      /after.isClusterAdminGroup is false/,
    ],
    ["a group gone", "group/emea/ops", { action: "delete", after: null }, /not declared absent/],
    ["a group come back", "group/emea/gone", { action: "create" }, /declared absent/],
    ["more rights", "permission/emea/ops/abc-p1", { after: ["MANAGE_SETTINGS", "VIEWER"] }, /after is \["VIEWER"\]/],
    ["rights of others", "permission/emea/ops/abc-p1", { group: "noc" }, /group is not declared/],
    ["rights elsewhere", "permission/emea/ops/abc-p1", { environment: "xyz-p1" }, /environment is not declared/],
    ["another host", "host/old01", { host: "db01" }, /host is not declared/],
    ["a host uninstalled", `host/${host.name}`, { action: "uninstall", after: null }, /not declared absent/],
    ["another host group", `host/${host.name}`, { after: { hostGroup: "h" }, fields: ["hostGroup"] }, /is "g"/],
    ["another environment of a host", `host/${host.name}`, { environment: "abc-t1" }, /environment is "abc-p1"/],
    ["an agent come back", "host/old01", { action: "install" }, /declared absent/],
  ])("%s is found", (_what, id, change, message) => {
    const found = planContradictions(edited(id, change), inventory);
    expect(found.map((fault) => fault.message).join()).toMatch(message);
    expect(found[0]?.pointer).toMatch(/^\/changes\/\d+\//);
  });
});

test("every plan is valid as a file, asks for nothing undeclared, and chooses all of itself", async () => {
  await fc.assert(
    fc.asyncProperty(randomInventory, randomSeed, async (inventory, seed) => {
      const world = aClusterWorld({ seed });
      const observed = await world.observe(inventory);
      const plan = planOf({ inventory, observed });
      expect(parsePlan(JSON.stringify(plan))).toEqual({ plan });
      expect(planContradictions(plan.changes, inventory)).toEqual([]);
      const fresh = planOf({ inventory, observed, affected: reviewedItems(plan.changes) });
      const reviewed = plan.changes;
      const chosen = chooseChanges({ reviewed, fresh, inventory, hosts: [], observed });
      expect(chosen).toEqual({ changes: plan.changes, settled: [] });
    }),
    { numRuns: 60 },
  );
});

const someAgent: fc.Arbitrary<ObservedAgent | null> = fc.option(
  fc
    .record({
      version: fc.constantFrom("1.200.1", "1.311.70.20250416-104152", "1.313.52.20250602-150703", null),
      tenant: fc.constantFrom("abc-p1", "abc-t1", null),
      incomplete: fc.boolean(),
      serviceActive: fc.constantFrom(true, false, null),
      server: fc.constantFrom("{*https://dynatrace.example.com}", "{https://dynatrace.example.com}", null),
      hostGroup: fc.constantFrom("g", "h", null),
      hostTags: fc.constantFrom(["a=b"], [], null),
      hostProperties: fc.constantFrom(["owner=x"], ["owner=x", "owner=y"], [], null),
      autoUpdate: fc.constantFrom(true, false, null),
    })
    .map(anAgent),
);
const someHost = fc
  .record({
    state: fc.constantFrom("present", "present", "absent"),
    environment: fc.constantFrom("abc-p1", "abc-t1"),
    oneagent: fc.record(
      {
        version: fc.constantFrom("latest", "1.313"),
        minVersion: fc.constant("1.312"),
        hostGroup: fc.constant("g"),
        hostTags: fc.constant(["a=b"]),
        hostProperties: fc.constant({ owner: "x", team: "y" }),
        autoUpdate: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ oneagent, ...given }) =>
    aHost({ ...(given as Partial<Host>), oneagent: oneAgentSettings(oneagent as Partial<Host["oneagent"]>) }),
  );

test("the same holds for hosts with any agent", () => {
  fc.assert(
    fc.property(someHost, someAgent, fc.boolean(), (host, agent, exists) => {
      const inventory = anInventory({
        environments: [anEnvironment(), anEnvironment({ id: "abc-t1" })],
        hosts: [host],
      });
      const environments = exists ? [anObservedEnvironment(), anObservedEnvironment({ id: "abc-t1" })] : [];
      const world = { inventory, content: { environments }, probes: { [host.name]: aHostReading({ agent }) } };
      const plan = planIn(world);
      expect(parsePlan(JSON.stringify(plan))).toEqual({ plan });
      expect(planContradictions(plan.changes, inventory)).toEqual([]);
      expect(choose(plan.changes, world)).toEqual({ made: plan.changes, settled: [] });
    }),
    { numRuns: 300 },
  );
});
