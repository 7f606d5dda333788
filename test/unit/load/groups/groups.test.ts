import { describe, expect, test } from "vitest";
import type { Inventory } from "../../../../src/model/inventory.ts";
import { seedFromInventory } from "../../../../src/sandbox/seed-from-inventory.ts";
import { loadFiles, loadValid, placesOf, settingsFile, withoutTheRest } from "../load-files.ts";

const customers = {
  "customers/abc.yaml": "customer: abc\nenvironments:\n  p1: {}\n  p2: { cluster: apac }\n  t1: {}\n",
  "customers/xyz.yaml": "customer: xyz\nenvironments:\n  p1: {}\n  old: { id: abc-old, state: disabled }\n",
  "customers/gone.yaml": "customer: gone\nenvironments:\n  p1: { state: absent }\n",
};

/** Name on cluster, with its rights. */
function shown(inventory: Inventory): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    inventory.groups.map(({ name, cluster, access }) => [`${name}@${cluster}`, access && Object.fromEntries(access)]),
  );
}

const withGroups = (groups: string) => ({ ...customers, "dtsync.yaml": `${settingsFile}groups:\n${groups}` });

describe("access", () => {
  test("keys are ids or globs without regard to case, and all that match add up", async () => {
    const inventory = await loadValid(
      withGroups(`  - name: noc
    access: { "*-P?": viewer, ABC-p1: [operator, AGENT_INSTALL], "xyz-*": [] }
`),
    );
    expect(shown(inventory)).toEqual({
      "noc@apac": { "abc-p2": ["VIEWER"] },
      "noc@emea": { "abc-p1": ["AGENT_INSTALL", "LOG_VIEWER", "VIEWER"], "xyz-p1": ["VIEWER"] },
    });
  });

  test("an empty list is no rights, null is nothing declared, and leaving access out compares no rights", async () => {
    const inventory = await loadValid(
      withGroups(`  - name: none
    access: { abc-p1: [], xyz-p1: null }
  - name: mapping
    clusters: [emea]
    ssoGroupNames: []
`),
    );
    expect(shown(inventory)).toEqual({ "mapping@emea": null, "none@emea": { "abc-p1": [] } });
    expect(inventory.groups[0]).toMatchObject({ ssoGroupNames: [] });
    expect(inventory.groups[0]).not.toHaveProperty("ldapGroupNames");
  });

  test("named clusters get the group even where it has no rights, but not when it has rights nowhere", async () => {
    const { inventory, diagnostics } = await loadFiles(
      withGroups(`  - { name: noc, clusters: [emea, apac], access: { "xyz-*": viewer } }
  - { name: nobody, clusters: [emea, apac], access: { "*-q*": viewer } }
  - { name: elsewhere, clusters: [apac], access: { abc-p1: viewer, abc-p2: viewer } }
`),
    );
    expect(inventory && shown(inventory)).toEqual({
      "elsewhere@apac": { "abc-p2": ["VIEWER"] },
      "noc@apac": {},
      "noc@emea": { "xyz-p1": ["VIEWER"] },
    });
    expect(withoutTheRest(diagnostics).map(({ line, rule, severity }) => [line, rule, severity])).toEqual([
      [16, "reaches-nothing", "warning"],
      [17, "reaches-nothing", "warning"],
    ]);
  });
});

describe("templates", () => {
  test("{customer} makes a group for each customer that it reaches, with that customer's environments only", async () => {
    const inventory = await loadValid(
      withGroups(`  - name: "{customer}-operators"
    ldapGroupNames: ["cn={customer}-ops"]
    previously: "{customer}-admins"
    access: { "abc-*": operator, "{customer}-p*": viewer }
`),
    );
    expect(shown(inventory)).toEqual({
      "abc-operators@apac": { "abc-p2": ["LOG_VIEWER", "VIEWER"] },
      "abc-operators@emea": { "abc-p1": ["LOG_VIEWER", "VIEWER"], "abc-t1": ["LOG_VIEWER", "VIEWER"] },
      "xyz-operators@emea": { "abc-old": ["LOG_VIEWER", "VIEWER"], "xyz-p1": ["VIEWER"] },
    });
    expect(inventory.groups.at(-1)).toMatchObject({
      customer: "xyz",
      ldapGroupNames: ["cn=xyz-ops"],
      previously: ["xyz-admins"],
      place: { file: "dtsync.yaml", line: 15, column: 5 },
    });
  });

  test("{environment} makes one for each environment and knows customer and stage, {stage} one for each stage", async () => {
    const inventory = await loadValid(
      withGroups(`  - { name: "{environment}-viewers", ssoGroupNames: ["{customer}/{stage}"], access: { "{environment}": viewer } }
  - { name: "stage-{stage}", access: { "*-{stage}?": viewer } }
  - { name: "{customer}-{stage}", access: { "{customer}-{stage}*": viewer } }
`),
    );
    const names = inventory.groups.map(({ name, cluster }) => `${name}@${cluster}`);
    expect(names).toEqual([
      "abc-p@apac",
      "abc-p2-viewers@apac",
      "stage-p@apac",
      "abc-old-viewers@emea",
      "abc-p@emea",
      "abc-p1-viewers@emea",
      "abc-t@emea",
      "abc-t1-viewers@emea",
      "stage-p@emea",
      "stage-t@emea",
      "xyz-p@emea",
      "xyz-p1-viewers@emea",
    ]);
    expect(inventory.groups.find(({ name }) => name === "abc-old-viewers")).toMatchObject({
      ssoGroupNames: ["xyz/old"],
    });
  });

  test("an exact id made of a placeholder need not be there for every customer", async () => {
    const { inventory, diagnostics } = await loadFiles(
      withGroups(`  - { name: "{customer}-testers", access: { "{customer}-t1": viewer } }\n`),
    );
    expect(withoutTheRest(diagnostics)).toEqual([]);
    expect(inventory && shown(inventory)).toEqual({ "abc-testers@emea": { "abc-t1": ["VIEWER"] } });
  });

  test("in a customer's own groups {customer} is that customer", async () => {
    const inventory = await loadValid({
      ...customers,
      "customers/abc.yaml": `${customers["customers/abc.yaml"]}groups:
  - { name: "{customer}-auditors", access: { "{customer}-p1": viewer, "*": LOG_VIEWER } }
  - { name: auditors, ldapGroupNames: ["{customer}"], access: { "{customer}-t1": viewer } }
`,
    });
    expect(shown(inventory)).toEqual({
      "abc-auditors@apac": { "abc-p2": ["LOG_VIEWER"] },
      "abc-auditors@emea": { "abc-p1": ["LOG_VIEWER", "VIEWER"], "abc-t1": ["LOG_VIEWER"] },
      "auditors@emea": { "abc-t1": ["VIEWER"] },
    });
    expect(inventory.groups.every(({ customer }) => customer === "abc")).toBe(true);
  });
});

