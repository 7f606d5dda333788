import { expect, test } from "vitest";
import {
  aCluster,
  aGroup,
  anEnvironment,
  anInventory,
  anObservedEnvironment,
  anObservedGroup,
  planOf,
  scopeOf,
} from "../../../support/builders.ts";

const inventory = anInventory({ groups: [aGroup({ name: "noc" }), aGroup({ name: "operators" })] });
const clusters = { emea: { groups: "no answer" } };

test("groups that could not be read are held with as many items as are in scope", () => {
  expect(planOf({ inventory, clusters }).held).toEqual([
    { scope: "cluster/emea/groups", reason: "no answer", items: 2 },
  ]);
  expect(planOf({ inventory, clusters, scope: scopeOf({ targets: ["noc"] }) }).held).toMatchObject([{ items: 1 }]);
});

test("to a run that is not about groups it is nothing that they could not be read", () => {
  expect(planOf({ inventory, clusters, scope: scopeOf({ only: ["environments", "hosts"] }) }).held).toEqual([]);
});

test("groups that nobody asked for are neither held nor unmanaged", () => {
  const plan = planOf({ inventory, clusters: { emea: { groups: null } }, scope: scopeOf({ only: ["hosts"] }) });
  expect([plan.held, plan.unmanaged["emea"]?.groups]).toEqual([[], []]);
});

const twoClusters = {
  clusters: [aCluster(), aCluster({ name: "apac" })],
  environments: [anEnvironment(), ...["abc-t1", "abc-t2"].map((id) => anEnvironment({ id, cluster: "apac" }))],
};
const noc = aGroup({ name: "noc", access: { "abc-p1": ["VIEWER"] } });
const asRead = anObservedGroup({ id: "noc", name: "noc", accessRight: { VIEWER: ["abc-t1", "other-p1"] } });
const onBoth = {
  emea: { environments: [anObservedEnvironment()] },
  apac: {
    environments: [anObservedEnvironment({ id: "abc-t1" }), anObservedEnvironment({ id: "abc-t2" })],
    groups: [asRead],
  },
};

test("rights of a group on a cluster that its access no longer reaches are told, with what to declare", () => {
  const plan = planOf({ inventory: anInventory({ ...twoClusters, groups: [noc] }), clusters: onBoth });
  expect(plan.warnings).toEqual([
    'the access of group "noc" reaches nothing on apac, where the group has rights on abc-t1: they stay. To have them taken away, declare clusters: [apac, emea]; to leave them, clusters: [emea]',
  ]);
  expect(plan.unmanaged["apac"]?.groups).toEqual(["noc"]);
});

test.each([
  ["a group whose clusters are named", [{ ...noc, followsAccess: false }], {}],
  ["a group of another name", [{ ...noc, name: "operators" }], {}],
  ["a group whose rights are not compared", [aGroup({ name: "noc" })], {}],
  ["a group that is to go", [{ ...noc, state: "absent" as const }], {}],
  ["a group that nobody asked for", [noc], { scope: scopeOf({ targets: ["abc-t1"], only: ["environments"] }) }],
  ["a group that is excluded", [noc], { scope: scopeOf({ excludes: ["noc"] }) }],
])("nothing is told of the rights of %s", (_, groups, given) => {
  const plan = planOf({ inventory: anInventory({ ...twoClusters, groups }), clusters: onBoth, ...given });
  expect(plan.warnings).toEqual([]);
});

test("a former name counts for what a group left behind, and many environments are told in short", () => {
  const ids = Array.from({ length: 8 }, (_, index) => `abc-s${index + 1}`);
  const plan = planOf({
    inventory: anInventory({
      ...twoClusters,
      environments: [anEnvironment(), ...ids.map((id) => anEnvironment({ id, cluster: "apac" }))],
      groups: [{ ...noc, name: "operations", previously: ["NOC"] }],
    }),
    clusters: {
      emea: { environments: [anObservedEnvironment()] },
      apac: {
        environments: ids.map((id) => anObservedEnvironment({ id })),
        groups: [{ ...asRead, accessRight: { VIEWER: ids } }],
      },
    },
  });
  expect(plan.warnings[0]).toContain("rights on abc-s1, abc-s2, abc-s3, abc-s4, abc-s5 and 3 more");
});
