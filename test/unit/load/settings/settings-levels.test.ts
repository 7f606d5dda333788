import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Environment, Host, Inventory } from "../../../../src/model/inventory.ts";
import { loadFiles, loadValid, placesOf, settingsFile, settingsWithoutRoles } from "../load-files.ts";

const environmentOf = (inventory: Inventory, id: string): Environment => {
  const found = inventory.environments.find((environment) => environment.id === id);
  if (!found) throw new Error(`no environment ${id}`);
  return found;
};

const hostOf = (inventory: Inventory, name: string): Host => {
  const found = inventory.hosts.find((host) => host.name === name);
  if (!found) throw new Error(`no host ${name}`);
  return found;
};

test("what nobody declares has the documented defaults", async () => {
  const inventory = await loadValid({
    "customers/abc.yaml": "customer: abc\nenvironments:\n  p1:\n    hosts: [web01]\n",
  });
  expect(inventory.clusters[1]).toEqual({
    name: "emea",
    url: "https://dynatrace.emea.example.com",
    token: { env: "DTSYNC_TOKEN_EMEA" },
    ca: null,
    maxConcurrency: 16,
    place: { file: "dtsync.yaml", line: 3, column: 3 },
  });
  expect(inventory.safety).toEqual({
    protect: [],
    breakGlass: [],
    deleteAfter: 7 * 86_400_000,
    maxRemovals: 0,
    maxUpdates: null,
  });
  expect(inventory.environments).toEqual([
    {
      id: "abc-p1",
      key: "p1",
      stage: "p",
      customer: "abc",
      cluster: "emea",
      labels: {},
      state: null,
      suspended: null,
      defaultName: "abc p1",
      settings: {},
      rollout: {
        concurrency: 50,
        canary: { count: 1 },
        batch: { percent: 25 },
        maxFailures: { percent: 10 },
        seenWithin: 600_000,
      },
      place: { file: "customers/abc.yaml", line: 3, column: 3 },
    },
  ]);
  expect(inventory.hosts).toEqual([
    {
      name: "web01",
      address: null,
      environment: "abc-p1",
      customer: "abc",
      cluster: "emea",
      state: "present",
      ssh: { hostKeys: "strict" },
      oneagent: { transfer: "auto", signature: "auto", rootCertificate: null },
      place: { file: "customers/abc.yaml", line: 4, column: 13 },
    },
  ]);
});

const levels = {
  "dtsync.yaml": `${settingsFile}  environment:
    tags: [managed-by:dtsync]
    quotas: { hostUnits: { maxLimit: 100 }, demUnits: { monthlyLimit: 10, annualLimit: 100 } }
    trial: true
  oneagent: { version: latest, hostTags: [all], hostProperties: { owner: ops, site: a }, installerArguments: [A=1] }
  ssh: { user: deploy, port: 22, jump: bastion.example.com, jumpConcurrency: 8, timeout: 5m }
  rollout: { canary: 2, batch: 10 }
`,
  "customers/abc.yaml": `customer: abc
name: ABC Retail
cluster: apac
environment: { tags: [customer:abc], quotas: { demUnits: { monthlyLimit: unlimited } }, state: disabled }
oneagent: { hostTags: [customer=abc], hostProperties: { owner: null, team: web } }
ssh: { jump: [outer.example.com, inner.example.com] }
environments:
  p1:
    name: Production
    tags: [stage:p, customer:abc]
    state: enabled
    quotas: { hostUnits: null }
    oneagent: { version: "1.313", installerArguments: [B=2] }
    hosts:
      - name: DB01.example.com
        address: 192.0.2.10
        ssh: { user: root, jump: [], jumpConcurrency: 3, connectTimeout: 10s }
        oneagent: { hostTags: [tier=db, all], version: null }
  t1:
    tags: []
    trial: null
    oneagent: null
    ssh: { user: null }
    rollout: { batch: null, maxFailures: 3, seenWithin: 0 }
    cluster: emea
    hosts: [test01.example.com]
  t2: { tags: null }
`,
};

