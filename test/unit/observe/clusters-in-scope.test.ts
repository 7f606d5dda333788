import { expect, test } from "vitest";
import { clustersInScope } from "../../../src/observe/clusters-in-scope.ts";
import type { Affected } from "../../../src/plan/affected-items.ts";
import { aCluster, aGroup, aHost, anEnvironment, anInventory, scopeOf } from "../../support/builders.ts";

const inventory = anInventory({
  clusters: ["emea", "apac", "lab"].map((name) => aCluster({ name })),
  environments: [anEnvironment({ id: "abc-p1" }), anEnvironment({ id: "xyz-p1", cluster: "apac" })],
  groups: [aGroup({ name: "noc" }), aGroup({ name: "noc", cluster: "apac" }), aGroup({ name: "labs", cluster: "lab" })],
});
const hosts = [aHost({ name: "lab01.example.com", cluster: "lab", environment: "lab-t1", customer: "lab" })];

const unaffected: Affected = {
  ids: new Set(),
  groups: new Set(),
  wholeGroups: new Set(),
  wholeEnvironments: new Set(),
  zonesOf: new Set(),
  hostsOf: new Set(),
  wholeClusters: new Set(),
  formerClusters: new Set(),
};

const namesOf = (given: Parameters<typeof scopeOf>[0], affected: Affected | null = null) =>
  clustersInScope(inventory, hosts, scopeOf(given), affected).map(({ name }) => name);

test("all clusters are read when nothing narrows the run, also those on which nothing stands", () => {
  expect(namesOf({})).toEqual(["emea", "apac", "lab"]);
  expect(namesOf({ only: ["hosts"] })).toEqual(["emea", "apac", "lab"]);
});

test.each<[string, readonly string[], readonly string[]]>([
  ["an environment", ["abc-p1"], ["emea"]],
  ["a customer", ["xyz"], ["apac"]],
  ["a group that is on two", ["noc"], ["emea", "apac"]],
  ["a host that a command gave", ["lab01*"], ["lab"]],
  ["rights of a group", ["permission/emea/noc/abc-p1"], ["emea"]],
  ["rights on a management zone", ["zone-permission/apac/noc/xyz-p1/Web shop"], ["apac"]],
  ["rights of a group on environments of a stage", ["noc,stage=p"], ["emea", "apac"]],
  ["rights of a group on a customer", ["xyz,noc"], ["apac"]],
  ["rights of a group on one cluster on environments of a stage", ["group/emea/noc,stage=p"], ["emea"]],
  ["rights of a group on a stage that it has none of", ["noc,stage=t"], []],
  ["several", ["abc-p1", "labs"], ["emea", "lab"]],
  ["nothing that there is", ["nope"], []],
])("a target that is %s needs its clusters alone", (_what, targets, clusters) => {
  expect(namesOf({ targets })).toEqual(clusters);
});

test("a cluster is not read when everything on it is excluded", () => {
  expect(namesOf({ excludes: ["xyz", "noc"] })).toEqual(["emea", "lab"]);
});

test("with --changed-since only clusters of what is affected are read, and those that it has left", () => {
  expect(namesOf({}, unaffected)).toEqual([]);
  expect(namesOf({}, { ...unaffected, ids: new Set(["environment/abc-p1"]) })).toEqual(["emea"]);
  expect(namesOf({}, { ...unaffected, groups: new Set(["group/lab/labs"]) })).toEqual(["lab"]);
  expect(namesOf({}, { ...unaffected, formerClusters: new Set(["apac"]) })).toEqual(["apac"]);
});
