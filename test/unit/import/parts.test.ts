import { describe, expect, test } from "vitest";
import { customerRule } from "../../../src/application/customer-rule.ts";
import { anEstate, estateHost, importInto, observedEnvironment, observedGroup } from "../../support/import-world.ts";

const environments = ["abc-p1", "abc-t1", "xyz-p1", "xyz-t1"].map((id) => observedEnvironment({ id }));
const ids = environments.map(({ id }) => id);
const all = observedGroup({ name: "all", accessRight: { VIEWER: ids } });
const developers = ["abc", "xyz"].map((customer) =>
  observedGroup({ name: `${customer}-dev`, accessRight: { VIEWER: ids.filter((id) => id.startsWith(customer)) } }),
);
const twoClusters = `version: 1
clusters:
  emea: { url: https://emea.example.com, token: { env: DTSYNC_TOKEN } }
  apac: { url: https://apac.example.com, token: { env: DTSYNC_TOKEN } }
`;

describe("an import of one of two clusters", () => {
  test("declares nothing on the other one, whatever is or will be there", async () => {
    const jpn = "customer: jpn\ncluster: apac\nenvironments:\n  p1: { hosts: [] }\n";
    const { inventory } = await importInto([anEstate({ environments, groups: [all, ...developers] })], {
      "dtsync.yaml": twoClusters,
      "customers/jpn.yaml": jpn,
    });
    expect(inventory.groups.map(({ cluster, name }) => `${cluster}/${name}`).sort()).toEqual([
      "emea/abc-dev",
      "emea/all",
      "emea/xyz-dev",
    ]);
    expect(inventory.groups.flatMap(({ access }) => [...(access?.keys() ?? [])])).not.toContain("jpn-p1");
  });

  test("is followed by that of the other one, with the same groups and new ones", async () => {
    const first = await importInto([anEstate({ environments, groups: [all, ...developers] })], {
      "dtsync.yaml": twoClusters,
    });
    const there = ["jpn-p1", "jpn-t1", "kor-p1"].map((id) => observedEnvironment({ id }));
    const groups = [
      observedGroup({ name: "all", accessRight: { VIEWER: ["jpn-p1"] } }),
      observedGroup({ name: "kor-dev", accessRight: { VIEWER: ["kor-p1"] } }),
    ];
    const { inventory } = await importInto([anEstate({ name: "apac", environments: there, groups })], first.texts);
    expect(inventory.environments).toHaveLength(7);
    expect(inventory.groups.map(({ cluster, name }) => `${cluster}/${name}`).sort()).toEqual([
      "apac/all",
      "apac/kor-dev",
      "emea/abc-dev",
      "emea/all",
      "emea/xyz-dev",
    ]);
  });
});

