import { describe, expect, test } from "vitest";
import type { Environment, Group } from "../../../../src/model/inventory.ts";
import type { ObservedGroup } from "../../../../src/model/observed.ts";
import {
  actionsOf,
  aGroup,
  anEnvironment,
  anInventory,
  anObservedEnvironment,
  anObservedGroup,
  changeOf,
  planOf,
} from "../../../support/builders.ts";

const environments = [anEnvironment({ id: "abc-p1" }), anEnvironment({ id: "abc-t1" })];

function planFor(
  declared: readonly Group[],
  found: readonly Partial<ObservedGroup>[],
  there: readonly Environment[] = environments,
) {
  return planOf({
    inventory: anInventory({ environments, groups: declared }),
    clusters: {
      emea: {
        environments: there.map(({ id }) => anObservedEnvironment({ id })),
        groups: found.map((group) => anObservedGroup(group)),
      },
    },
  });
}

const group = "group/emea/operators";
const rightsOn = (environment: string) => `permission/emea/operators/${environment}`;

describe("what happens to a group", () => {
  test.each<[string, Parameters<typeof aGroup>[0], readonly Partial<ObservedGroup>[], readonly string[]]>([
    ["nothing there", {}, [], [`create ${group}`]],
    ["there as declared", { ldapGroupNames: ["a", "b"] }, [{ ldapGroupNames: ["b", "a"] }], []],
    [
      "nothing declared but the name",
      {},
      [{ ldapGroupNames: ["x"], ssoGroupNames: ["y"], isClusterAdminGroup: true }],
      [],
    ],
    ["LDAP names in another case", { ldapGroupNames: ["CN=A"] }, [{ ldapGroupNames: ["cn=a"] }], []],
    ["SSO names in another case", { ssoGroupNames: ["A"] }, [{ ssoGroupNames: ["a"] }], [`update ${group}`]],
    ["a declared list that is empty", { ldapGroupNames: [] }, [{ ldapGroupNames: ["a"] }], [`update ${group}`]],
    ["the name in another case", {}, [{ name: "Operators" }], [`update ${group}`]],
    ["becomes administrators", { isClusterAdminGroup: true }, [{}], [`update ${group}`]],
    ["absent and there", { state: "absent" }, [{}], [`delete ${group}`]],
    ["absent and not there", { state: "absent" }, [], []],
    ["renamed", { previously: ["ops"] }, [{ name: "Ops" }], [`update ${group}`]],
    ["renamed long ago", { previously: ["ops"] }, [{}], []],
    [
      "of several former names the most recent",
      { previously: ["ops2", "ops1"] },
      [{ name: "ops1" }, { name: "ops2" }],
      [`update ${group}`],
    ],
    ["absent under its former name", { state: "absent", previously: ["ops"] }, [{ name: "ops" }], [`delete ${group}`]],
    ["both names there", { previously: ["ops"], ldapGroupNames: ["x"] }, [{ name: "ops" }, {}], []],
  ])("%s", (_name, declared, found, actions) => {
    expect(actionsOf(planFor([aGroup(declared)], found))).toEqual(actions);
  });

  test("a rename says from what to what, and the former name is not unmanaged", () => {
    const plan = planFor([aGroup({ previously: ["ops"] })], [{ name: "ops" }, { name: "foreign" }]);
    expect(changeOf(plan, group)).toMatchObject({
      before: { name: "ops" },
      after: { name: "operators" },
      fields: ["name"],
    });
    expect(plan.unmanaged["emea"]?.groups).toEqual(["foreign"]);
  });

  test("a name whose id a group has that was renamed is told with its creation", () => {
    const plan = planFor([aGroup()], [{ id: "operators", name: "night shift" }]);
    expect(changeOf(plan, group)).toMatchObject({
      action: "create",
      notes: [expect.stringContaining('its group "night shift" has the id that this name leads to (operators)')],
    });
    expect(changeOf(planFor([aGroup()], [{ id: "other", name: "night shift" }]), group)?.notes).toEqual([]);
  });

  test("both names there: held, neither changed nor unmanaged", () => {
    const plan = planFor([aGroup({ previously: ["ops"] })], [{ name: "ops" }, {}]);
    expect(plan.held).toEqual([
      { scope: group, items: 1, reason: expect.stringMatching(/both "operators" and its former name "ops" exist/) },
    ]);
    expect(plan.unmanaged["emea"]?.groups).toEqual([]);
  });

  const twins = [
    { id: "one", name: "Operators", ldapGroupNames: ["one"] },
    { id: "two", name: "OPERATORS", ldapGroupNames: ["two"] },
  ];
  const exact = { id: "three", name: "operators", ldapGroupNames: ["three"] };

  test.each([
    ["first", [exact, ...twins]],
    ["last", [...twins, exact]],
  ])(
    "of names that differ in case alone the exact one is meant, listed %s; the others are unmanaged",
    (_place, found) => {
      const plan = planFor([aGroup({ ldapGroupNames: ["new"] })], found);
      expect(actionsOf(plan)).toEqual([`update ${group}`]);
      expect(changeOf(plan, group).before).toEqual({ ldapGroupNames: ["three"] });
      expect(plan.unmanaged["emea"]?.groups).toEqual(["OPERATORS", "Operators"]);
      const removal = planFor([aGroup({ state: "absent" })], found);
      expect(changeOf(removal, group).before).toMatchObject({ name: "operators", ldapGroupNames: ["three"] });
      expect(removal.unmanaged["emea"]?.groups).toEqual(["OPERATORS", "Operators"]);
    },
  );

  test.each<[string, Parameters<typeof aGroup>[0], RegExp]>([
    ["none of them is exact", {}, /"operators" may mean "Operators" and "OPERATORS"/],
    ["it is absent", { state: "absent" }, /"operators" may mean/],
    ["they are former names", { name: "staff", previously: ["operators"] }, /"operators" may mean/],
  ])("names that differ in case alone hold the group where %s", (_case, declared, reason) => {
    const plan = planFor([aGroup(declared)], [...twins, { id: "x", name: "foreign" }]);
    expect(plan.changes).toEqual([]);
    expect(plan.held).toEqual([
      { scope: `group/emea/${declared?.name ?? "operators"}`, items: 1, reason: expect.stringMatching(reason) },
    ]);
    expect(plan.unmanaged["emea"]?.groups).toEqual(["foreign"]);
  });

  test("an exact former name is meant, and not the ones in another case", () => {
    const plan = planFor([aGroup({ name: "staff", previously: ["operators"] })], [...twins, exact]);
    expect(changeOf(plan, "group/emea/staff").before).toEqual({ name: "operators" });
    expect(plan.unmanaged["emea"]?.groups).toEqual(["OPERATORS", "Operators"]);
  });

  test("only the exact name is removed, so that the removal of one group does not lead to that of another", () => {
    const plan = planFor([aGroup({ state: "absent" })], [{ name: "Operators" }]);
    expect(plan.changes).toEqual([]);
    expect(plan.held).toEqual([
      { scope: group, items: 1, reason: expect.stringMatching(/has the group as "Operators": declare the exact name/) },
    ]);
  });

  test("names with / and % are encoded in ids alone", () => {
    const plan = planFor([aGroup({ name: "a/b%c", access: { "abc-p1": ["VIEWER"] } })], []);
    expect(actionsOf(plan)).toEqual(["create group/emea/a%2Fb%25c", "grant permission/emea/a%2Fb%25c/abc-p1"]);
    expect(plan.changes.map((change) => change.group)).toEqual(["a/b%c", "a/b%c"]);
  });
});

