import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { explainItem } from "../../../../src/load/explain/explain-item.ts";
import { createLoadNotes } from "../../../../src/load/explain/load-notes.ts";
import { environmentMatcher } from "../../../../src/load/settings/environment-match.ts";
import type { Inventory } from "../../../../src/model/inventory.ts";
import {
  loadFiles,
  loadInventoryOf,
  loadValid,
  settingsWithoutRoles,
  withFiles,
  withoutTheRest,
} from "../load-files.ts";

const customer = (id: string, rest: string): string => `customer: ${id}\n${rest}`;
const byId = ({ environments }: Inventory) => Object.fromEntries(environments.map((item) => [item.id, item]));

describe("ids of environments", () => {
  test("come from the template of the customer's file, else from that of the defaults, unless they have their own", async () => {
    const inventory = await loadValid({
      "dtsync.yaml": `${settingsWithoutRoles}  environmentId: "ccv2-cust-{customer}-{key}"\n`,
      "customers/abc.yaml": customer("abc", "environments:\n  p1: {}\n  old: { id: 19a963a7 }\n"),
      "customers/site.yaml": customer("abc-site-2", 'environmentId: "{key}_{customer}"\nenvironments:\n  z1: {}\n'),
      "customers/none.yaml": customer("none", "environmentId: null\nenvironments:\n  p1: {}\n"),
    });
    expect(inventory.environments.map(({ id, stage, key }) => [id, stage, key])).toEqual([
      ["19a963a7", "old", "old"],
      ["ccv2-cust-abc-p1", "p", "p1"],
      ["none-p1", "p", "p1"],
      ["z1_abc-site-2", "z", "z1"],
    ]);
  });

  test("say nothing about who is reached: {customer} in access means that customer and no other", async () => {
    const inventory = await loadValid({
      "dtsync.yaml": `${settingsWithoutRoles}groups:
  - { name: "{customer}-operators", access: { "{customer}-*": VIEWER } }
  - { name: "{customer}-all", access: { "*": VIEWER } }
`,
      "customers/abc.yaml": customer("abc", "environments:\n  p1: {}\n"),
      "customers/longer.yaml": customer("abc-def", "environments:\n  p1: {}\n  own: { id: abc-p9 }\n"),
    });
    expect(Object.fromEntries(inventory.groups.map(({ name, access }) => [name, [...(access?.keys() ?? [])]]))).toEqual(
      {
        "abc-all": ["abc-p1"],
        "abc-operators": ["abc-p1"],
        "abc-def-all": ["abc-def-p1", "abc-p9"],
        "abc-def-operators": ["abc-def-p1"],
      },
    );
  });
});

describe("labels", () => {
  test("merge from the defaults to the environment, and null takes one away", async () => {
    const inventory = await loadValid({
      "dtsync.yaml": `${settingsWithoutRoles}  labels: { type: ccv1, line: retail }\n`,
      "customers/abc.yaml": customer(
        "abc",
        'labels: { type: ccv2, cost: "4711" }\nenvironments:\n  p1: { labels: { line: null, site: a } }\n  t1: { labels: null }\n',
      ),
    });
    expect(byId(inventory)["abc-p1"]?.labels).toEqual({ type: "ccv2", cost: "4711", site: "a" });
    expect(byId(inventory)["abc-t1"]?.labels).toEqual({});
  });
});

test("a label may be empty, at every level, and is matched as such", async () => {
  const inventory = await loadValid({
    "dtsync.yaml": `${settingsWithoutRoles}  labels: { line: "" }
profiles:
  - match: { labels: { line: "" } }
    environment: { tags: [empty] }
  - match: { labels: { line: "*" } }
    environment: { tags: [there] }
  - match: { labels: { line: ["", x] } }
    environment: { tags: [either] }
groups:
  - name: "{environment}-bare"
    match: { labels: { line: "" } }
    access: { "{environment}": VIEWER }
`,
    "customers/abc.yaml": customer(
      "abc",
      'environments:\n  p1: {}\n  p2: { labels: { line: x, site: "" } }\n  p3: { labels: { line: null } }\n',
    ),
  });
  const settings = Object.values(byId(inventory));
  expect(settings.map(({ labels, settings: { tags } }) => [labels, tags])).toEqual([
    [{ line: "" }, ["empty", "there", "either"]],
    [{ line: "x", site: "" }, ["there", "either"]],
    [{}, undefined],
  ]);
  expect(inventory.groups.map(({ name }) => name)).toEqual(["abc-p1-bare"]);
});

