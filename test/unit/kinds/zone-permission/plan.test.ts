import { describe, expect, test } from "vitest";
import type { Environment, Group } from "../../../../src/model/inventory.ts";
import type { ObservedZones, Reading } from "../../../../src/model/observed.ts";
import type { PlanScope } from "../../../../src/model/plan.ts";
import {
  actionsOf,
  aGroup,
  anEnvironment,
  anInventory,
  anObservedEnvironment,
  anObservedGroup,
  changeOf,
  planOf,
  scopeOf,
} from "../../../support/builders.ts";

const complete = <T>(value: T): Reading<T> => ({ status: "complete", value });
const unreadable = (reason: string) => ({ status: "unreadable", reason }) as const;

const zonesOfP1 = [
  { id: "-1", name: "Web shop" },
  { id: "2", name: "Team A" },
  { id: "3", name: "Team B" },
];

interface Given {
  readonly groups: readonly Group[];
  readonly rights?: ObservedZones["rights"] | readonly (readonly [group: string, zone: string, string[]])[];
  readonly lists?: Readonly<Record<string, Reading<readonly { readonly id: string; readonly name: string }[]>>>;
  readonly environments?: readonly Environment[];
  readonly disabled?: readonly string[];
  readonly scope?: PlanScope;
  readonly onCluster?: readonly string[];
}

function plan({ groups, rights = [], lists, environments, disabled = [], scope, onCluster }: Given) {
  const isReading = (given: NonNullable<Given["rights"]>): given is ObservedZones["rights"] => "status" in given;
  const zones: ObservedZones = {
    rights: isReading(rights)
      ? rights
      : complete(rights.map(([group, zone, permissions]) => ({ group, environment: "ABC-p1", zone, permissions }))),
    lists: new Map(Object.entries(lists ?? { "abc-p1": complete(zonesOfP1) })),
  };
  const names = onCluster ?? groups.map(({ name }) => name);
  return planOf({
    inventory: anInventory({ environments: environments ?? [anEnvironment()], groups }),
    clusters: {
      emea: {
        environments: [anObservedEnvironment({ state: disabled.includes("abc-p1") ? "DISABLED" : "ENABLED" })],
        groups: names.map((name) => anObservedGroup({ name })),
        zones,
      },
    },
    ...(scope ? { scope } : {}),
  });
}

const naming = (zones: Readonly<Record<string, readonly string[]>>, name = "operators") =>
  aGroup({ name, access: {}, managementZones: { "abc-p1": zones } });

describe("rights on management zones", () => {
  test("are granted, updated and revoked by the name of the zone", () => {
    const planned = plan({
      groups: [naming({ "Web shop": ["LOG_VIEWER"], "Team A": ["VIEWER"], "Team B": [] })],
      rights: [
        ["operators", "2", ["VIEWER", "MANAGE_SETTINGS"]],
        ["operators", "3", ["VIEWER"]],
      ],
    });
    expect(actionsOf(planned)).toEqual([
      "update zone-permission/emea/operators/abc-p1/Team A",
      "revoke zone-permission/emea/operators/abc-p1/Team B",
      "grant zone-permission/emea/operators/abc-p1/Web shop",
    ]);
    expect(changeOf(planned, "zone-permission/emea/operators/abc-p1/Web shop")).toMatchObject({
      kind: "zone-permission",
      customer: "abc",
      environment: "abc-p1",
      group: "operators",
      host: null,
      managementZone: "Web shop",
      managementZoneId: "-1",
      before: [],
      after: ["LOG_VIEWER", "VIEWER"],
      fields: ["LOG_VIEWER", "VIEWER"],
      dependsOn: [],
    });
    expect(planned.summary).toMatchObject({ update: 3, held: 0 });
  });

  test("are as declared when only what the cluster implies is more", () => {
    const rights = [["operators", "-1", ["MANAGE_SECURITY_PROBLEMS", "VIEWER", "VIEW_SECURITY_PROBLEMS"]]] as const;
    const groups = [naming({ "Web shop": ["MANAGE_SECURITY_PROBLEMS"] })];
    expect(plan({ groups, rights: rights.map(([group, zone, names]) => [group, zone, [...names]]) }).changes).toEqual(
      [],
    );
  });

  test("on zones that no group names stay as they are", () => {
    const groups = [naming({ "Web shop": [] }), aGroup({ name: "noc", access: {} })];
    expect(plan({ groups, rights: [["operators", "2", ["VIEWER"]]] }).changes).toEqual([]);
  });

  test("on a zone that another group names go, where the group declares its rights", () => {
    const groups = [
      naming({ "Team *": ["VIEWER"] }),
      aGroup({ name: "noc", access: {} }),
      aGroup({ name: "others", access: null }),
      aGroup({ name: "admins", access: {}, isClusterAdminGroup: true }),
    ];
    const planned = plan({
      groups,
      rights: ["noc", "others", "admins", "foreign"].map((name) => [name, "2", ["VIEWER"]]),
      onCluster: ["operators", "noc", "others", "admins", "foreign"],
    });
    expect(actionsOf(planned).filter((line) => line.includes("zone-permission"))).toEqual([
      "revoke zone-permission/emea/noc/abc-p1/Team A",
      "grant zone-permission/emea/operators/abc-p1/Team A",
      "grant zone-permission/emea/operators/abc-p1/Team B",
    ]);
  });

  test("add up over a name and the globs that match it too", () => {
    const planned = plan({ groups: [naming({ "Web shop": ["VIEWER"], "web*": ["LOG_VIEWER"], "*": ["VIEWER"] })] });
    expect(changeOf(planned, "zone-permission/emea/operators/abc-p1/Web shop").after).toEqual(["LOG_VIEWER", "VIEWER"]);
    expect(changeOf(planned, "zone-permission/emea/operators/abc-p1/Team B").after).toEqual(["VIEWER"]);
  });

  test("wait for a group that is created", () => {
    const planned = plan({ groups: [naming({ "Web shop": ["VIEWER"] })], onCluster: [] });
    expect(changeOf(planned, "zone-permission/emea/operators/abc-p1/Web shop").dependsOn).toEqual([
      "group/emea/operators",
    ]);
  });

  test("names are encoded in ids", () => {
    const lists = { "abc-p1": complete([{ id: "1", name: "a/b%" }]) };
    expect(actionsOf(plan({ groups: [naming({ "a/b%": ["VIEWER"] })], lists }))).toEqual([
      "grant zone-permission/emea/operators/abc-p1/a%2Fb%25",
    ]);
  });
});

