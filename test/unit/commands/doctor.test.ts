import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Check, Checkup } from "../../../src/model/checkup.ts";
import type { FaultAction } from "../../../src/sandbox/cluster/faults.ts";
import { ownIdentity } from "../../../src/state/process-identity.ts";
import { takeLock } from "../../../src/state/run-lock.ts";
import { type CommandWorld, startCommandWorld } from "../../support/command-world.ts";
import { realClock } from "../../support/host-world.ts";
import { faultsBySchema } from "../../support/output-schemas.ts";

const settings = `version: 1
clusters:
  emea:
    url: https://emea.example.com
    token: { env: DTSYNC_TOKEN_EMEA }
defaults: { cluster: emea }
`;

let world: CommandWorld;
beforeAll(async () => {
  world = await startCommandWorld(
    { "dtsync.yaml": settings, "customers/abc.yaml": "customer: abc\nenvironments:\n  p1: { hosts: [] }\n" },
    {},
  );
});
afterAll(() => world.close());

/** A token of the cluster with these scopes. */
async function tokenWith(scopes: readonly string[], minutes: number): Promise<string> {
  const answer = await world.cluster.fetch("https://emea.example.com/api/cluster/v2/tokens", {
    method: "POST",
    headers: { authorization: `Api-Token ${world.cluster.clusterToken}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "one", scopes, expiresIn: { value: minutes, unit: "MINUTES" } }),
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body ?? []) chunks.push(chunk);
  return (JSON.parse(Buffer.concat(chunks).toString()) as { token: string }).token;
}

const day = 86_400_000;

/** What a cluster tells of a token that may do all that dtsync needs. */
const lookedUp = (facts: Readonly<Record<string, unknown>>): FaultAction => ({
  status: 200,
  body: { scopes: ["ServiceProviderAPI", "ClusterTokenManagement"], ...facts },
});

async function examine(token = world.cluster.clusterToken, more: Readonly<Record<string, string>> = {}) {
  const variables = { HOME: world.directory, DTSYNC_TOKEN_EMEA: token, ...more };
  const { code, document, output } = await world.run(["doctor"], { variables });
  const { checks } = document as Checkup;
  expect(faultsBySchema("doctor", document)).toEqual([]);
  const find = (id: string, scope = "cluster/emea"): Check | undefined =>
    checks.find((check) => check.id === id && check.scope === scope);
  return { code, checks, find, output };
}

describe("doctor", () => {
  test("finds everything in order where it is", async () => {
    const { code, checks, find } = await examine();
    expect(checks.filter(({ state }) => state === "failure")).toEqual([]);
    expect(code).toBe(0);
    expect(find("reach")).toMatchObject({ state: "ok" });
    expect(find("token")).toMatchObject({
      state: "ok",
      message: expect.stringContaining("plan, import, apply, status and api"),
    });
    expect(find("version")?.message).toContain("1.320");
    expect(find("environments")).toMatchObject({ state: "ok", message: expect.stringMatching(/can be read: \d+$/) });
    expect(find("groups")).toMatchObject({ state: "ok", message: expect.stringMatching(/can be read: \d+$/) });
    expect(find("node-version", "machine")).toMatchObject({ state: "ok" });
  });

  test.each<[string, () => Promise<string> | string, Partial<Check>]>([
    ["is wrong", () => "dt-wrong", { state: "failure", message: expect.stringContaining("refused") as never }],
    [
      "lacks the scope",
      () => tokenWith(["ClusterTokenManagement"], 100_000),
      { state: "failure", message: expect.stringContaining("ServiceProviderAPI") as never },
    ],
    [
      "can do too much",
      () => tokenWith(["ServiceProviderAPI", "ClusterTokenManagement", "settings.write"], 100_000),
      { state: "warning", message: expect.stringContaining("settings.write") as never },
    ],
    [
      "expires soon",
      () => tokenWith(["ServiceProviderAPI", "ClusterTokenManagement"], 60),
      { state: "warning", message: expect.stringContaining("expires") as never },
    ],
    [
      "only reads",
      () => tokenWith(["ServiceProviderAPI"], 100_000),
      { state: "unknown", message: expect.stringContaining("ClusterTokenManagement") as never },
    ],
  ])("tells of a token that %s", async (_what, make, expected) => {
    const token = await make();
    const { code, find, output } = await examine(token);
    expect(find("token")).toMatchObject(expected);
    expect(code).toBe(expected.state === "failure" ? 5 : 0);
    expect(output).not.toContain(token);
  });

  test("sends nothing to an origin that nobody has allowed", async () => {
    const before = world.cluster.requests.length;
    const { code, document } = await world.run(["doctor", "--set", "clusters.emea.url=https://other.example.com"]);
    expect(code).toBe(4);
    expect((document as Checkup).checks.filter(({ scope }) => scope === "cluster/emea")).toEqual([
      {
        scope: "cluster/emea",
        id: "origin",
        state: "failure",
        message: expect.any(String),
        advice: "export DTSYNC_ORIGINS=https://other.example.com",
      },
    ]);
    expect(world.cluster.requests).toHaveLength(before);
  });

  test("ends at an interrupt while it asks about an origin", async () => {
    const controller = new AbortController();
    const before = world.cluster.requests.length;
    const asking = world.run(["doctor", "--set", "clusters.emea.url=https://other.example.com"], {
      signal: controller.signal,
      terminal: { input: true, output: false, errors: true, columns: null },
      prompt: { input: new PassThrough(), output: new PassThrough().once("data", () => controller.abort()) },
    });
    expect(await asking).toMatchObject({ code: 130 });
    expect(world.cluster.requests).toHaveLength(before);
  });

  test("tells what is missing of a cluster that does not answer, and of one that has no token", async () => {
    const down = await world.run(["doctor", "--set", "clusters.emea.url=http://127.0.0.1:9"]);
    expect(down).toMatchObject({
      code: 5,
      document: { checks: expect.arrayContaining([expect.objectContaining({ id: "reach", state: "failure" })]) },
    });
    const without = await world.run(["doctor"], { variables: { HOME: world.directory } });
    expect(without).toMatchObject({
      code: 5,
      document: {
        checks: expect.arrayContaining([
          expect.objectContaining({
            ...{ id: "token", state: "failure", scope: "cluster/emea" },
            advice: "read -rs DTSYNC_TOKEN_EMEA && export DTSYNC_TOKEN_EMEA",
          }),
        ]),
      },
    });
  });

  test.each<[string, Partial<Check>]>([
    ["{ env: SECRET_OF_EMEA }", { id: "token", advice: "export DTSYNC_TOKEN_VARIABLES=SECRET_OF_EMEA" }],
    ["{ file: /nothing/token }", { id: "token", advice: "write a token into /nothing/token, for you alone to read" }],
    ["{ command: [./token] }", { id: "token", advice: "dtsync doctor --allow-commands" }],
  ])("says what to do about a cluster with the token %s", async (token, expected) => {
    world.write("inventory/dtsync.yaml", settings.replace("{ env: DTSYNC_TOKEN_EMEA }", token));
    const { checks } = await examine();
    world.write("inventory/dtsync.yaml", settings);
    expect(checks.filter(({ scope, state }) => scope === "cluster/emea" && state === "failure")).toMatchObject([
      expected,
    ]);
  });

  test.each<[string, FaultAction]>([
    ["there", { status: 404 }],
    ["well", { html: 503 }],
  ])("goes on where the health check is not %s, which no run needs", async (_what, action) => {
    const fault = world.cluster.addFault({ match: { path: "/rest/health", times: 9 }, do: action });
    const { code, find } = await examine();
    fault.remove();
    expect(code).toBe(0);
    expect(find("reach")).toMatchObject({
      state: "warning",
      message: expect.stringMatching(/^it answers, but does not say whether it runs: .*status (?:404|503)/),
      advice: expect.stringContaining("/rest/health"),
    });
    for (const id of ["clock", "token", "environments", "groups"]) expect(find(id)).toMatchObject({ state: "ok" });
  });

  test("is not content with a token that could not deploy the hosts that are declared", async () => {
    const hosts = "inventory/customers/hosts.yaml";
    world.write(hosts, "customer: hosts\nenvironments:\n  p1: { hosts: [web01] }\n");
    const token = await tokenWith(["ServiceProviderAPI"], 100_000);
    for (const tokenLookup of ["ClusterTokenManagement", "any"] as const) {
      // Such a token may look itself up on some clusters only.
      world.cluster.switches.tokenLookup = tokenLookup;
      expect((await examine(token)).find("token")).toMatchObject({
        state: "failure",
        message: expect.stringContaining("lacks ClusterTokenManagement"),
      });
    }
    const fault = world.cluster.addFault({ match: { path: /tokens\/lookup/, times: 5 }, do: { html: 403 } });
    expect((await examine(token)).find("token")).toMatchObject({ state: "unknown" });
    fault.remove();
    world.write(hosts, "customer: hosts\n");
    expect((await examine(token)).find("token")).toMatchObject({ state: "ok" });
    world.cluster.switches.tokenLookup = "ClusterTokenManagement";
  });

  test("says which commands a token that only reads is enough for, by what is declared and what the cluster has", async () => {
    const groups = "inventory/groups/zones.yaml";
    const token = await tokenWith(["ServiceProviderAPI"], 100_000);
    const onZones = (zone: string) =>
      `groups:\n  - { name: shop, access: { abc-p1: { managementZones: { ${zone}: VIEWER } } } }\n`;
    const lacking = expect.stringMatching(
      /^the token lacks ClusterTokenManagement, so plan and apply hold .*, and import leaves out/,
    );
    for (const tokenLookup of ["ClusterTokenManagement", "any"] as const) {
      world.cluster.switches.tokenLookup = tokenLookup;
      world.write(groups, onZones('"*shop"'));
      const declared = await examine(token);
      expect(declared.find("token")).toMatchObject({ state: "failure", message: lacking });
      expect(declared.code).toBe(5);
      world.write(groups, "groups: []\n");
      expect((await examine(token)).find("token")?.message).toContain(
        "is enough for plan, import and apply; hosts, status and api need ClusterTokenManagement",
      );
      const body = [
        {
          groupId: "shop",
          mzPermissionsPerEnvironment: [
            { environmentUuid: "abc-p1", mzPermissions: [{ mzId: "5", permissions: ["VIEWER"] }] },
          ],
        },
      ];
      const fault = world.cluster.addFault({ match: { path: /groups\/managementZones/ }, do: { status: 200, body } });
      expect((await examine(token)).find("token")).toMatchObject({
        state: "warning",
        message: expect.stringMatching(
          /enough for plan and apply; import of the rights that 1 group has on management zones, hosts/,
        ),
      });
      fault.remove();
    }
    world.cluster.switches.tokenLookup = "ClusterTokenManagement";
  });

  test.each<[string, FaultAction, Partial<Check>]>([
    ["yesterday", lookedUp({ expires: Date.now() - day }), { state: "failure", message: "the token has expired" }],
    [
      "within hours",
      lookedUp({ expires: Date.now() + day / 2 }),
      { message: expect.stringMatching(/api; it expires within a day$/) as never },
    ],
    [
      "tomorrow",
      lookedUp({ expires: Date.now() + 1.5 * day }),
      { message: expect.stringMatching(/; it expires in 1 day$/) as never },
    ],
    [
      "in two days",
      lookedUp({ expires: Date.now() + 2.5 * day }),
      { message: expect.stringMatching(/; it expires in 2 days$/) as never },
    ],
    ["never, but is revoked", lookedUp({ revoked: true }), { state: "failure", message: "the token is revoked" }],
  ])("tells of a token that the cluster still shows and that expires %s", async (_when, action, expected) => {
    const fault = world.cluster.addFault({ match: { path: /tokens\/lookup/ }, do: action });
    const { code, find } = await examine();
    fault.remove();
    expect(find("token")).toMatchObject({ state: "warning", ...expected });
    expect(code).toBe(expected.state === "failure" ? 5 : 0);
  });

  test("takes a token that a cluster does not know for one that it refuses, and a page in its place for nothing", async () => {
    for (const [action, state, advice] of [
      [{ status: 404, body: { error: { code: 404, message: "not found" } } }, "failure", "make another one"],
      [{ html: 404 }, "unknown", "no proxy or login page answers in its place"],
      [{ html: 401 }, "unknown", "no proxy or login page answers in its place"],
    ] as const) {
      const fault = world.cluster.addFault({ match: { path: /tokens\/lookup/, times: 5 }, do: action });
      expect((await examine()).find("token")).toMatchObject({
        state,
        advice: expect.stringContaining(advice),
      });
      fault.remove();
    }
  });

  test("takes a busy cluster for no refusal of the token", async () => {
    const fault = world.cluster.addFault({ match: { path: /tokens\/lookup/, times: 5 }, do: { status: 500 } });
    expect((await examine()).find("token")).toMatchObject({ state: "unknown" });
    fault.remove();
  });

  test.each<[string, FaultAction, RegExp]>([
    ["refused", { status: 403 }, /cannot be read: .*403/],
    ["busy", { status: 503 }, /cannot be read: .*503/],
    ["of another form", { status: 200, body: { items: [] } }, /cannot be read: /],
    ["a page of something in between", { status: 200, body: "<html/>" }, /cannot be read: /],
  ])("is not content where no plan could read the cluster: %s", async (_what, action, message) => {
    for (const [id, path] of [
      ["environments", "/api/cluster/v2/environments"],
      ["groups", "/api/v1.0/onpremise/groups"],
    ] as const) {
      const fault = world.cluster.addFault({ match: { method: "GET", path, times: 9 }, do: action });
      const { code, find } = await examine();
      fault.remove();
      expect(code).toBe(5);
      expect(find(id)).toMatchObject({ state: "failure", message: expect.stringMatching(message) });
      expect(find("token")).toMatchObject({ state: "ok" });
    }
  });

  test("counts the hosts that would be refused", async () => {
    world.write(
      "inventory/customers/hosts.yaml",
      "customer: hosts\nssh: { jump: bastion }\nenvironments:\n  p1: { hosts: ['web[01-03]'] }\n",
    );
    world.write(
      ".ssh/known_hosts",
      "web01 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2xRNGNwSbDWYpvIUFkXPbNJ5ZVZ8mYOZ0Fl0fqPj9J\n",
    );
    const { code, find } = await examine();
    expect(code).toBe(5);
    expect(find("known-hosts", "hosts")).toMatchObject({
      state: "failure",
      message: expect.stringContaining("2 hosts of 3"),
    });
    expect(find("known-bastions", "hosts")).toMatchObject({
      state: "failure",
      message: expect.stringContaining("bastion"),
    });
    expect(find("ssh-keys", "hosts")).toMatchObject({ state: "failure" });
    world.write("inventory/customers/hosts.yaml", "customer: hosts\n");
  });

  test("looks at every bastion of a way, with the user and port that the way names", async () => {
    world.write(
      "inventory/customers/hosts.yaml",
      "customer: hosts\nssh: { jump: ['ops@edge:2222', inner] }\nenvironments:\n  p1: { hosts: ['web[01-03]'] }\n",
    );
    const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2xRNGNwSbDWYpvIUFkXPbNJ5ZVZ8mYOZ0Fl0fqPj9J";
    world.write(".ssh/known_hosts", `inner ${key}\n`);
    const { find } = await examine();
    expect(find("known-bastions", "hosts")).toMatchObject({
      state: "failure",
      message: expect.stringMatching(/^1 bastion of 2 .*ops@edge:2222$/),
      advice: expect.stringContaining("ssh-keyscan -p 2222 edge "),
    });
    // Nobody but the last bastion reaches them.
    expect(find("known-hosts", "hosts")).toMatchObject({
      advice: expect.stringMatching(/^ssh -J ops@edge:2222,inner \S+@web01 asks about its key/),
    });
    expect(find("bastions", "hosts")?.message).toBe("3 hosts behind ops@edge:2222, 3 hosts behind inner");
    // None of these environments is there.
    expect(find("deployment")).toMatchObject({ state: "unknown" });
    world.cluster.setEnvironment("hosts-p1");
    expect((await examine()).find("deployment")).toMatchObject({ state: "ok" });
    world.write("inventory/customers/hosts.yaml", "customer: hosts\n");
  });

  test.each<["classic" | "dps", string, RegExp]>([
    ["classic", "1.320.47.20250820-091500", /^a licence with quotas; whether it is valid/],
    ["classic", "1.326.10.20251120-091500", /^the licence is valid, with quotas$/],
    ["dps", "1.320.47.20250820-091500", /^a licence without quotas \(DPS\)/],
    ["dps", "1.326.10.20251120-091500", /^a licence without quotas \(DPS\)/],
  ])("finds out a %s licence of version %s", async (kind, version, message) => {
    const other = await startCommandWorld({ "dtsync.yaml": settings }, {}, { licence: kind, version });
    try {
      const { document } = await other.run(["doctor"]);
      expect((document as Checkup).checks.find(({ id }) => id === "licence")).toMatchObject({
        state: "ok",
        message: expect.stringMatching(message),
      });
    } finally {
      await other.close();
    }
  });

  test("does not guess the licence where neither it nor the list can be read", async () => {
    const fault = world.cluster.addFault({ match: { path: /includeConsumptionInfo/, times: 9 }, do: { status: 500 } });
    expect((await examine()).find("licence")).toMatchObject({ state: "unknown" });
    fault.remove();
  });

  test("looks for maintenance where the documentation has it, too", async () => {
    expect((await examine()).find("maintenance")).toMatchObject({ state: "ok", message: "no maintenance" });
    const faults = [
      { match: { path: "/api/v1.0/onpremise/cluster/maintenance", times: 9 }, do: { status: 404 } },
      {
        match: { path: "/api/v1.0/cluster/maintenance", nth: 2, times: 9 },
        do: { status: 200, body: { reason: "IP_MIGRATION" } },
      },
    ].map((fault) => world.cluster.addFault(fault));
    expect((await examine()).find("maintenance")).toMatchObject({ state: "unknown" });
    expect((await examine()).find("maintenance")).toMatchObject({
      state: "warning",
      message: "it is under maintenance: IP_MIGRATION",
    });
    for (const fault of faults) fault.remove();
  });

  test("tells a maintenance that is over from one that is under way", async () => {
    const found = async (body: unknown) => {
      const path = "/api/v1.0/onpremise/cluster/maintenance";
      const fault = world.cluster.addFault({ match: { path, times: 9 }, do: { status: 200, body } });
      const check = (await examine()).find("maintenance");
      fault.remove();
      return check;
    };
    const started = { date: "2026-11-20T08:00:00Z", user: "admin" };
    const underWay = { reason: "IP_MIGRATION", nodeId: 1, started, metadata: null };
    const warning = { state: "warning", message: "it is under maintenance: IP_MIGRATION" };
    expect(await found(underWay)).toMatchObject(warning);
    expect(await found({ ...underWay, message: null, ended: null })).toMatchObject(warning);
    const over = { ...underWay, ended: { date: "2026-11-20T09:00:00Z", user: "admin" } };
    expect(await found(over)).toMatchObject({ state: "ok", message: "no maintenance" });
  });

  test("tells in which environments policies give rights", async () => {
    const none = await examine();
    expect(none.find("environment-policies")).toMatchObject({ state: "unknown" });
    world.cluster.setEnvironment("abc-p1");
    expect((await examine()).find("environment-policies")).toMatchObject({
      message: expect.stringContaining("no group"),
    });
    world.cluster.addPolicy({
      ...{
        uuid: "5b1b6c4e-0b9e-4b52-9a07-2f3f3c3a1d11",
        name: "viewers",
        statementQuery: "ALLOW environment:roles:viewer;",
      },
      ...{ levelType: "environment", levelId: "abc-p1", groups: ["noc"] },
    });
    expect((await examine()).find("environment-policies")).toMatchObject({
      state: "ok",
      message: expect.stringContaining("in 1 environment groups have rights from policies, too (noc on abc-p1): "),
      items: ["noc on abc-p1"],
    });
  });

  test("names the groups to which policies of the cluster give rights, and all of them as JSON", async () => {
    const { clusterUuid } = world.cluster.snapshot();
    const names = Array.from({ length: 10 }, (_, index) => `Team ${index}`);
    for (const name of names) world.cluster.setGroup(name, {});
    world.cluster.addPolicy({
      ...{
        uuid: "5b1b6c4e-0b9e-4b52-9a07-2f3f3c3a1d12",
        name: "all",
        statementQuery: "ALLOW environment:roles:viewer;",
      },
      ...{
        levelType: "cluster",
        levelId: clusterUuid,
        groups: names.map((name) => name.toLowerCase().replace(" ", "")),
      },
    });
    expect((await examine()).find("policies")).toMatchObject({
      state: "ok",
      message: expect.stringMatching(/^10 groups have rights from policies, too \(Team 0, .*, Team 7 and 2 more\): /),
      items: names,
    });
    // Names need the list of groups; that it cannot be read is a check of its own.
    const fault = world.cluster.addFault({
      match: { path: "/api/v1.0/onpremise/groups", times: 9 },
      do: { status: 403 },
    });
    expect((await examine()).find("policies")).toMatchObject({
      state: "ok",
      message: expect.stringContaining("(team0, "),
    });
    fault.remove();
  });

  test("names the proxy, or the line that sets one", async () => {
    expect((await examine()).find("proxy")).toMatchObject({ state: "ok", message: expect.stringContaining("without") });
    const far = ["doctor", "--set", "clusters.emea.url=https://emea.invalid"];
    const allowed = { HOME: world.directory, DTSYNC_TOKEN_EMEA: "dt-any", DTSYNC_ORIGINS: "https://emea.invalid" };
    const checkOf = async (more: Readonly<Record<string, string>>, id: string) => {
      const { document } = await world.run(far, { variables: { ...allowed, ...more } });
      return (document as Checkup).checks.find((check) => check.id === id && check.scope === "cluster/emea");
    };
    // Nothing listens there, so nothing leaves this machine.
    const HTTPS_PROXY = "http://127.0.0.1:9";
    expect(await checkOf({ HTTPS_PROXY }, "proxy")).toMatchObject({
      state: "ok",
      message: expect.stringContaining("127.0.0.1:9"),
    });
    expect(await checkOf({ HTTPS_PROXY }, "reach")).toMatchObject({ state: "failure", advice: expect.any(String) });
    expect(await checkOf({ HTTPS_PROXY: "socks5://127.0.0.1:9" }, "proxy")).toMatchObject({ state: "failure" });
  });

  test("tells of OpenSSH and the agent before there are hosts", async () => {
    const { find, checks } = await examine();
    expect(checks.filter(({ scope }) => scope === "hosts")).toEqual([]);
    expect(find("openssh", "machine")).toBeDefined();
    const agentAt = async (SSH_AUTH_SOCK: string) =>
      (await examine(world.cluster.clusterToken, { SSH_AUTH_SOCK })).find("ssh-agent", "machine");
    expect(find("ssh-agent", "machine")).toMatchObject({
      state: "ok",
      message: expect.stringMatching(/^no SSH agent/),
    });
    expect(await agentAt(world.directory)).toMatchObject({ state: "ok", message: "an SSH agent is there" });
    expect(await agentAt(join(world.directory, "gone"))).toMatchObject({ state: "warning" });
  });

  test("tells who applies at the moment", async () => {
    const folder = join(world.directory, ".local/state/dtsync/locks");
    expect((await examine()).find("locks", "machine")).toMatchObject({ state: "ok" });
    const lock = await takeLock({
      ...{ folder, name: "https://emea.example.com", process: ownIdentity(), clock: realClock, patience: 0 },
      ...{ signal: new AbortController().signal, onWait: () => undefined },
    });
    expect((await examine()).find("locks", "machine")).toMatchObject({
      state: "warning",
      message: expect.stringMatching(/^an apply of https:\/\/emea\.example\.com is running/),
    });
    lock.release();
  });

  test("checks of an invalid inventory all that does not need it, its clusters too", async () => {
    world.write("inventory/customers/hosts.yaml", "customer: hosts\nrolls: 1\nsize: 2\nkind: 3\nplace: 4\n");
    const { code, checks, find } = await examine();
    expect(code).toBe(3);
    expect(checks.filter(({ scope }) => scope === "inventory")).toEqual([
      {
        scope: "inventory",
        id: "inventory",
        state: "failure",
        message: expect.stringMatching(/^it is invalid, with 4 faults: customers\/hosts\.yaml:2: .*; and 1 more$/),
        advice: expect.stringContaining("dtsync validate"),
        items: expect.objectContaining({ length: 4 }),
      },
    ]);
    for (const id of ["node-version", "openssh", "git", "ssh-agent", "free-space", "journals"])
      expect(find(id, "machine")).toBeDefined();
    for (const id of ["reach", "token", "environments"]) expect(find(id)).toMatchObject({ state: "ok" });
    // Which clusters a target is about, only the inventory tells.
    const { document } = await world.run(["doctor", "--target", "abc-p1"]);
    expect((document as Checkup).checks.some(({ scope }) => scope.startsWith("cluster/"))).toBe(false);
    world.write("inventory/customers/hosts.yaml", "customer: hosts\n");
  });

  test("sends nothing to clusters of a dtsync.yaml that is not in order", async () => {
    const before = world.cluster.requests.length;
    world.write("inventory/dtsync.yaml", `${settings}saftey: {}\n`);
    expect(await examine()).toMatchObject({ code: 3 });
    expect(world.cluster.requests).toHaveLength(before);
    world.write("inventory/dtsync.yaml", settings);
  });

  test("checks the machine where there is no inventory yet", async () => {
    const missing = join(world.directory, "nothing");
    const { code, document } = await world.run(["doctor", "--inventory", missing]);
    expect(code).toBe(3);
    expect(faultsBySchema("doctor", document)).toEqual([]);
    const { checks } = document as Checkup;
    expect(new Set(checks.map(({ scope }) => scope))).toEqual(new Set(["machine", "inventory"]));
    expect(checks.find(({ scope }) => scope === "inventory")).toMatchObject({
      state: "failure",
      message: expect.stringContaining("there is no inventory folder"),
      advice: expect.stringMatching(/dtsync init.*dtsync validate/),
    });
  });

  test("shows marks and what to do as text", async () => {
    const { output } = await world.run(["doctor", "--format", "text", "--set", "clusters.emea.url=http://127.0.0.1:9"]);
    expect(output).toMatch(/^machine\n {2}✓ Node\.js /);
    expect(output).toMatch(/cluster\/emea\n(?: .*\n)*? {2}✗ .*\n {4}\S/);
    expect(output).toMatch(/\n\d+ in order, \d+ to look at, 1 that would fail/);
  });
});
