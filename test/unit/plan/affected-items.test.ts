import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Change } from "../../../src/model/change.ts";
import type { Inventory } from "../../../src/model/inventory.ts";
import { affectedItems } from "../../../src/plan/affected-items.ts";
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
  type ClusterContent,
  oneAgentSettings,
  planOf,
  sshSettings,
} from "../../support/builders.ts";
import { randomInventory } from "../../support/random-worlds.ts";

const environments = [anEnvironment(), anEnvironment({ id: "xyz-p1" })];
const host = (name: string, given: Parameters<typeof aHost>[0] = {}) =>
  aHost({ name: `${name}.example.com`, ...given });
const hosts = [host("web01"), host("db01", { environment: "xyz-p1", customer: "xyz" })];
const inventory = anInventory({
  environments,
  hosts,
  groups: [aGroup({ access: { "abc-p1": ["VIEWER"], "xyz-p1": ["VIEWER"] } })],
});
const probes = { "web01.example.com": aHostReading(), "db01.example.com": aHostReading() };

/** What a plan of `after` still has when it is narrowed to what changed since `before`. */
const narrowed = (
  before: Inventory,
  after: Inventory,
  world: { readonly files?: readonly string[]; readonly cluster?: ClusterContent } = {},
): readonly string[] =>
  actionsOf(
    planOf({
      inventory: after,
      probes,
      affected: affectedItems(before, after, world.files ?? []),
      ...(world.cluster ? { clusters: { emea: world.cluster } } : {}),
    }),
  );

describe("what a change of the inventory can affect", () => {
  test("is nothing when nothing changed", () => {
    expect(narrowed(inventory, inventory, { files: ["README.md"] })).toEqual([]);
  });

  test("is the environment whose setting changed, and not what belongs to it", () => {
    const after = {
      ...inventory,
      environments: [anEnvironment({ settings: { tags: ["a"] } }), environments[1] ?? anEnvironment()],
    };
    expect(narrowed(inventory, after)).toEqual(["create environment/abc-p1"]);
  });

  test("is the right that changed, with the group and environment that it stands on", () => {
    const after = { ...inventory, groups: [aGroup({ access: { "abc-p1": ["VIEWER"], "xyz-p1": ["LOG_VIEWER"] } })] };
    expect(narrowed(inventory, after)).toEqual([
      "create environment/xyz-p1",
      "create group/emea/operators",
      "grant permission/emea/operators/xyz-p1",
    ]);
  });

  test("is everything of an environment that is new, or changes its state", () => {
    const before = {
      ...inventory,
      environments: environments.slice(0, 1),
      hosts,
      groups: [aGroup({ access: { "abc-p1": ["VIEWER"] } })],
    };
    const all = [
      "create environment/xyz-p1",
      "create group/emea/operators",
      "grant permission/emea/operators/xyz-p1",
      "install host/db01.example.com",
    ];
    expect(narrowed(before, inventory)).toEqual(all);
    const disabled = {
      ...inventory,
      environments: [anEnvironment(), anEnvironment({ id: "xyz-p1", state: "disabled" })],
    };
    expect(narrowed(disabled, inventory)).toEqual(all);
  });

  test("is a host whose agent or connection is declared otherwise", () => {
    for (const given of [
      { oneagent: oneAgentSettings({ hostGroup: "web" }) },
      { ssh: sshSettings({ user: "root" }) },
      { address: "192.0.2.7" },
    ]) {
      const before = { ...inventory, hosts: [host("web01", given), ...hosts.slice(1)] };
      expect(narrowed(before, inventory)).toEqual(["create environment/abc-p1", "install host/web01.example.com"]);
    }
  });

  test("is a host whose known_hosts file changed", () => {
    const ssh = sshSettings({ knownHosts: "/srv/inventory/ssh/known_hosts" });
    const same = { ...inventory, hosts: [host("web01", { ssh }), ...hosts.slice(1)] };
    expect(narrowed(same, same, { files: ["ssh/known_hosts"] })).toEqual([
      "create environment/abc-p1",
      "install host/web01.example.com",
    ]);
    expect(narrowed(same, same, { files: ["../ssh/known_hosts"] })).toEqual([]);
  });

  test("is everything on a cluster that has another address or certificate", () => {
    const clusters = [aCluster({ url: "https://new.example.com" })];
    expect(narrowed(inventory, { ...inventory, clusters })).toEqual(actionsOf(planOf({ inventory, probes })));
    const ca = { ...inventory, clusters: [aCluster({ ca: "/srv/inventory/certs/emea.pem" })] };
    expect(narrowed(ca, ca, { files: ["certs/emea.pem"] })).toHaveLength(7);
    expect(narrowed(inventory, { ...inventory, clusters: [aCluster({ maxConcurrency: 2 })] })).toEqual([]);
  });

  test("is every host of an environment whose command may print others", () => {
    const command = {
      id: "customers/abc.yaml:9",
      environment: "abc-p1",
      customer: "abc",
      cluster: "emea",
      command: ["./bin/hosts"],
      ansibleGroup: null,
      ssh: sshSettings(),
      oneagent: oneAgentSettings(),
      inherited: {
        ssh: {},
        oneagent: {},
        rootCertificate: null,
        base: { root: "/srv/inventory", folder: "/srv/inventory/customers", home: "/home/user" },
      },
      place: { file: "customers/abc.yaml", line: 9, column: 1 },
    };
    const [before, after] = [{ ...command }, { ...command, command: ["./bin/hosts", "--all"] }];
    const using = (hostCommand: typeof command) => ({ ...inventory, hostCommands: [hostCommand] });
    const reached = ["create environment/abc-p1", "install host/web01.example.com"];
    expect(narrowed(using(before), using(after))).toEqual(reached);
    expect(narrowed(using(before), using(before), { files: ["bin/hosts"] })).toEqual(reached);
    expect(narrowed(using(before), using(before), { files: ["customers/xyz.yaml"] })).toEqual([]);
  });

  test("is an absent host whose machine lost its other name", () => {
    const old = host("web01", { state: "absent", address: "192.0.2.1" });
    const successor = host("web02", { address: "192.0.2.1" });
    const installed = { "web01.example.com": aHostReading({ agent: anAgent() }) };
    const [before, after] = [
      { ...inventory, hosts: [old, successor] },
      { ...inventory, hosts: [old] },
    ];
    const plan = planOf({ inventory: after, probes: installed, affected: affectedItems(before, after, []) });
    expect(actionsOf(plan)).toContain("uninstall host/web01.example.com");
  });

  test("is what a new time until deletion is about", () => {
    const absent = { ...inventory, environments: [anEnvironment({ state: "absent" })], groups: [], hosts: [] };
    const sooner = { ...absent, safety: { ...absent.safety, deleteAfter: 0 } };
    const cluster = { environments: [{ ...disabled("abc-p1"), tags: ["dtsync:disabled=2026-03-10"] }] };
    expect(narrowed(absent, sooner, { cluster })).toEqual(["delete environment/abc-p1"]);
  });

  test("does not hide a group that is held", () => {
    const before = { ...inventory, groups: [aGroup({ previously: ["old"], access: { "abc-p1": ["VIEWER"] } })] };
    const after = { ...inventory, groups: [aGroup({ previously: ["old"], access: { "abc-p1": ["LOG_VIEWER"] } })] };
    const plan = planOf({
      inventory: after,
      affected: affectedItems(before, after, []),
      clusters: { emea: { groups: [anObservedGroup(), anObservedGroup({ name: "old" })] } },
    });
    expect(plan.held.map(({ scope }) => scope)).toEqual(["group/emea/operators"]);
  });
});