describe("an import into what is declared", () => {
  const declared = {
    "dtsync.yaml": twoClusters.replace(/ {2}apac.*\n/, "defaults: { cluster: emea }\n"),
    "customers/abc.yaml": "customer: abc\nenvironments:\n  p1: { hosts: [] } # ours\n",
  };

  test("writes environments of a declared customer as a person would, with their stages", async () => {
    const { inventory, texts } = await importInto([anEstate({ environments, groups: [] })], declared);
    expect(texts["customers/abc.yaml"]).toBe(
      "customer: abc\nenvironments:\n  p1: { hosts: [] } # ours\n  t1:\n    name: abc-t1\n",
    );
    expect(inventory.environments.find(({ id }) => id === "abc-t1")).toMatchObject({ stage: "t", cluster: "emea" });
  });

  test("writes a block where brackets would become too long for a line", async () => {
    const ours = "customer: abc\nenvironments: { p1: { hosts: [] } } # ours\n";
    const more = ["abc-p1", "abc-t1", "abc-t2"].map((id) => observedEnvironment({ id, tags: ["cost-centre:4711"] }));
    const { texts } = await importInto([anEstate({ environments: more })], { ...declared, "customers/abc.yaml": ours });
    expect(texts["customers/abc.yaml"]).toBe(`customer: abc
environments: # ours
  p1: { hosts: [] }
  t1: { name: abc-t1, tags: [cost-centre:4711] }
  t2:
    name: abc-t2
    tags:
      - cost-centre:4711
`);
  });

  test("follows the template that a declared customer has, whatever most of its new environments follow", async () => {
    const there = ["north-abc-t1", "abc-t1", "abc-t2"].map((id) => observedEnvironment({ id }));
    const file = "customer: abc\nenvironmentId: north-{customer}-{key}\nenvironments:\n  p1: { hosts: [] }\n";
    const { inventory } = await importInto(
      [anEstate({ environments: there })],
      { ...declared, "customers/abc.yaml": file },
      () => ({ customer: { id: "abc", longName: null }, key: null }),
    );
    expect(inventory.environments.map(({ id, key, stage }) => [id, key, stage])).toEqual([
      ["abc-t1", "abc-t1", "abc-t1"],
      ["abc-t2", "abc-t2", "abc-t2"],
      ["north-abc-p1", "p1", "p"],
      ["north-abc-t1", "t1", "t"],
    ]);
  });

  test("takes new environments for those of customers by the templates that are in use", async () => {
    const there = ["ccv2-cust-abc-east-t1", "ccv2-cust-new-east-p1", "other-p1"].map((id) =>
      observedEnvironment({ id }),
    );
    const file = "customer: abc\nenvironmentId: ccv2-cust-{customer}-east-{key}\nenvironments:\n  p1: { hosts: [] }\n";
    const { inventory, texts } = await importInto([anEstate({ environments: there })], {
      ...declared,
      "customers/abc.yaml": file,
    });
    expect(inventory.environments.map(({ id, customer, key }) => [id, customer, key])).toEqual([
      ["ccv2-cust-abc-east-p1", "abc", "p1"],
      ["ccv2-cust-abc-east-t1", "abc", "t1"],
      ["ccv2-cust-new-east-p1", "new", "p1"],
      ["other-p1", "other", "p1"],
    ]);
    expect(texts["customers/new.yaml"]).toContain("environmentId: ccv2-cust-{customer}-east-{key}\n");
  });

  test("tells nothing of a group that a declared template makes", async () => {
    const template = `${declared["dtsync.yaml"]}groups:\n  - { name: "{customer}-dev", access: { "*": VIEWER } }\n`;
    const { inventory, proposal } = await importInto([anEstate({ environments, groups: developers })], {
      ...declared,
      "dtsync.yaml": template,
    });
    expect(inventory.groups.map(({ name }) => name).sort()).toEqual(["abc-dev", "xyz-dev"]);
    expect(proposal.remarks).toEqual([]);
  });

  test("leaves out environments on which declared groups would change their rights, and tells of them", async () => {
    const noc = "groups:\n  - name: noc\n    access: { 'xyz-*': VIEWER, '*-p1': VIEWER }\n";
    const groups = [observedGroup({ name: "noc", accessRight: { VIEWER: ["abc-p1", "xyz-p1"] } })];
    const { inventory, proposal } = await importInto([anEstate({ environments, groups })], {
      ...declared,
      "groups/ours.yaml": noc,
    });
    expect(inventory.environments.map(({ id }) => id).sort()).toEqual(["abc-p1", "abc-t1", "xyz-p1"]);
    expect(proposal.remarks.find(({ about }) => about.includes("were left out"))?.items).toEqual(["xyz-t1"]);
  });
});

test("hosts of which no list could be read are not none", async () => {
  const hosts = new Map([
    ["abc-p1", [estateHost("web01")]],
    ["xyz-p1", []],
  ]);
  const { texts } = await importInto([anEstate({ environments, groups: [], hosts })]);
  const text = Object.values(texts).join("\n");
  expect(text.match(/hosts: \[\]/g)).toHaveLength(1);
  expect(text).toContain("web01");
});

test("rights that an inventory cannot name are told from none", async () => {
  const group = observedGroup({ name: "odd", accessRight: { VIEWER: ["abc-p1"], "storage:logs:read": ["abc-p1"] } });
  const none = observedGroup({ name: "none" });
  const { proposal } = await importInto([anEstate({ environments, groups: [group, none] })]);
  const items = (word: string) => proposal.remarks.find(({ about }) => about.includes(word))?.items;
  expect(items("cannot name")).toEqual(["emea/odd"]);
  expect(items("without rights")).toEqual(["emea/none"]);
});

test("a pattern without a group names no customer", () => {
  expect(() => customerRule(["tag:customer=.+"])).toThrow(/has no group/);
  expect(() => customerRule(["tag:"])).toThrow(/has no group/);
  expect(() => customerRule(["tag:customer=(?:a|b)"])).toThrow(/has no group/);
  expect(customerRule(["tag:customer=(.+)"])).not.toBeNull();
});