describe("clusters and state", () => {
  test("administrators need clusters", async () => {
    const result = await loadFiles(
      withGroups("  - { name: admins, isClusterAdminGroup: true, access: { '*': viewer } }\n"),
    );
    expect(placesOf(result)).toEqual(["dtsync.yaml:15:5 missing-clusters"]);
    const inventory = await loadValid(
      withGroups("  - { name: admins, isClusterAdminGroup: true, clusters: [apac] }\n"),
    );
    expect(inventory.groups).toMatchObject([
      { name: "admins", cluster: "apac", isClusterAdminGroup: true, access: null },
    ]);
  });

  test("for an absent group the name is enough", async () => {
    const inventory = await loadValid(
      withGroups(`  - { name: old, state: absent }
  - { name: older, state: absent, clusters: [apac] }
  - { name: oldest, state: absent, access: { "xyz-*": viewer } }
`),
    );
    expect(inventory.groups.map(({ name, cluster, state, access }) => [name, cluster, state, access])).toEqual([
      ["old", "apac", "absent", null],
      ["older", "apac", "absent", null],
      ["old", "emea", "absent", null],
      ["oldest", "emea", "absent", null],
    ]);
  });

  test("one name may be on several clusters, once on each", async () => {
    const result = await loadFiles(
      withGroups(`  - { name: noc, clusters: [emea] }
  - { name: noc, clusters: [apac] }
  - { name: NOC, clusters: [apac] }
`),
    );
    expect(placesOf(result)).toEqual(["dtsync.yaml:17:13 duplicate-group"]);
  });

  test("groups of groups/ are cluster-wide", async () => {
    const inventory = await loadValid({
      ...customers,
      "groups/a/b.yml": "groups:\n  - { name: noc, access: { '*-p1': viewer } }\n",
    });
    expect(inventory.groups).toMatchObject([{ customer: null, place: { file: "groups/a/b.yml", line: 2 } }]);
  });
});

test("two templates that clash for every customer are told once", async () => {
  const result = await loadFiles(
    withGroups(`  - { name: "{customer}-ops", access: { "*": viewer } }
  - { name: "{customer}_-ops", access: { "*": viewer } }
`),
  );
  expect(placesOf(result)).toEqual(["dtsync.yaml:16:13 group-id-clash"]);
});

test.each([
  [
    "letters that an id does not keep",
    '{ name: "Größe (EMEA)", clusters: [emea] }',
    "{ name: gre_emea, clusters: [emea] }",
  ],
  ["letters of other scripts", "{ name: ops-運用, clusters: [emea] }", "{ name: ops-監視, clusters: [emea] }"],
  ["an absent group", '{ name: "noc team", state: absent }', "{ name: nocteam, clusters: [emea] }"],
  [
    "a former name",
    "{ name: nocteam, clusters: [emea] }",
    "{ name: operators, clusters: [emea], previously: [noc, noc_team] }",
  ],
])("names that a cluster makes one id of are faults: %s", async (_case, first, second) => {
  const { diagnostics } = await loadFiles(withGroups(`  - ${first}\n  - ${second}\n`));
  expect(withoutTheRest(diagnostics).map(({ line, rule }) => [line, rule])).toEqual([[16, "group-id-clash"]]);
});

test("names of which an id would keep nothing are not said to make one id", async () => {
  const names = ["Операторы", "Аудиторы"].map((name) => `  - { name: ${name}, clusters: [emea] }\n`);
  const inventory = await loadValid(withGroups(names.join("")));
  const { groups = [] } = seedFromInventory(inventory, "emea");
  expect(new Set(groups.map(({ id }) => id)).size).toBe(2);
});

test("a group may be named differently from its former name in what an id does not keep", async () => {
  await loadValid(withGroups('  - { name: "noc team", clusters: [emea], previously: [noc_team, NocTeam] }\n'));
});

test("with environments missing for another fault, references to them are not faults", async () => {
  const result = await loadFiles({
    ...withGroups("  - { name: noc, access: { def-p1: viewer, 'def-*': viewer } }\n"),
    "customers/def.yaml": "customer: def\nenvironments: [\n",
  });
  expect(placesOf(result)).toEqual(["customers/def.yaml:2:15 yaml-syntax"]);
});