describe("profiles", () => {
  const profiles = `  labels: { type: ccv1 }
  oneagent: { networkZone: default }
profiles:
  - match: { stage: p }
    environment: { tags: [production] }
    oneagent: { networkZone: production, autoUpdate: false }
    rollout: { canary: 2 }
  - match: { labels: { type: "ccv2*" }, cluster: [emea, e*] }
    environment: { tags: [second] }
    oneagent: { networkZone: second }
    ssh: { user: second }
  - match: { environment: ABC-T?, customer: abc }
    oneagent: { hostGroup: tests }
`;

  test("are laid over the defaults in their order, below what the customer says", async () => {
    const inventory = await loadValid({
      "dtsync.yaml": `${settingsWithoutRoles}${profiles}`,
      "customers/abc.yaml": customer(
        "abc",
        `environment: { tags: [own] }
oneagent: { autoUpdate: true }
environments:
  p1: { labels: { type: ccv2x }, hosts: [a] }
  p2: { hosts: [b] }
  p3: { cluster: apac, labels: { type: ccv2 }, hosts: [c] }
  t1: { hosts: [d] }
  t2: { labels: { type: ccv2 }, oneagent: { networkZone: nearest }, hosts: [e] }
`,
      ),
    });
    const settings = byId(inventory);
    expect(Object.values(settings).map(({ id, settings: { tags } }) => [id, tags])).toEqual([
      ["abc-p1", ["production", "second", "own"]],
      ["abc-p2", ["production", "own"]],
      ["abc-p3", ["production", "own"]],
      ["abc-t1", ["own"]],
      ["abc-t2", ["second", "own"]],
    ]);
    expect(inventory.environments.map(({ rollout }) => rollout.canary)).toEqual([
      { count: 2 },
      { count: 2 },
      { count: 2 },
      { count: 1 },
      { count: 1 },
    ]);
    expect(
      inventory.hosts.map(({ name, oneagent: { networkZone, autoUpdate, hostGroup }, ssh }) => [
        ...[name, networkZone, autoUpdate, hostGroup, ssh.user],
      ]),
    ).toEqual([
      ["a", "second", true, undefined, "second"],
      ["b", "production", true, undefined, undefined],
      ["c", "production", true, undefined, undefined],
      ["d", "default", true, "tests", undefined],
      ["e", "nearest", true, "tests", "second"],
    ]);
  });

  test("a fault of a customer's settings is one where a profile makes it one, and is reported once", async () => {
    const { diagnostics } = await loadFiles({
      "dtsync.yaml": `${settingsWithoutRoles}  oneagent: { version: "1.320" }
profiles:
  - { match: { stage: p }, oneagent: { version: "1.310" } }
`,
      "customers/abc.yaml": customer(
        "abc",
        'oneagent: { minVersion: "1.313" }\nenvironments:\n  p1: { hosts: [a] }\n  p2: { hosts: [b] }\n  t1: { hosts: [c] }\n',
      ),
    });
    expect(diagnostics.map(({ file, line, rule }) => [file, line, rule])).toEqual([
      ["customers/abc.yaml", 2, "version-order"],
    ]);
  });

  test("one that reaches nothing is a warning, and is checked all the same", async () => {
    const { diagnostics } = await loadFiles({
      "dtsync.yaml": `${settingsWithoutRoles}profiles:
  - { match: { stage: q }, oneagent: { version: "1.310", minVersion: "1.311" } }
`,
      "customers/abc.yaml": customer("abc", "environments:\n  p1: { hosts: [] }\n"),
    });
    expect(diagnostics.map(({ line, rule, severity }) => [line, rule, severity])).toEqual([
      [12, "reaches-nothing", "warning"],
      [12, "version-order", "error"],
    ]);
  });

  test("and labels are explained, what --set put into them included", async () => {
    const files = {
      "dtsync.yaml": `${settingsWithoutRoles}  environmentId: "x-{customer}-{key}"\n${profiles}`,
      "customers/abc.yaml": customer("abc", "labels: { type: ccv2 }\nenvironments:\n  p1: { hosts: [a] }\n"),
    };
    const set = [{ path: "profiles.0.oneagent.networkZone", value: "given", text: "given" }];
    const explained = await withFiles(files, async (directory) => {
      const notes = createLoadNotes();
      const { inventory } = await loadInventoryOf(directory, { notes, set });
      const environment = inventory?.environments[0];
      if (!inventory || !environment) throw new Error("the inventory is invalid");
      return explainItem(notes, inventory, { kind: "environment", id: "environment/x-abc-p1", environment }).settings;
    });
    const at = (line: number) => ({ file: "dtsync.yaml", line });
    expect(explained["id"]).toEqual({
      ...{ value: "x-abc-p1", source: at(11), overrides: [], template: "x-{customer}-{key}" },
    });
    expect(explained["labels.type"]).toEqual({
      value: "ccv2",
      source: { file: "customers/abc.yaml", line: 2 },
      overrides: [{ value: "ccv1", source: at(12) }],
    });
    expect(explained["oneagent.networkZone"]).toEqual({
      value: "second",
      source: at(21),
      overrides: [
        { value: "given", source: { ...at(17), set: "profiles.0.oneagent.networkZone" } },
        { value: "production", source: at(17) },
        { value: "default", source: at(13) },
      ],
    });
  });
});

