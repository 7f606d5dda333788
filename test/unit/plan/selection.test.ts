import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PlanScope } from "../../../src/model/plan.ts";
import { hostsInScope } from "../../../src/plan/create-plan.ts";
import { scopeFilter } from "../../../src/plan/scope.ts";
import {
  actionsOf,
  aGroup,
  aHost,
  aHostReading,
  anEnvironment,
  anInventory,
  anObservedGroup,
  changeOf,
  planOf,
  scopeOf,
} from "../../support/builders.ts";

const hosts = [aHost(), aHost({ name: "db01.xyz.example.com", environment: "xyz-p1", customer: "xyz" })];
const inventory = anInventory({
  environments: [anEnvironment({ id: "abc-p1" }), anEnvironment({ id: "abc-t1" }), anEnvironment({ id: "xyz-p1" })],
  groups: [
    aGroup({ name: "noc", access: { "abc-p1": ["VIEWER"], "xyz-p1": ["VIEWER"] } }),
    aGroup({ name: "abc-ops", customer: "abc", access: { "abc-t1": ["VIEWER"] } }),
  ],
  hosts,
});
const probes = Object.fromEntries(hosts.map(({ name }) => [name, aHostReading()]));
const planWith = (scope: Partial<PlanScope>) => planOf({ inventory, probes, scope: scopeOf(scope) });

const all = [
  "create environment/abc-p1",
  "create environment/abc-t1",
  "create environment/xyz-p1",
  "create group/emea/abc-ops",
  "grant permission/emea/abc-ops/abc-t1",
  "create group/emea/noc",
  "grant permission/emea/noc/abc-p1",
  "grant permission/emea/noc/xyz-p1",
  "install host/db01.xyz.example.com",
  "install host/web01.abc.example.com",
];
const without = (...gone: string[]) => all.filter((action) => !gone.some((part) => action.includes(part)));