test("nearer levels win, maps merge, tags add up, null takes away", async () => {
  const inventory = await loadValid(levels);
  expect(environmentOf(inventory, "abc-p1")).toMatchObject({
    cluster: "apac",
    state: "enabled",
    defaultName: "ABC Retail p1",
    settings: {
      name: "Production",
      tags: ["managed-by:dtsync", "customer:abc", "stage:p"],
      trial: true,
      quotas: { demUnits: { monthlyLimit: null, annualLimit: 100 } },
    },
    rollout: { canary: { count: 2 }, batch: { count: 10 } },
  });
  expect(environmentOf(inventory, "abc-p1").settings.quotas).not.toHaveProperty("hostUnits");
  expect(environmentOf(inventory, "abc-t1")).toMatchObject({
    cluster: "emea",
    state: "disabled",
    settings: { tags: ["managed-by:dtsync", "customer:abc"] },
    rollout: { canary: { count: 2 }, batch: { percent: 25 }, maxFailures: { count: 3 }, seenWithin: 0 },
  });
  expect(environmentOf(inventory, "abc-t1").settings).not.toHaveProperty("trial");
  expect(environmentOf(inventory, "abc-t2").settings).not.toHaveProperty("tags");
  expect(hostOf(inventory, "db01.example.com")).toMatchObject({
    address: "192.0.2.10",
    ssh: { user: "root", port: 22, jump: [], jumpConcurrency: 3, timeout: 300_000, connectTimeout: 10_000 },
    oneagent: {
      hostTags: ["all", "customer=abc", "tier=db"],
      hostProperties: { site: "a", team: "web" },
      installerArguments: ["B=2"],
    },
  });
  expect(hostOf(inventory, "db01.example.com").oneagent).not.toHaveProperty("version");
  expect(hostOf(inventory, "db01.example.com").oneagent.hostProperties).not.toHaveProperty("owner");
  expect(hostOf(inventory, "test01.example.com").oneagent).toEqual({
    transfer: "auto",
    signature: "auto",
    rootCertificate: null,
  });
  expect(hostOf(inventory, "test01.example.com").ssh).toEqual({
    port: 22,
    jump: ["outer.example.com", "inner.example.com"],
    jumpConcurrency: 8,
    timeout: 300_000,
    hostKeys: "strict",
  });
});

test("environments have ids of their own or of customer and key, and a stage", async () => {
  const inventory = await loadValid({
    "customers/abc.yaml": "customer: abc\nenvironments:\n  prod12: {}\n  legacy: { id: Old_1 }\n  p1: { id: other }\n",
  });
  expect(inventory.environments.map(({ id, key, stage }) => [id, key, stage])).toEqual([
    ["Old_1", "legacy", "legacy"],
    ["abc-prod12", "prod12", "prod"],
    ["other", "p1", "p1"],
  ]);
});

test("bodies, lists and customers without content are valid", async () => {
  const inventory = await loadValid({
    "customers/a/abc.yaml": "customer: abc\nenvironments:\n  p1:\n  p2: {}\n",
    "customers/b/xyz.yml": "customer: xyz\n",
    "customers/def.yaml": "customer: def\nenvironments:\ngroups:\n",
    "groups/none.yaml": "groups: []\n",
  });
  expect(inventory.customers.map(({ id }) => id)).toEqual(["abc", "def", "xyz"]);
  expect(inventory.environments.map(({ id }) => id)).toEqual(["abc-p1", "abc-p2"]);
});

test("an inventory without customers is valid", async () => {
  const { inventory, summary } = await loadFiles({ "dtsync.yaml": settingsWithoutRoles });
  expect(inventory).not.toBeNull();
  expect(summary).toEqual({ files: 1, customers: 0, environments: 0, groups: 0, hosts: 0, errors: 0, warnings: 0 });
});

test("paths become absolute, relative to the file they stand in", async () => {
  const settings = settingsFile.replace(
    "{ env: DTSYNC_TOKEN_APAC }",
    "{ file: ~/tokens/apac }\n    ca: certs/apac.pem",
  );
  const inventory = await loadValid(
    {
      "dtsync.yaml": `${settings}  ssh: { identityFile: ~/.ssh/id, knownHosts: /etc/ssh/known }\n`,
      "certs/apac.pem": "PEM",
      "certs/root.pem": "PEM",
      "customers/retail/abc.yaml": `customer: abc
oneagent: { rootCertificate: ../../certs/root.pem }
ssh: { knownHosts: keys/known_hosts }
environments:
  p1: { hosts: [web01] }
`,
    },
    { rootCertificate: "/etc/root.pem" },
  );
  const { directory } = inventory;
  expect(inventory.clusters[0]).toMatchObject({
    token: { file: "/home/user/tokens/apac" },
    ca: join(directory, "certs/apac.pem"),
  });
  expect(inventory.hosts[0]).toMatchObject({
    ssh: { identityFile: "/home/user/.ssh/id", knownHosts: join(directory, "customers/retail/keys/known_hosts") },
    oneagent: { rootCertificate: join(directory, "certs/root.pem") },
  });
});

test("the root certificate of the environment counts where none is declared", async () => {
  const inventory = await loadValid(
    { "customers/abc.yaml": "customer: abc\nenvironments:\n  p1: { hosts: [web01] }\n" },
    { rootCertificate: "/etc/root.pem" },
  );
  expect(inventory.hosts[0]?.oneagent.rootCertificate).toBe("/etc/root.pem");
});