describe("match of groups", () => {
  test("leaves those environments alone, and makes no group for a customer or environment without one", async () => {
    const inventory = await loadValid({
      "dtsync.yaml": `${settingsWithoutRoles}groups:
  - name: "{customer}-developer"
    match: { labels: { type: ccv2 } }
    access: { "*": VIEWER }
  - name: "ccv1-{environment}-standard"
    match: { labels: { type: ccv1 }, stage: [p, t] }
    access: { "{environment}": VIEWER }
  - name: "{customer}-mapping"
    match: { cluster: apac }
    clusters: [emea, apac]
    ldapGroupNames: []
  - name: noc
    match: { stage: p }
    access: { "*": VIEWER }
  - name: "{customer}-gone"
    match: { labels: { type: ccv2 } }
    state: absent
`,
      "customers/abc.yaml": customer(
        "abc",
        "labels: { type: ccv2 }\nenvironments:\n  p1: {}\n  t1: { labels: { type: ccv1 } }\n  d1: { state: absent }\n",
      ),
      "customers/xyz.yaml": customer(
        "xyz",
        "labels: { type: ccv1 }\nenvironments:\n  p1: {}\n  d1: {}\n  q1: { cluster: apac }\n",
      ),
      "customers/gone.yaml": customer("gone", "labels: { type: ccv2 }\nenvironments:\n  d1: { state: absent }\n"),
    });
    const shown = inventory.groups.map(({ name, cluster, state, access }) => [
      `${name}@${cluster} ${state}`,
      access && [...access.keys()],
    ]);
    expect(Object.fromEntries(shown)).toEqual({
      "abc-developer@emea present": ["abc-p1"],
      "ccv1-abc-t1-standard@emea present": ["abc-t1"],
      "ccv1-xyz-p1-standard@emea present": ["xyz-p1"],
      "xyz-mapping@emea present": null,
      "xyz-mapping@apac present": null,
      "noc@emea present": ["abc-p1", "xyz-p1"],
      "abc-gone@emea absent": null,
      "abc-gone@apac absent": null,
      "gone-gone@emea absent": null,
      "gone-gone@apac absent": null,
    });
  });

  test("one that reaches nothing is one warning", async () => {
    const { diagnostics } = await loadFiles({
      "dtsync.yaml": `${settingsWithoutRoles}groups:
  - { name: "{customer}-x", match: { stage: q }, access: { "{customer}-*": VIEWER, abc-p1: VIEWER } }
`,
      "customers/abc.yaml": customer("abc", "environments:\n  p1: { hosts: [] }\n"),
    });
    expect(withoutTheRest(diagnostics).map(({ line, rule, severity }) => [line, rule, severity])).toEqual([
      [12, "reaches-nothing", "warning"],
    ]);
  });
});

describe("a match", () => {
  const subject = { customer: "abc", environment: "abc-p1", stage: "p", cluster: "emea", labels: { type: "ccv2" } };

  test("needs all that it names, and any of a list", () => {
    const words = fc.constantFrom("abc", "ABC", "a*", "abc-p1", "p", "emea", "ccv2", "x", "*");
    const some = fc.oneof(words, fc.array(words, { minLength: 1, maxLength: 3 }));
    const match = fc.record(
      {
        customer: some,
        environment: some,
        stage: some,
        cluster: some,
        labels: fc.dictionary(fc.constantFrom("type", "line"), some),
      },
      { requiredKeys: [] },
    );
    const one = (patterns: string | readonly string[], value: string | undefined): boolean =>
      [patterns].flat().some((pattern) => {
        if (value === undefined) return false;
        return pattern === "*" || (pattern === "a*" ? value.startsWith("a") : pattern.toLowerCase() === value);
      });
    fc.assert(
      fc.property(match, (given) => {
        const { labels = {}, ...plain } = given;
        const expected =
          Object.entries(plain).every(([key, patterns]) => one(patterns, subject[key as keyof typeof plain])) &&
          Object.entries(labels).every(([key, patterns]) => one(patterns, subject.labels[key as "type"]));
        expect(environmentMatcher(given)(subject)).toBe(expected);
      }),
    );
  });
});
