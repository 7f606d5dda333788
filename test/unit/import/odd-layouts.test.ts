import { describe, expect, test } from "vitest";
import type { EstateHost } from "../../../src/model/estate.ts";
import { anEstate, estateHost, importInto, observedEnvironment, observedGroup } from "../../support/import-world.ts";

const ids = ["abc-p1", "abc-t1", "abc-t2", "xyz-p1", "xyz-p2", "new-p1"];
const hosts: Readonly<Record<string, readonly EstateHost[]>> = {
  "abc-p1": [estateHost("web01"), estateHost("web02"), estateHost("db01", { hostGroup: "abc-db" })],
  "abc-t1": [estateHost("test01")],
  "xyz-p1": [],
};
const estate = [
  anEstate({
    environments: ids.map((id) => observedEnvironment({ id, tags: ["operated"] })),
    groups: [
      observedGroup({ name: "abc-team", accessRight: { VIEWER: ["abc-p1", "abc-t2"] } }),
      observedGroup({ name: "everybody", accessRight: { VIEWER: ids } }),
    ],
    hosts: new Map(Object.entries(hosts)),
  }),
];
const settings = `# Ours, by hand.
version: 1
clusters: { emea: { url: https://emea.example.com, token: { env: DTSYNC_TOKEN } } }   # the only one
defaults: { cluster: emea, environment: { tags: [operated] } }
profiles:
  - match: { stage: t }   # tests
    oneagent: { hostGroup: tests }
`;

/** Whether all lines of a text are there in another one, in their order; those that may change are left out. */
function keepsLines(before: string, after: string, mayChange: (line: string) => boolean): void {
  const lines = after.split("\n");
  let at = 0;
  for (const line of before.split("\n").filter((one) => !mayChange(one))) {
    at = lines.indexOf(line, at) + 1;
    expect(at, JSON.stringify(line)).toBeGreaterThan(0);
  }
}

/** The files of a layout, and the lines of them that an import has to change. */
const layouts: readonly (readonly [string, string, RegExp])[] = [
  [
    "with comments everywhere",
    `# Head.

customer: abc # the first
# Above.
environments: # all of them
  # Above p1.
  p1: # production
    # Above tags.
    name: abc-p1 # as it is called
    hosts: # machines
      # Above the first.
      - web01 # the first
      # Below the first.
  # Below p1.

  # Above t1.
  t1: { name: abc-t1 } # tests
  # Below t1.
# Foot of environments.

# Above groups.
groups: [] # none
# Foot.
`,
    /^\s+t1: |^groups:/,
  ],
  [
    "with line ends of Windows",
    "customer: abc\r\nenvironments:\r\n  p1:\r\n    name: abc-p1\r\n    hosts:\r\n      - web01\r\n\r\n  t1: { name: abc-t1 }\r\n",
    /^\s+t1: /,
  ],
  [
    "in brackets on one line",
    "{ customer: abc, environments: { p1: { name: abc-p1, hosts: [web01] }, t1: { name: abc-t1 } } }\n",
    /./,
  ],
  [
    "in brackets of several lines",
    `customer: abc
environments: {
  p1: { name: abc-p1, hosts: [
    web01, # the first
  ] },
  t1: { name: abc-t1 },   # tests
}
`,
    /^\s+t1: /,
  ],
  [
    "with anchors",
    `customer: abc
oneagent: &agent { monitoringMode: fullstack }
environments:
  p1:
    name: abc-p1
    oneagent: *agent
    hosts: [web01]
  t1: { name: abc-t1, oneagent: *agent }
`,
    /hosts: \\[web01\\]|^\s+t1: |hosts:/,
  ],
  [
    "without indentation of lists, and without a last line end",
    `customer: abc
environments:
    p1:
        name: abc-p1
        hosts:
        - web01
    t1:
        name: abc-t1
groups:
- { name: abc-own, access: { abc-p1: VIEWER } }`,
    /abc-own/,
  ],
  [
    "with quotation marks, keys of several forms and an empty environment",
    `"customer": "abc"
'environments':
  "p1": {name: 'abc-p1', "hosts": ["web01"]}
  ? t1
  : name: abc-t1
`,
    /"p1"/,
  ],
];

describe("an import into an inventory that people have written", () => {
  test.each(layouts)("%s adds what is missing, and touches no other line", async (_what, text, mayChange) => {
    const files = {
      "dtsync.yaml": settings,
      "customers/a/deep/folder/one.yml": text,
      "customers/xyz.yaml": "customer: xyz\nenvironments:\n  p1: { name: xyz-p1 }\n",
    };
    const { inventory, texts, proposal } = await importInto(estate, files);
    const after = texts["customers/a/deep/folder/one.yml"] ?? "";
    keepsLines(text, after, (line) => mayChange.test(line));
    if (text.includes("\r\n")) expect(after.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    expect(after.endsWith("\n")).toBe(text.endsWith("\n"));
    expect(texts["dtsync.yaml"]).toBe(settings);
    const unsaid = proposal.remarks.filter(({ about }) => about.startsWith("what cannot be added in place"));
    expect(unsaid).toEqual([]);
    expect(inventory.environments.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(inventory.hosts.map(({ name, environment }) => `${environment} ${name}`).sort()).toEqual([
      "abc-p1 db01",
      "abc-p1 web01",
      "abc-p1 web02",
      "abc-t1 test01",
    ]);
    expect((await importInto(estate, texts)).proposal.files).toEqual([]);
  });
});