describe("what is held", () => {
  const held = (given: Given) => plan(given).held;

  test("a zone that is not there, and nothing else", () => {
    const planned = plan({
      groups: [naming({ "web shop": ["VIEWER"], Nope: ["VIEWER"], Gone: [], "Team A": ["VIEWER"] })],
    });
    expect(actionsOf(planned)).toEqual(["grant zone-permission/emea/operators/abc-p1/Team A"]);
    expect(planned.held).toEqual([
      {
        scope: "zone-permission/emea/operators/abc-p1/Nope",
        reason: 'there is no management zone "Nope" in abc-p1',
        items: 1,
      },
      {
        scope: "zone-permission/emea/operators/abc-p1/web shop",
        reason: 'there is no management zone "web shop" in abc-p1: it has "Web shop", and case matters',
        items: 1,
      },
    ]);
  });

  test("all of an environment whose zones could not be read: they are not absent", () => {
    const groups = [naming({ "Web shop": ["VIEWER"], Nope: [] }), naming({ "Team *": ["VIEWER"] }, "noc")];
    const planned = plan({
      groups,
      lists: { "abc-p1": unreadable("it was busy") },
      rights: [["noc", "2", ["VIEWER"]]],
    });
    expect(planned.changes).toEqual([]);
    // Two names of the one group, and for the other, which has rights there, all three.
    expect(planned.held).toEqual([{ scope: "cluster/emea/management-zones/abc-p1", reason: "it was busy", items: 5 }]);
  });

  test("what a group may lose where it names nothing itself, whatever was not read", () => {
    const groups = [naming({ "Web shop": [] }), aGroup({ name: "noc", access: {} })];
    const rights: Given["rights"] = [["noc", "-1", ["VIEWER"]]];
    const scope = scopeOf({ targets: ["noc"] });
    const unread = { scope: "cluster/emea/management-zones", reason: "it was busy", items: 1 };
    expect(held({ groups, rights: unreadable("it was busy"), scope })).toEqual([unread]);
    const lists = { "abc-p1": unreadable("it was busy") };
    expect(held({ groups, rights, lists, scope })).toEqual([{ ...unread, scope: `${unread.scope}/abc-p1` }]);
    expect(held({ groups, rights: unreadable("it was busy"), scope, onCluster: ["operators"] })).toEqual([]);
  });

  test("all of a cluster whose rights could not be read", () => {
    const groups = [naming({ "Web shop": ["VIEWER"] }), aGroup({ name: "noc", access: { "abc-p1": ["VIEWER"] } })];
    const planned = plan({ groups, rights: unreadable("it was busy") });
    expect(actionsOf(planned)).toEqual(["grant permission/emea/noc/abc-p1"]);
    expect(planned.held).toEqual([{ scope: "cluster/emea/management-zones", reason: "it was busy", items: 2 }]);
    const target = (name: string) => ({
      scope: scopeOf({ targets: [`zone-permission/emea/operators/abc-p1/${name}`] }),
    });
    expect(held({ groups, rights: unreadable("it was busy"), ...target("Web shop") })).toEqual([
      { scope: "cluster/emea/management-zones", reason: "it was busy", items: 1 },
    ]);
    expect(held({ groups, rights: unreadable("it was busy"), ...target("Another") })).toEqual([]);
  });

  test("zones of one name, whose rights would change", () => {
    const lists = { "abc-p1": complete([...zonesOfP1, { id: "9", name: "Web shop" }]) };
    const groups = [naming({ "Web shop": ["VIEWER"] })];
    expect(held({ groups, lists })).toEqual([
      {
        scope: "zone-permission/emea/operators/abc-p1/Web shop",
        reason: 'abc-p1 has several management zones "Web shop": give all but one of them another name',
        items: 1,
      },
    ]);
    const rights = [
      ["operators", "-1", ["VIEWER"]],
      ["operators", "9", ["VIEWER"]],
    ] as const;
    expect(held({ groups, lists, rights: rights.map(([group, zone, names]) => [group, zone, [...names]]) })).toEqual(
      [],
    );
  });

  test("zones of an environment that is yet to come, or to be enabled", () => {
    const later = anEnvironment({ id: "abc-p2" });
    const groups = [
      aGroup({ access: {}, managementZones: { "abc-p2": { "Web shop": ["VIEWER"], "*": ["VIEWER"], Gone: [] } } }),
    ];
    expect(held({ groups, environments: [later] })).toEqual([
      {
        scope: "zone-permission/emea/operators/abc-p2/Web shop",
        reason: "the environment abc-p2 is not there yet",
        items: 1,
      },
    ]);
    const enabled = [anEnvironment({ state: "enabled" })];
    expect(held({ groups: [naming({ "*": [] })], environments: enabled, disabled: ["abc-p1"] })).toMatchObject([
      { scope: "zone-permission/emea/operators/abc-p1/*", reason: expect.stringContaining("once it is enabled") },
    ]);
  });
});