describe("rights", () => {
  type Access = Readonly<Record<string, readonly string[]>> | null;
  test.each<[string, Access, Access, readonly string[]]>([
    ["left out: not compared", null, { VIEWER: ["abc-p1"] }, []],
    ["an empty list: none there", { "abc-p1": [] }, { VIEWER: ["abc-p1"] }, [`revoke ${rightsOn("abc-p1")}`]],
    [
      "declared for one: none on the inventory's others",
      { "abc-p1": ["VIEWER"] },
      { VIEWER: ["abc-p1", "abc-t1"] },
      [`revoke ${rightsOn("abc-t1")}`],
    ],
    [
      "foreign environments are left",
      { "abc-p1": ["VIEWER"] },
      { VIEWER: ["abc-p1", "foreign"], LOG_VIEWER: ["foreign"] },
      [],
    ],
    ["implied by the cluster", { "abc-p1": ["LOG_VIEWER"] }, { LOG_VIEWER: ["abc-p1"], VIEWER: ["abc-p1"] }, []],
    ["implied, and the cluster does not say so", { "abc-p1": ["LOG_VIEWER"] }, { LOG_VIEWER: ["abc-p1"] }, []],
    [
      "capture implies settings",
      { "abc-p1": ["CONFIGURE_REQUEST_CAPTURE_DATA"] },
      { CONFIGURE_REQUEST_CAPTURE_DATA: ["abc-p1"], MANAGE_SETTINGS: ["abc-p1"], VIEWER: ["abc-p1"] },
      [],
    ],
    [
      "managing problems implies seeing them",
      { "abc-p1": ["MANAGE_SECURITY_PROBLEMS"] },
      { MANAGE_SECURITY_PROBLEMS: ["abc-p1"], VIEWER: ["abc-p1"], VIEW_SECURITY_PROBLEMS: ["abc-p1"] },
      [],
    ],
    ["one more", { "abc-p1": ["LOG_VIEWER"] }, { VIEWER: ["abc-p1"] }, [`update ${rightsOn("abc-p1")}`]],
    [
      "one less",
      { "abc-p1": ["VIEWER"] },
      { VIEWER: ["abc-p1"], AGENT_INSTALL: ["abc-p1"] },
      [`update ${rightsOn("abc-p1")}`],
    ],
    ["none before", { "abc-p1": ["VIEWER"] }, {}, [`grant ${rightsOn("abc-p1")}`]],
    [
      "a permission nobody knows, on a managed one",
      { "abc-p1": ["VIEWER"] },
      { VIEWER: ["abc-p1"], NEW_THING: ["abc-p1"] },
      [`update ${rightsOn("abc-p1")}`],
    ],
    [
      "a permission nobody knows, declared",
      { "abc-p1": ["NEW_THING"] },
      { VIEWER: ["abc-p1"], NEW_THING: ["abc-p1"] },
      [],
    ],
    ["ids in another case", { "abc-p1": ["VIEWER"] }, { VIEWER: ["ABC-P1"] }, []],
  ])("%s", (_name, access, accessRight, actions) => {
    expect(actionsOf(planFor([aGroup({ access })], [{ accessRight: accessRight ?? {} }]))).toEqual(actions);
  });

  test("both sides are sorted and closed, and the fields are what differs", () => {
    const plan = planFor(
      [aGroup({ access: { "abc-p1": ["LOG_VIEWER", "AGENT_INSTALL"] } })],
      [{ accessRight: { MANAGE_SETTINGS: ["abc-p1"] } }],
    );
    expect(changeOf(plan, rightsOn("abc-p1"))).toMatchObject({
      action: "update",
      before: ["MANAGE_SETTINGS", "VIEWER"],
      after: ["AGENT_INSTALL", "LOG_VIEWER", "VIEWER"],
      fields: ["AGENT_INSTALL", "LOG_VIEWER", "MANAGE_SETTINGS"],
      group: "operators",
      environment: "abc-p1",
      customer: "abc",
    });
  });

  test("rights of administrators are not compared: they read back empty", () => {
    const administrators = { isClusterAdminGroup: true, access: { "abc-p1": ["VIEWER"] } };
    expect(actionsOf(planFor([aGroup(administrators)], [{ isClusterAdminGroup: true }]))).toEqual([]);
    expect(actionsOf(planFor([aGroup({ access: { "abc-p1": ["VIEWER"] } })], [{ isClusterAdminGroup: true }]))).toEqual(
      [],
    );
  });

  test("administrators no more: their rights are granted with it", () => {
    const plan = planFor(
      [aGroup({ isClusterAdminGroup: false, access: { "abc-p1": ["VIEWER"] } })],
      [{ isClusterAdminGroup: true }],
    );
    expect(actionsOf(plan)).toEqual([`update ${group}`, `grant ${rightsOn("abc-p1")}`]);
  });

  test("rights on a new environment wait for it, those of a new group for the group", () => {
    const [there] = environments;
    const plan = planFor([aGroup({ access: { "abc-t1": ["VIEWER"] } })], [], there ? [there] : []);
    expect(actionsOf(plan)).toEqual(["create environment/abc-t1", `create ${group}`, `grant ${rightsOn("abc-t1")}`]);
    expect(changeOf(plan, rightsOn("abc-t1")).dependsOn).toEqual([group, "environment/abc-t1"]);
  });

  test("an absent environment loses the inventory's groups before it is disabled", () => {
    const inventory = anInventory({
      environments: [anEnvironment({ state: "absent" })],
      groups: [aGroup({ access: {} }), aGroup({ name: "silent" })],
    });
    const accessRight = { VIEWER: ["abc-p1"] };
    const groups = [anObservedGroup({ accessRight }), anObservedGroup({ name: "silent", accessRight })];
    const plan = planOf({ inventory, clusters: { emea: { environments: [anObservedEnvironment()], groups } } });
    expect(actionsOf(plan)).toEqual([`revoke ${rightsOn("abc-p1")}`, "disable environment/abc-p1"]);
    expect(changeOf(plan, "environment/abc-p1").dependsOn).toEqual([rightsOn("abc-p1")]);
  });

  test("rights that are left over on an absent environment that is gone are no change", () => {
    const plan = planOf({
      inventory: anInventory({ environments: [anEnvironment({ state: "absent" })], groups: [aGroup({ access: {} })] }),
      clusters: { emea: { groups: [anObservedGroup({ accessRight: { VIEWER: ["abc-p1"] } })] } },
    });
    expect(plan.changes).toEqual([]);
  });

  test("rights under a new name wait for the renaming", () => {
    const plan = planFor([aGroup({ previously: ["ops"], access: { "abc-p1": ["VIEWER"] } })], [{ name: "ops" }]);
    expect(changeOf(plan, rightsOn("abc-p1")).dependsOn).toEqual([group]);
  });
});

test("a group that is too large for a cluster to take is held, with what to do", () => {
  const ids = Array.from({ length: 5_000 }, (_, index) => `a-customer-with-a-name-of-some-length-${index}-p1`);
  const permissions = ["LOG_VIEWER", "MANAGE_SETTINGS", "REPLAY_SESSION_DATA", "VIEWER", "VIEW_SENSITIVE_REQUEST_DATA"];
  const there = ids.map((id) => anEnvironment({ id }));
  const declared = aGroup({ access: Object.fromEntries(ids.map((id) => [id, permissions])) });
  const inventory = anInventory({ environments: there, groups: [declared, aGroup({ name: "noc" })] });
  const found = ids.map((id) => anObservedEnvironment({ id }));
  const plan = planOf({ inventory, clusters: { emea: { environments: found, groups: [anObservedGroup()] } } });
  expect(actionsOf(plan).slice(0, 3)).toEqual(["create group/emea/noc"]);
  expect(plan.held).toEqual([
    {
      scope: group,
      items: 1,
      reason: expect.stringMatching(/^the rights of this group would need a request of \d+ kB/),
    },
  ]);
});