test("safety amounts and durations are read", async () => {
  const inventory = await loadValid({
    "dtsync.yaml": `${settingsFile}safety: { deleteAfter: 0d, maxRemovals: 5, maxUpdates: 30%, protect: ["*-p*"], breakGlass: [] }\n`,
  });
  expect(inventory.safety).toEqual({
    protect: ["*-p*"],
    breakGlass: [],
    deleteAfter: 0,
    maxRemovals: 5,
    maxUpdates: { percent: 30 },
  });
});

test("the summary counts what will be there", async () => {
  const { summary } = await loadFiles({
    "dtsync.yaml": `${settingsWithoutRoles}groups:
  - { name: admins, isClusterAdminGroup: true, clusters: [emea, apac] }
  - { name: gone, state: absent }
`,
    "customers/abc.yaml": `customer: abc
environments:
  p1:
    hosts: ["web[01-03]", { name: old01, state: absent }, { file: ../hosts.txt }, { command: [list] }]
  t1: { state: absent }
  d1: { state: disabled }
`,
    "hosts.txt": "app01\n",
  });
  expect(summary).toEqual({ files: 3, customers: 1, environments: 2, groups: 2, hosts: 4, errors: 0, warnings: 0 });
});

test("every fault of every file is found in one run, also beside faults of the schema", async () => {
  const result = await loadFiles({
    "dtsync.yaml": `${settingsFile}groups:
  - name: noc
    access: { abc-p1: oprator, abc-p9: viewer }
`,
    "customers/abc.yaml": "customer: abc\nenvironments:\n  p1: { tgas: [], hosts: [web01, web01] }\n",
    "customers/xyz.yaml": "customer: xyz\ncluster: amer\nenvironments:\n  p1: { hosts: [web01] }\n",
  });
  expect(placesOf(result)).toEqual([
    "customers/abc.yaml:3:9 unknown-key",
    "customers/abc.yaml:3:34 duplicate-host",
    "customers/xyz.yaml:2:10 unknown-cluster",
    "customers/xyz.yaml:4:17 duplicate-host",
    "dtsync.yaml:16:23 unknown-role",
    "dtsync.yaml:16:32 unknown-environment",
  ]);
});

describe("a signature that must be checked", () => {
  const required = {
    "dtsync.yaml": `${settingsWithoutRoles}  oneagent: { signature: required }\n`,
    "customers/abc.yaml": "customer: abc\nenvironments: { p1: { hosts: [web01, web02] } }\n",
  };

  test("needs a certificate, which may come from outside, and is told once", async () => {
    expect(placesOf(await loadFiles(required))).toEqual(["dtsync.yaml:11:26 missing-root-certificate"]);
    const { hosts } = await loadValid(required, { rootCertificate: "/certs/root.pem" });
    expect(hosts.map(({ oneagent }) => oneagent.rootCertificate)).toEqual(["/certs/root.pem", "/certs/root.pem"]);
  });

  test("is told with the --set option that asks for it", async () => {
    const { diagnostics } = await loadFiles(
      { ...required, "dtsync.yaml": settingsWithoutRoles },
      { set: [{ path: "defaults.oneagent.signature", value: "required", text: "required" }] },
    );
    expect(diagnostics.map(({ rule, message }) => [rule, / \(given by --set .*\)$/.exec(message)?.[0]])).toEqual([
      ["missing-root-certificate", " (given by --set defaults.oneagent.signature)"],
    ]);
  });
});

describe("properties of hosts", () => {
  /** What is declared of a host whose customer, environment and own item say this. */
  async function declared(customer: string, environment: string, host: string) {
    const inventory = await loadValid({
      "customers/abc.yaml": `customer: abc
oneagent: { hostProperties: ${customer} }
environments:
  p1:
    oneagent: { hostProperties: ${environment} }
    hosts: [{ name: web01, oneagent: { hostProperties: ${host} } }]
`,
    });
    return hostOf(inventory, "web01").oneagent.hostProperties;
  }

  test.each<[string, string, string, unknown]>([
    ["{}", "{}", "{}", {}],
    ["null", "{}", "null", undefined],
    ["null", "null", "{}", {}],
    ["{ owner: dba }", "{}", "{}", { owner: "dba" }],
    ["{ owner: dba }", "null", "{}", {}],
    ["{}", "{ owner: dba }", "{}", { owner: "dba" }],
    ["{ owner: dba }", "{ owner: null }", "{ owner: null }", undefined],
    ["{}", "{ owner: null }", "{ owner: null }", {}],
    ["{ owner: dba }", "{ owner: null }", "{}", {}],
    ["{ owner: dba }", "{ owner: null, site: a }", "{}", { site: "a" }],
  ])("%s, then %s, then %s", async (customer, environment, host, expected) => {
    expect(await declared(customer, environment, host)).toEqual(expected);
  });
});
