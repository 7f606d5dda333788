import { describe, expect, test } from "vitest";
import type { PlanScope } from "../../../src/model/plan.ts";
import { checkScope } from "../../../src/plan/check-scope.ts";
import { aCluster, aCustomer, aGroup, aHost, anEnvironment, anInventory, scopeOf } from "../../support/builders.ts";

const inventory = anInventory({
  clusters: [aCluster(), aCluster({ name: "apac" })],
  customers: [aCustomer(), aCustomer({ id: "empty" })],
  environments: [anEnvironment({ id: "abc-p1", labels: { type: "ccv2" } }), anEnvironment({ id: "abc-t1" })],
  groups: [aGroup({ name: "noc", access: { "abc-p1": ["VIEWER"] } })],
  // Its access reaches absent environments alone by now.
  leavingGroups: [aGroup({ name: "leaver", access: {} })],
  hosts: [aHost()],
});
const check = (scope: Partial<PlanScope>, complete = true) => {
  const { faults, warnings } = checkScope(inventory, { hosts: inventory.hosts, complete }, scopeOf(scope));
  const texts = (findings: typeof faults) => findings.map(({ option, reason }) => `${option} ${reason}`);
  return { faults: texts(faults), warnings: texts(warnings) };
};
const nothing = { faults: [], warnings: [] };

describe("targets and excludes", () => {
  test.each([
    "abc",
    "abc-p1",
    "noc",
    "web01.abc.example.com",
    "environment/abc-p1",
    "group/emea/noc",
    "permission/emea/noc/abc-p1",
    // A right that the group may still have.
    "permission/emea/noc/abc-t1",
    "leaver",
    "group/emea/leaver",
    "permission/emea/leaver/abc-t1",
    "host/web01.abc.example.com",
    "stage=p",
    "cluster=emea",
    "label.type=ccv2",
    "noc,stage=p",
    "abc-*",
  ])("%s is about something", (text) => {
    expect(check({ targets: [text] })).toEqual(nothing);
    expect(check({ excludes: [text] })).toEqual(nothing);
  });

  test.each([
    "abc-p11",
    "environment/abc-p11",
    "group/emea/nok",
    "group/apac/noc",
    "permission/emea/nok/abc-p1",
    "permission/apac/noc/abc-p1",
    "host/web02.abc.example.com",
    "stage=q",
    "cluster=emae",
    "label.type=ccv1",
    "label.line=ccv2",
    "",
    "abc-p1,abc-t1",
    "noc,abc-p11",
  ])("%j is a fault", (text) => {
    expect(check({ targets: [text] }).faults).toEqual([expect.stringMatching(/^--target /)]);
    expect(check({ excludes: [text] }).faults).toEqual([expect.stringMatching(/^--exclude /)]);
  });

  test.each(["xyz-*", "host/db*", "stage=q*", "cluster=x?", "label.type=x*", "abc-t*,web*", "cluster=apac,stage=p"])(
    "%s is a warning",
    (text) => {
      const scope = { excludes: [text] };
      expect(check(scope).faults).toEqual([]);
      expect(check(scope).warnings).toEqual([expect.stringContaining(`--exclude ${text} matches nothing`)]);
    },
  );

  test("a name that a host of a command may have is a fault only when all hosts are known", () => {
    expect(check({ targets: ["db01", "host/db02"] }, false)).toEqual({
      faults: [],
      warnings: [
        expect.stringContaining("--target db01 matches nothing that is known"),
        expect.stringContaining("--target host/db02 matches nothing that is known"),
      ],
    });
    expect(check({ targets: ["environment/abc-p11"] }, false).faults).toHaveLength(1);
    // Where no host is compared, none can be meant.
    expect(check({ targets: ["db01", "host/db02"], hosts: "skip" }, false).faults).toHaveLength(2);
  });

  test("the name of a cluster is told from its form", () => {
    const { faults } = checkScope(inventory, { hosts: [], complete: true }, scopeOf({ targets: ["APAC"] }));
    expect(faults.map(({ hint }) => hint)).toEqual(["everything on that cluster is cluster=apac"]);
  });

  test.each([
    ["stage=z*", "it is compared with what environments have"],
    ["label.type=z*", "it is compared with what environments have"],
    ["cluster=z*", "it is compared with the clusters of dtsync.yaml"],
    ["z*", "it is compared with customers, environment ids, groups and host names"],
  ])("of %s it is told what it is compared with", (text, hint) => {
    const { warnings } = checkScope(inventory, { hosts: [], complete: true }, scopeOf({ targets: [text] }));
    expect(warnings).toMatchObject([{ hint }]);
  });

  test("what was meant is to be found among things of the same form", () => {
    const meant = (text: string) =>
      checkScope(inventory, { hosts: [], complete: true }, scopeOf({ excludes: [text] })).faults[0]?.meant?.among;
    expect(meant("abc-p11")).toContain("abc-p1");
    expect(meant("environment/abc-p11")).toContain("environment/abc-p1");
    expect(meant("enviroment/abc-p1")).toContain("environment/abc-p1");
    expect(meant("stage=q")).toContain("stage=p");
    expect(meant("cluster=emae")).toContain("cluster=emea");
    expect(meant("label.tpye=ccv2")).toContain("label.type=ccv2");
  });
});

describe("a target that other options make meaningless is a warning", () => {
  test.each<[string, Partial<PlanScope>, readonly string[]]>([
    ["a host without hosts", { targets: ["web01*"], hosts: "skip" }, ["is about hosts alone", "(--hosts skip)"]],
    ["a host among groups", { targets: ["web01*"], only: ["groups"] }, ["is about hosts alone", "(--only)"]],
    ["a group among hosts", { targets: ["group/emea/noc"], only: ["hosts"] }, ["is about groups alone", "(--only)"]],
    ["a customer without environments", { targets: ["empty"] }, ["matches nothing that could be compared"]],
    ["a cluster without anything", { targets: ["cluster=apac"] }, ["matches nothing that could be compared"]],
    ["only hosts without hosts", { only: ["hosts"], hosts: "skip" }, ["--only hosts leaves nothing"]],
  ])("%s", (_name, scope, parts) => {
    const { faults, warnings } = check(scope);
    expect(faults).toEqual([]);
    expect(warnings).toHaveLength(1);
    for (const part of parts) expect(warnings[0]).toContain(part);
  });

  test("but not when something of it is left", () => {
    expect(check({ targets: ["abc-p1"], hosts: "skip" })).toEqual(nothing);
    expect(check({ targets: ["abc-p1"], only: ["groups"] })).toEqual(nothing);
    expect(check({ excludes: ["web01*"], hosts: "skip" })).toEqual(nothing);
  });
});
