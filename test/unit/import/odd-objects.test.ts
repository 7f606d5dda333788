import { describe, expect, test } from "vitest";
import { takeHosts } from "../../../src/import/take-hosts.ts";
import type { ListedHost, ObservedZones } from "../../../src/model/observed.ts";
import { anEstate, estateHost, importInto, observedEnvironment, observedGroup } from "../../support/import-world.ts";

const environments = ["abc-p1", "abc-t1", "xyz-p1"].map((id) => observedEnvironment({ id }));
const onProduction = { VIEWER: ["abc-p1", "xyz-p1"] };
const noc = observedGroup({ name: "noc", accessRight: onProduction });
const withPassword = "https://deploy:pass-word@example.com";

const aboutOf = (remarks: readonly { readonly about: string; readonly items: readonly string[] }[], word: string) =>
  remarks.filter(({ about }) => about.includes(word)).map(({ items }) => items);

describe("an import leaves out, and tells of,", () => {
  test("groups by what is wrong with their names", async () => {
    const names = [" lead", "x".repeat(501), "{braces}", "NOC", "noc"];
    const groups = names.map((name, index) =>
      observedGroup({ name, id: `group-${index}`, accessRight: { VIEWER: ["abc-p1"] } }),
    );
    const { proposal } = await importInto([anEstate({ environments, groups })]);
    expect(aboutOf(proposal.remarks, "blanks at an end")).toEqual([
      ["emea/ lead", `emea/${"x".repeat(501)}`, "emea/{braces}"],
    ]);
    expect(aboutOf(proposal.remarks, "in case alone")).toEqual([["emea/NOC", "emea/noc"]]);
  });

  test("rights on environments of the same id on an earlier cluster, which are not gone", async () => {
    const onBoth = observedGroup({ name: "noc", accessRight: { VIEWER: ["abc-p1", "kor-p1", "gone-p1"] } });
    const apac = anEstate({
      ...{ name: "apac", groups: [onBoth] },
      environments: ["abc-p1", "kor-p1"].map((id) => observedEnvironment({ id })),
    });
    const { proposal } = await importInto([anEstate({ environments, groups: [] }), apac]);
    expect(aboutOf(proposal.remarks, "not there")).toEqual([["apac/noc on gone-p1"]]);
    expect(aboutOf(proposal.remarks, "environments that were left out")).toEqual([["apac/noc on abc-p1"]]);
  });

  test("groups that a cluster has renamed, and whose names lead to one id", async () => {
    const groups = [
      noc,
      observedGroup({ name: "Team A", id: "first", accessRight: { VIEWER: ["abc-p1"] } }),
      observedGroup({ name: "team_a", id: "second", accessRight: onProduction }),
    ];
    const { inventory, proposal } = await importInto([anEstate({ environments, groups })]);
    expect(inventory.groups.map(({ name }) => name)).toEqual(["noc"]);
    expect(aboutOf(proposal.remarks, "one id of")).toEqual([["emea/Team A (id teama)", "emea/team_a (id teama)"]]);
    expect(proposal.counts).toMatchObject({ environments: 3, groups: 1 });
  });

  test.each([
    ["name", "name: noc"],
    ["former name", "name: network\n    previously: noc"],
  ])("a group that would share the id of a declared %s", async (_case, declared) => {
    const groups = [observedGroup({ name: "network", id: "noc" }), observedGroup({ name: "n oc", id: "other" }), noc];
    const there = groups.filter(({ name }) => name === "n oc" || declared.startsWith(`name: ${name}`));
    const file = `groups:\n  - ${declared}\n    clusters: [emea]\n`;
    const { inventory, proposal } = await importInto([anEstate({ environments, groups: there })], {
      "groups/ours.yaml": file,
    });
    expect(inventory.groups).toHaveLength(1);
    expect(aboutOf(proposal.remarks, "one id of")).toEqual([["emea/n oc (id noc)"]]);
  });

  test.each([
    ["name", { name: withPassword }],
    ["LDAP name", { name: "ops", ldapGroupNames: [withPassword] }],
    ["SSO name of an administrator", { name: "ops", isClusterAdminGroup: true, ssoGroupNames: [withPassword] }],
  ])("a group with a password in a %s", async (_case, given) => {
    const odd = observedGroup({ id: "odd", accessRight: { VIEWER: ["abc-p1"] }, ...given });
    const { inventory, proposal, texts } = await importInto([anEstate({ environments, groups: [noc, odd] })]);
    expect(inventory.groups.map(({ name }) => name)).toEqual(["noc"]);
    expect(inventory.environments).toHaveLength(3);
    expect(aboutOf(proposal.remarks, "a password in a name")).toEqual([[`emea/${odd.name}`]]);
    expect(JSON.stringify(texts)).not.toContain("pass-word");
  });

  test("what policies may give groups in environments that were not asked", async () => {
    const groups = [noc, observedGroup({ name: "security" }), observedGroup({ name: "auditors" })];
    const asked = { ids: new Set(["security"]), asked: 50 };
    const remarksOf = async (enabled: number) => {
      const estate = anEstate({ environments, groups, policyGroups: { ...asked, enabled } });
      const { remarks } = (await importInto([estate])).proposal;
      return remarks.filter(({ items }) => items.some((item) => /^emea[/:]/.test(item)));
    };
    const ofPolicies = { about: expect.stringMatching(/^groups that policies give rights/), items: ["emea/security"] };
    expect(await remarksOf(50)).toEqual([
      ofPolicies,
      {
        about: "groups without rights on declared environments: their rights are not compared",
        items: ["emea/auditors"],
      },
    ]);
    expect(await remarksOf(51)).toEqual([
      ofPolicies,
      { about: expect.stringContaining("further environments"), items: ["emea: 50 of 51 environments were asked"] },
      { about: expect.stringContaining("that were not asked"), items: ["emea/auditors"] },
    ]);
  });

  test("a group with half a character in its name", async () => {
    const odd = observedGroup({ name: "a\ud800b", id: "odd", accessRight: onProduction });
    const { inventory } = await importInto([anEstate({ environments, groups: [noc, odd] })]);
    expect(inventory.groups.map(({ name }) => name)).toEqual(["noc"]);
  });

  test("the rights of a group that is invalid in a way that only a load shows, and not what stands beside it", async () => {
    const many = Array.from({ length: 201 }, (_, index) => [
      `RIGHT_${String.fromCharCode(65 + (index % 26))}_${String.fromCharCode(65 + Math.floor(index / 26))}`,
      ["abc-p1"],
    ]);
    const odd = observedGroup({ name: "abc-everything", accessRight: Object.fromEntries(many) });
    const tagged = environments.map((one) => ({ ...one, tags: ["kept"] }));
    const { inventory, proposal } = await importInto([anEstate({ environments: tagged, groups: [noc, odd] })]);
    expect(inventory.groups.map(({ name, access }) => [name, access === null])).toEqual([
      ["abc-everything", true],
      ["noc", false],
    ]);
    expect(inventory.environments.map(({ settings }) => settings.tags)).toEqual([["kept"], ["kept"], ["kept"]]);
    expect(aboutOf(proposal.remarks, "whose rights are not declared")).toEqual([["emea/abc-everything"]]);
  });

  test("names and tags of environments with a password, and not the environments", async () => {
    const odd = [
      observedEnvironment({ id: "odd-p1", name: `${withPassword} p1` }),
      observedEnvironment({ id: "odd-t1", name: `${withPassword} t1`, tags: [withPassword, "a\u2028b"] }),
    ];
    const { inventory, proposal, texts } = await importInto([
      anEstate({ environments: [...environments, ...odd], groups: [noc] }),
    ]);
    expect(inventory.environments.map(({ id }) => id)).toContain("odd-t1");
    expect(aboutOf(proposal.remarks, "cannot say")).toMatchObject([{ length: 4 }]);
    expect(JSON.stringify(texts)).not.toContain("pass-word");
  });

  test.each([withPassword, "__proto__"])("rights on a management zone that is called %s", async (name) => {
    const zones: ObservedZones = {
      rights: {
        status: "complete",
        value: [{ group: "noc", environment: "abc-p1", zone: "1", permissions: ["LOG_VIEWER"] }],
      },
      lists: new Map([["abc-p1", { status: "complete", value: [{ id: "1", name }] }]]),
    };
    const { inventory } = await importInto([anEstate({ environments, groups: [noc], zones })]);
    expect(inventory.environments).toHaveLength(3);
    expect(inventory.groups).toHaveLength(1);
  });

  test("host groups and network zones that cannot be declared, and not their hosts", () => {
    const host: ListedHost = {
      ...{ id: "HOST-1", localName: "web01", discoveredName: null, customName: null, state: "MONITORED" },
      ...{ hostGroup: "web shop", networkZone: "frankfurt" },
      ...{ addresses: [], version: null, displayName: null },
    };
    const { hosts, remarks } = takeHosts(new Map([["abc-p1", [host]]]));
    expect(hosts.get("abc-p1")).toEqual([estateHost("web01", { networkZone: "frankfurt" })]);
    expect(aboutOf(remarks, "settings of hosts")).toEqual([['web01: hostGroup "web shop"']]);
  });
});