describe("targets, excludes and kinds", () => {
  test.each<[string, Partial<PlanScope>, readonly string[]]>([
    ["everything", {}, all],
    [
      "a customer",
      { targets: ["xyz"] },
      [
        "create environment/xyz-p1",
        "create group/emea/noc",
        "grant permission/emea/noc/xyz-p1",
        "install host/db01.xyz.example.com",
      ],
    ],
    [
      "an environment, in another case",
      { targets: ["ABC-T1"] },
      ["create environment/abc-t1", "create group/emea/abc-ops", "grant permission/emea/abc-ops/abc-t1"],
    ],
    [
      "a group brings the environments it stands on",
      { targets: ["noc"] },
      [
        "create environment/abc-p1",
        "create environment/xyz-p1",
        "create group/emea/noc",
        "grant permission/emea/noc/abc-p1",
        "grant permission/emea/noc/xyz-p1",
      ],
    ],
    [
      "a host brings its environment",
      { targets: ["web01.*"] },
      ["create environment/abc-p1", "install host/web01.abc.example.com"],
    ],
    [
      "two targets",
      { targets: ["abc-t1", "db01*"] },
      [
        "create environment/abc-t1",
        "create environment/xyz-p1",
        "create group/emea/abc-ops",
        "grant permission/emea/abc-ops/abc-t1",
        "install host/db01.xyz.example.com",
      ],
    ],
    ["nothing of that name", { targets: ["nobody"] }, []],
    ["without a customer", { excludes: ["xyz"] }, without("xyz")],
    ["without a group", { excludes: ["noc"] }, without("noc")],
    ["without an environment", { excludes: ["abc-p1"] }, without("abc-p1", "web01")],
    [
      "a target without a part of it",
      { targets: ["abc"], excludes: ["*-t?", "noc"] },
      ["create environment/abc-p1", "create group/emea/abc-ops", "install host/web01.abc.example.com"],
    ],
    ["environments only", { only: ["environments"] }, all.slice(0, 3)],
    ["a glob does not match a part", { targets: ["ab"] }, []],
    [
      "an id of a plan",
      { targets: ["permission/emea/noc/abc-p1"] },
      ["create environment/abc-p1", "create group/emea/noc", "grant permission/emea/noc/abc-p1"],
    ],
    [
      "without a stage",
      { excludes: ["stage=p"] },
      [
        "create environment/abc-t1",
        "create group/emea/abc-ops",
        "grant permission/emea/abc-ops/abc-t1",
        "create group/emea/noc",
      ],
    ],
    [
      "a stage of a customer, or a host",
      { targets: ["abc,stage=t", "db01*"] },
      [
        "create environment/abc-t1",
        "create environment/xyz-p1",
        "create group/emea/abc-ops",
        "grant permission/emea/abc-ops/abc-t1",
        "install host/db01.xyz.example.com",
      ],
    ],
  ])("%s", (_name, scope, actions) => {
    expect(actionsOf(planWith(scope))).toEqual(actions);
  });

  test("what --exclude keeps out is not made for the sake of something else: that is held", () => {
    const groups = [aGroup({ name: "abc-ops", customer: "abc", access: { "xyz-p1": ["VIEWER"] } })];
    const plan = planOf({ inventory: { ...inventory, groups }, probes, scope: scopeOf({ excludes: ["abc"] }) });
    expect(actionsOf(plan)).toEqual(["create environment/xyz-p1", "install host/db01.xyz.example.com"]);
    expect(plan.held).toEqual([
      expect.objectContaining({
        scope: "permission/emea/abc-ops/xyz-p1",
        reason: "it needs group/emea/abc-ops, which this run does not create (--exclude)",
      }),
    ]);
  });

  test("nothing that an exclude selects is in a plan, whatever else is wanted", () => {
    const term = fc.constantFrom(
      "abc",
      "xyz-p1",
      "noc",
      "stage=p",
      "stage=t",
      "group/emea/abc-ops",
      "host/web*",
      "db01*",
    );
    const texts = fc.array(
      fc.array(term, { minLength: 1, maxLength: 2 }).map((terms) => terms.join(",")),
      { maxLength: 2 },
    );
    fc.assert(
      fc.property(texts, texts, (targets, excludes) => {
        const { excludes: excluded } = scopeFilter(scopeOf({ excludes }), inventory);
        expect(planWith({ targets, excludes }).changes.filter(excluded)).toEqual([]);
      }),
    );
  });

  test("what cannot be read selects nothing as a target, and keeps everything out as an exclude", () => {
    expect(actionsOf(planWith({ targets: ["label.=x"] }))).toEqual([]);
    expect(actionsOf(planWith({ excludes: ["label.=x"] }))).toEqual([]);
  });

  test("what would stand on something that --only leaves out is held", () => {
    const plan = planWith({ only: ["groups"] });
    expect(plan.changes.map(({ id }) => id)).toEqual(["group/emea/abc-ops", "group/emea/noc"]);
    expect(plan.held).toEqual([
      {
        scope: "permission/emea/abc-ops/abc-t1",
        items: 1,
        reason: expect.stringMatching(/needs environment\/abc-t1, which this run does not create/),
      },
      expect.objectContaining({ scope: "permission/emea/noc/abc-p1" }),
      expect.objectContaining({ scope: "permission/emea/noc/xyz-p1" }),
    ]);
    expect(planWith({ only: ["hosts"] }).held.map(({ scope }) => scope)).toEqual([
      "host/db01.xyz.example.com",
      "host/web01.abc.example.com",
    ]);
  });

  test("no change depends on one that is not in the plan", () => {
    for (const scope of [{}, { targets: ["noc"] }, { targets: ["abc-p1"] }, { only: ["hosts"] as const }]) {
      const { changes } = planWith(scope);
      const ids = new Set(changes.map(({ id }) => id));
      expect(changes.flatMap(({ dependsOn }) => dependsOn).filter((id) => !ids.has(id))).toEqual([]);
    }
  });

  test("rights of a group under its new name bring the renaming with them", () => {
    const plan = planOf({
      inventory: anInventory({
        environments: [anEnvironment()],
        groups: [aGroup({ name: "noc", previously: ["old"], ldapGroupNames: ["x"], access: { "abc-p1": ["VIEWER"] } })],
      }),
      clusters: { emea: { environments: [], groups: [anObservedGroup({ name: "old" })] } },
      scope: scopeOf({ targets: ["abc-p1"] }),
    });
    expect(actionsOf(plan)).toEqual([
      "create environment/abc-p1",
      "update group/emea/noc",
      "grant permission/emea/noc/abc-p1",
    ]);
    expect(changeOf(plan, "group/emea/noc").fields).toEqual(["ldapGroupNames", "name"]);
  });

  test("order alone brings nothing: an environment can be disabled without its rights", () => {
    const plan = planOf({
      inventory: anInventory({ environments: [anEnvironment({ state: "absent" })], groups: [aGroup({ access: {} })] }),
      clusters: {
        emea: {
          environments: [{ id: "abc-p1", name: "x", state: "ENABLED", trial: false, tags: [] }],
          groups: [anObservedGroup({ accessRight: { VIEWER: ["abc-p1"] } })],
        },
      },
      scope: scopeOf({ only: ["environments"] }),
    });
    expect(plan.changes.map(({ action, dependsOn }) => [action, dependsOn])).toEqual([["disable", []]]);
  });

  test("an environment is not deleted while groups would keep rights on it", () => {
    const plan = (scope: Partial<PlanScope>) =>
      planOf({
        inventory: anInventory({
          environments: [anEnvironment({ state: "absent" })],
          groups: [aGroup({ access: {} })],
        }),
        clusters: {
          emea: {
            environments: [
              { id: "abc-p1", name: "x", state: "DISABLED", trial: false, tags: ["dtsync:disabled=2020-01-01"] },
            ],
            groups: [anObservedGroup({ accessRight: { VIEWER: ["abc-p1"] } })],
          },
        },
        scope: scopeOf(scope),
      });
    const both = ["revoke permission/emea/operators/abc-p1", "delete environment/abc-p1"];
    expect(actionsOf(plan({ targets: ["environment/abc-p1"] }))).toEqual(both);
    expect(actionsOf(plan({ only: ["environments", "groups"] }))).toEqual(both);
    const held = plan({ only: ["environments"] });
    expect(held.changes).toEqual([]);
    expect(held.held).toEqual([
      expect.objectContaining({
        scope: "environment/abc-p1",
        reason: "it needs permission/emea/operators/abc-p1, which this run does not revoke (--only)",
      }),
    ]);
  });
});

test("hosts that are out of scope, or skipped, are not probed", () => {
  const names = (scope: Partial<PlanScope>) => hostsInScope(inventory, hosts, scopeOf(scope)).map(({ name }) => name);
  expect(names({})).toHaveLength(2);
  expect(names({ hosts: "skip" })).toEqual([]);
  expect(names({ only: ["groups"] })).toEqual([]);
  expect(names({ targets: ["xyz"] })).toEqual(["db01.xyz.example.com"]);
  expect(names({ targets: ["abc-p1"] })).toEqual(["web01.abc.example.com"]);
});