test("a disabled environment is warned of, and rights there stay", () => {
  const planned = plan({
    groups: [naming({ "Web shop": ["VIEWER"] })],
    environments: [anEnvironment({ state: "disabled" })],
    disabled: ["abc-p1"],
    lists: {},
    rights: [["operators", "2", ["VIEWER"]]],
  });
  expect([planned.changes, planned.held]).toEqual([[], []]);
  expect(planned.warnings).toEqual([
    "abc-p1: the environment is disabled, so rights on its management zones stay as they are",
  ]);
});

test("a glob that no zone in reach matches is a warning", () => {
  expect(plan({ groups: [naming({ "Nope *": ["VIEWER"], "Team *": [] })] }).warnings).toEqual([
    'group operators on emea: no management zone in reach is called like "Nope *"',
  ]);
});

test("targets choose rights on zones by group, environment and id", () => {
  const groups = [naming({ "Web shop": ["VIEWER"], Nope: ["VIEWER"] }), naming({ "Team A": ["VIEWER"] }, "noc")];
  const chosen = (...targets: readonly string[]) => {
    const planned = plan({ groups, scope: scopeOf({ targets }) });
    return [...actionsOf(planned), ...planned.held.map(({ scope }) => `held ${scope}`)];
  };
  const shop = "grant zone-permission/emea/operators/abc-p1/Web shop";
  const nope = "held zone-permission/emea/operators/abc-p1/Nope";
  const team = "grant zone-permission/emea/noc/abc-p1/Team A";
  expect(chosen("abc-p1")).toEqual([team, shop, nope]);
  expect(chosen("operators")).toEqual([shop, nope]);
  expect(chosen("permission/emea/operators/abc-p1")).toEqual([shop, nope]);
  expect(chosen("zone-permission/emea/operators/abc-p1/Web shop")).toEqual([shop]);
  expect(chosen("xyz")).toEqual([]);
});

test("what is taken away counts for the guards as other rights do", () => {
  const inventory = anInventory({
    environments: [anEnvironment()],
    groups: [naming({ "Team A": [] })],
    safety: { breakGlass: ["operators"], maxUpdates: { count: 0 } },
  });
  const zones: ObservedZones = {
    rights: complete([{ group: "operators", environment: "abc-p1", zone: "2", permissions: ["VIEWER"] }]),
    lists: new Map([["abc-p1", complete(zonesOfP1)]]),
  };
  const content = { environments: [anObservedEnvironment()], groups: [anObservedGroup()], zones };
  const { guards } = planOf({ inventory, clusters: { emea: content } });
  expect(guards).toMatchObject([
    { guard: "maxUpdates", actual: 1, items: ["group/emea/operators"] },
    { guard: "breakGlass", actual: 1, items: ["zone-permission/emea/operators/abc-p1/Team A"] },
  ]);
});