const disabled = (id: string) => ({ id, name: id, state: "DISABLED" as const, trial: false });

const anything: fc.Arbitrary<ClusterContent> = fc
  .tuple(
    fc.subarray(["abc-p1", "abc-t1", "xyz-p1", "xyz-t2", "foreign-1"]),
    fc.subarray(["noc", "abc-ops", "Sales Group", "old-noc"]),
    fc.array(fc.tuple(fc.nat(5), fc.boolean(), fc.subarray(["a", "B", "dtsync:disabled=2026-03-01"])), {
      minLength: 9,
      maxLength: 9,
    }),
  )
  .map(([ids, groups, random]) => ({
    environments: ids.map((id, index) => {
      const [number, flag, tags] = random[index] ?? [0, false, []];
      return {
        id,
        name: `Name ${number}`,
        state: flag ? ("ENABLED" as const) : ("DISABLED" as const),
        trial: false,
        tags,
      };
    }),
    groups: groups.map((name, index) => {
      const [number, flag] = random[index + 5] ?? [0, false];
      return anObservedGroup({
        name,
        isClusterAdminGroup: number === 5,
        ldapGroupNames: flag ? ["cn=a"] : [],
        accessRight: { VIEWER: ids.slice(number), LOG_VIEWER: ids.slice(0, number) },
      });
    }),
  }));

const essence = ({ id, action, fields, after }: Change): string => JSON.stringify([id, action, fields, after]);

describe("for any two inventories and any cluster", () => {
  test("every change that the base would not make too is affected", () => {
    fc.assert(
      fc.property(randomInventory, randomInventory, anything, (before, after, content) => {
        const clusters = { emea: content };
        const earlier = new Set(planOf({ inventory: before, clusters }).changes.map(essence));
        const caused = planOf({ inventory: after, clusters })
          .changes.map(essence)
          .filter((change) => !earlier.has(change));
        const left = new Set(
          planOf({ inventory: after, clusters, affected: affectedItems(before, after, []) }).changes.map(essence),
        );
        expect(caused.filter((change) => !left.has(change))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test("nothing is affected when nothing changed", () => {
    fc.assert(
      fc.property(randomInventory, anything, (same, content) => {
        const affected = affectedItems(same, same, []);
        expect(planOf({ inventory: same, clusters: { emea: content }, affected }).changes).toEqual([]);
      }),
    );
  });
});

test("a group whose access reaches a cluster no more is looked for there, and its rights are told", () => {
  const clusters = [aCluster(), aCluster({ name: "apac" })];
  const there = [anEnvironment(), anEnvironment({ id: "abc-t1", cluster: "apac" })];
  const noc = (cluster: string, access: Readonly<Record<string, readonly string[]>>, given = {}) =>
    aGroup({ name: "noc", cluster, access, ...given });
  const before = anInventory({
    clusters,
    environments: there,
    groups: [noc("emea", { "abc-p1": ["VIEWER"] }), noc("apac", { "abc-t1": ["VIEWER"] })],
  });
  const after = { ...before, groups: before.groups.slice(0, 1) };
  const affected = affectedItems(before, after, []);
  expect([...affected.formerClusters]).toEqual(["apac"]);
  const found = anObservedGroup({ name: "noc", accessRight: { VIEWER: ["abc-t1"] } });
  const plan = planOf({
    inventory: after,
    affected,
    clusters: {
      emea: { groups: [] },
      apac: { environments: [anObservedEnvironment({ id: "abc-t1" })], groups: [found] },
    },
  });
  expect(plan.changes).toEqual([]);
  expect(plan.warnings).toEqual([expect.stringContaining('group "noc" reaches nothing on apac')]);
  const named = { ...before, groups: [noc("emea", { "abc-p1": ["VIEWER"] }, { followsAccess: false })] };
  expect([...affectedItems(before, named, []).formerClusters]).toEqual([]);
});