describe("an import leaves what is declared as it is:", () => {
  test("the key of another environment", async () => {
    const ours = "customer: abc\ncluster: emea\nenvironments:\n  p1: { id: legacy }\n";
    const there = [...environments, observedEnvironment({ id: "legacy" })];
    const { inventory, texts } = await importInto([anEstate({ environments: there })], { "customers/ours.yaml": ours });
    expect(texts["customers/ours.yaml"]).toContain("  p1: { id: legacy }\n");
    expect(inventory.environments.map(({ id }) => id).sort()).toEqual(["abc-p1", "abc-t1", "legacy", "xyz-p1"]);
  });

  test("a host that is declared under another name", async () => {
    const ours = "customer: own\ncluster: emea\nenvironments:\n  l1: { hosts: [{ name: db01, address: 10.1.2.3 }] }\n";
    const hosts = new Map([["abc-p1", [estateHost("10.1.2.3"), estateHost("web01")]]]);
    const there = [...environments, observedEnvironment({ id: "own-l1", name: "own l1" })];
    const { inventory } = await importInto([anEstate({ environments: there, hosts })], { "customers/ours.yaml": ours });
    expect(inventory.hosts.map(({ name }) => name).sort()).toEqual(["db01", "web01"]);
    expect(inventory.environments).toHaveLength(4);
  });
});

test("groups with names of which an id would keep nothing are declared", async () => {
  const groups = ["Операторы", "Аудиторы"].map((name, index) =>
    observedGroup({ name, id: `group-${index}`, accessRight: onProduction }),
  );
  const { inventory, proposal } = await importInto([anEstate({ environments, groups })]);
  expect(inventory.groups.map(({ name }) => name).sort()).toEqual(["Аудиторы", "Операторы"]);
  expect(proposal.remarks).toEqual([]);
});
