import { execFile } from "node:child_process";
import { readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { HostChange } from "../../../../src/kinds/host/change.ts";
import type { Host, OneAgentSettings } from "../../../../src/model/inventory.ts";
import { type HostWorld, installedVersions, startHostWorld } from "../../../support/host-world.ts";

let world: HostWorld;

beforeAll(async () => {
  world = await startHostWorld(["web01.example.com"]);
});

afterAll(() => world.close());

beforeEach(() => world.machine("web01.example.com").reset());

async function planned(host: Host): Promise<HostChange> {
  const change = await world.plan(host);
  if (!change) throw new Error("there is nothing to change");
  return change;
}

/** The law: plan, apply, plan again gives nothing. */
async function converge(host: Host): Promise<HostChange> {
  const change = await planned(host);
  expect(await world.apply(change, host)).toEqual({ status: "done", attempts: 1 });
  expect(await world.plan(host)).toBeNull();
  return change;
}

const settings = {
  hostGroup: "abc-p1",
  networkZone: "zone.a",
  monitoringMode: "infra-only",
  hostName: "web one",
  hostTags: ["tier=web", "managed"],
  hostProperties: { owner: "web-team" },
  autoUpdate: false,
  appLogContentAccess: false,
  systemLogsAccess: false,
} as const;

test("an installation with every setting leaves a connected agent, no installer and no second plan", async () => {
  world.cluster.setNetworkZones(["default", "zone.a"]);
  const host = world.host("web01.example.com", { oneagent: settings });
  const change = await converge(host);
  expect(change).toMatchObject({
    action: "install",
    before: null,
    after: { environment: "abc-p1", hostGroup: "abc-p1" },
  });
  expect(world.cluster.agents().map((agent) => agent.environment)).toContain("abc-p1");
  const machine = world.machine(host.name);
  expect(machine.counters()).toMatchObject({ installations: 1, restarts: 0 });
  expect(readdirSync(join(machine.root, "tmp")).filter((name) => name.startsWith("dtsync"))).toEqual([]);
});

test("the tenant token is in no command line of the installation", async () => {
  const host = world.host("web01.example.com");
  await converge(host);
  const machine = world.machine(host.name);
  const logs = readdirSync(join(machine.root, "var/log/dynatrace/oneagent/installer"));
  const log = machine.read(`/var/log/dynatrace/oneagent/installer/${logs[0]}`) ?? "";
  expect(log).toContain("--set-tenant=abc-p1");
  expect(log).not.toContain("--set-tenant-token");
});

test("a host can fetch the installer itself; the token is no argument and the content is the one that was checked", async () => {
  const host = world.host("web01.example.com", { oneagent: { transfer: "pull" } });
  const before = world.cluster.requests.length;
  await converge(host);
  const downloads = world.cluster.requests.slice(before).filter(({ path }) => path.includes("/default/version/"));
  expect(downloads.length).toBeGreaterThanOrEqual(1);
  expect(readdirSync(join(world.machine(host.name).root, "tmp")).filter((name) => name.startsWith("dtsync"))).toEqual(
    [],
  );
});

test("changed settings are one oneagentctl call with one restart, and stale tags go", async () => {
  await converge(world.host("web01.example.com", { oneagent: settings }));
  const host = world.host("web01.example.com", {
    oneagent: { ...settings, hostGroup: "abc-web", hostTags: ["tier=front"], hostProperties: { owner: "front-team" } },
  });
  const change = await converge(host);
  expect(change).toMatchObject({ action: "configure", fields: ["hostGroup", "hostTags", "hostProperties"] });
  expect(world.machine(host.name).counters()).toMatchObject({ installations: 1, restarts: 1 });
});

const cleared: readonly (readonly [string, Partial<OneAgentSettings>, Partial<OneAgentSettings>])[] = [
  ["the host group", { hostGroup: "abc-p1" }, { hostGroup: "" }],
  ["the network zone", { networkZone: "zone.a" }, { networkZone: "" }],
  ["the name", { hostName: "web one" }, { hostName: "" }],
  ["the proxy", { proxy: "proxy.example.com:3128" }, { proxy: "" }],
  ["the proxy, in a word", { proxy: "proxy.example.com:3128" }, { proxy: "no_proxy" }],
  ["the tags", { hostTags: ["tier=web", "managed"] }, { hostTags: [] }],
  ["the properties", { hostProperties: { owner: "web-team", rack: "1" } }, { hostProperties: {} }],
];

test("everything is cleared by declaring it empty, in one call with one restart", async () => {
  world.cluster.setNetworkZones(["default", "zone.a"]);
  const all = (values: readonly Partial<OneAgentSettings>[]) =>
    Object.assign({}, ...values) as Partial<OneAgentSettings>;
  await converge(world.host("web01.example.com", { oneagent: all(cleared.map(([, set]) => set)) }));
  const fields = ["hostGroup", "networkZone", "hostName", "hostTags", "hostProperties", "proxy"];
  const host = world.host("web01.example.com", { oneagent: all(cleared.map(([, , clear]) => clear)) });
  expect(await converge(host)).toMatchObject({ action: "configure", fields });
  expect(world.machine("web01.example.com").counters()).toMatchObject({ restarts: 1 });
});

test.each(cleared)("%s is cleared alone, and the rest stays", async (_what, set, clear) => {
  const kept = { hostGroup: "kept", hostTags: ["kept"], hostProperties: { kept: "yes" } };
  await converge(world.host("web01.example.com", { oneagent: { ...kept, ...set } }));
  expect(await converge(world.host("web01.example.com", { oneagent: clear }))).toMatchObject({
    action: "configure",
    fields: Object.keys(clear),
  });
  const untouched = Object.fromEntries(Object.entries(kept).filter(([name]) => !(name in clear)));
  expect(await world.plan(world.host("web01.example.com", { oneagent: untouched }))).toBeNull();
});

test("an agent of another environment is moved", async () => {
  await converge(world.host("web01.example.com", { environment: "abc-t1" }));
  const change = await converge(world.host("web01.example.com"));
  expect(change).toMatchObject({ action: "move", before: { environment: "abc-t1" }, after: { environment: "abc-p1" } });
});

test("an older agent is updated to a pinned version, a newer one is left alone", async () => {
  await converge(world.host("web01.example.com", { oneagent: { version: "1.311" } }));
  const change = await converge(world.host("web01.example.com", { oneagent: { version: "1.313" } }));
  expect(change).toMatchObject({
    action: "update",
    before: { version: installedVersions[0] },
    after: { version: "1.313" },
  });
  expect(await world.plan(world.host("web01.example.com", { oneagent: { version: "1.311" } }))).toBeNull();
});

test.each(["update", "move"] as const)("%s: nothing is set that is not in the change", async (action) => {
  const before = { hostGroup: "abc", hostTags: ["tier=web"], hostProperties: { owner: "web-team" } };
  const environment = action === "move" ? "abc-t1" : "abc-p1";
  await converge(world.host("web01.example.com", { environment, oneagent: { ...before, version: "1.311" } }));
  const after = { hostGroup: "abc-web", hostTags: ["tier=front"], hostProperties: { owner: "front-team" } };
  const host = world.host("web01.example.com", { oneagent: { ...after, version: "1.313" } });
  const planned = (await world.plan(host)) ?? expect.fail("nothing is planned");
  expect(planned.action).toBe(action);
  const settings = ["hostGroup", "hostTags", "hostProperties"] as const;
  const without = (side: object | null) =>
    Object.fromEntries(Object.entries(side ?? {}).filter(([name]) => !settings.some((setting) => setting === name)));
  const narrowed = {
    ...planned,
    before: without(planned.before),
    after: without(planned.after),
    fields: planned.fields.filter((field) => !settings.some((setting) => setting === field)),
  } as typeof planned;
  expect(await world.apply(narrowed, host)).toMatchObject({ status: "done" });
  expect(await world.plan(host)).toMatchObject({
    action: "configure",
    fields: settings,
    before: { hostGroup: "abc", hostTags: ["tier=web"], hostProperties: { owner: "web-team" } },
  });
});

test("an absent host loses its agent, and tags that survive removal do not survive the next installation", async () => {
  await converge(world.host("web01.example.com", { oneagent: { hostTags: ["old"] } }));
  expect(await converge(world.host("web01.example.com", { state: "absent" }))).toMatchObject({
    action: "uninstall",
    after: null,
  });
  await converge(world.host("web01.example.com", { oneagent: { hostTags: ["new"] } }));
});

test("a stopped service is started", async () => {
  const host = world.host("web01.example.com");
  await converge(host);
  await stopService(host);
  expect(await converge(host)).toMatchObject({ action: "configure", fields: ["service"] });
});

async function stopService(host: Host): Promise<void> {
  const machine = world.machine(host.name);
  const program = join(machine.root, "opt/dynatrace/oneagent/agent/initscripts/oneagent");
  const environment = { ...process.env, DTSYNC_STAND_IN_ROOT: machine.root, DTSYNC_STAND_IN_SUPERUSER: "1" };
  // Not synchronously: the agent takes leave of the cluster that this process serves.
  await promisify(execFile)(program, ["stop"], { env: environment });
}

test.each([
  [{ DISK: "full" }, "disk-full"],
  [{ SERVICE_START: "fails" }, "service-inactive"],
  [{ CONNECT: "never" }, "not-connected"],
  [{ REJECT: "host-group" }, "setting-not-applied"],
] as const)("a host with %o fails as %s", async (behaviour, code) => {
  const host = world.host("web01.example.com", { oneagent: { hostGroup: "abc-p1" } });
  // A full disk is seen by a plan; this one filled up afterwards.
  const change = await planned(host);
  world.machine(host.name).setBehaviour(behaviour);
  expect(await world.apply(change, host)).toMatchObject({ status: "failed", error: { code } });
  world.machine(host.name).setBehaviour({});
  // A stand-in agent that may connect again does so by itself; everything else takes a second run.
  if (await world.plan(host)) await converge(host);
});

test("an agent that knows no modes is set to infra-only and back, and then there is nothing to do", async () => {
  const name = "web01.example.com";
  await converge(world.host(name));
  world.machine(name).setBehaviour({ AGENT_VERSION_MODE: "old" });
  for (const monitoringMode of ["infra-only", "fullstack"] as const) {
    expect(await converge(world.host(name, { oneagent: { monitoringMode } }))).toMatchObject({ action: "configure" });
  }
});

test("a lock that is released in time is waited for", async () => {
  const host = world.host("web01.example.com");
  world.machine(host.name).setBehaviour({ EXIT_CODE: "13", EXIT_CODE_TIMES: "2" });
  await converge(host);
});

test("an installation that was cut off is finished by the next run", async () => {
  const host = world.host("web01.example.com");
  await converge(host);
  const machine = world.machine(host.name);
  machine.write("/opt/dynatrace/oneagent/transaction.lock", "");
  machine.write("/tmp/oneagent.lock", "999999999\ninstaller\n");
  expect(await converge(host)).toMatchObject({ action: "install", before: { installation: "incomplete" } });
});

test("a cut-off installation of another environment is moved, and says so", async () => {
  await converge(world.host("web01.example.com", { environment: "abc-t1" }));
  world.machine("web01.example.com").write("/opt/dynatrace/oneagent/transaction.lock", "");
  expect(await converge(world.host("web01.example.com"))).toMatchObject({
    action: "move",
    before: { environment: "abc-t1" },
  });
});

test("an agent that does not tell where it reports is left alone, before a plan and after one", async () => {
  const host = world.host("web01.example.com");
  const machine = world.machine(host.name);
  await converge(world.host(host.name, { environment: "abc-t1" }));
  const [move, removal] = [
    await planned(host),
    await planned(world.host(host.name, { environment: "abc-t1", state: "absent" })),
  ];
  machine.setBehaviour({ UNREADABLE: "tenant" });
  expect(await world.plan(host)).toBeNull();
  expect(await world.plan(world.host(host.name, { environment: "abc-t1", state: "absent" }))).toBeNull();
  for (const change of [move, removal]) {
    const reason = "its agent does not tell which environment it reports to";
    expect(await world.apply(change, host)).toMatchObject({
      status: "stale",
      error: { message: expect.stringContaining(reason) },
    });
  }
  expect(machine.counters()).toMatchObject({ installations: 1, removals: 0 });
});

test("an agent that does not tell whether it is connected is not installed again", async () => {
  const host = world.host("web01.example.com");
  await converge(host);
  world.machine(host.name).setBehaviour({ UNREADABLE: "server" });
  expect(await world.plan(host)).toBeNull();
  expect(await converge(world.host(host.name, { oneagent: { hostGroup: "web" } }))).toMatchObject({
    fields: ["hostGroup"],
  });
});

test("a change that somebody made since the plan makes it stale, and one that is already as wanted is done", async () => {
  const declared = world.host("web01.example.com");
  const change = await planned(declared);
  await converge(world.host("web01.example.com", { environment: "abc-t1" }));
  expect(await world.apply(change, declared)).toMatchObject({ status: "stale" });
  await converge(declared);
  expect(await world.apply(change, declared)).toEqual({ status: "done", attempts: 0 });
});

test("a connection that drops half-way through the transfer is tried again from the start", async () => {
  const host = world.host("web01.example.com");
  const change = await planned(host);
  await world.machine(host.name).setConnection({ dropAfterInputBytes: 20_000 });
  const outcome = world.apply(change, host);
  setTimeout(() => void world.machine(host.name).setConnection({}), 300);
  expect(await outcome).toMatchObject({ status: expect.stringMatching(/done|failed/) });
  await world.machine(host.name).setConnection({});
  const again = await world.plan(host);
  if (again) await world.apply(again, host);
  expect(await world.plan(host)).toBeNull();
});

test.each([
  [{ down: true }, "unreachable"],
  [{ changedHostKey: true }, "host-key-changed"],
] as const)("a host with %o is unreadable as %s", async (switches, code) => {
  const host = world.host("web01.example.com");
  await world.machine(host.name).setConnection(switches);
  expect(await world.probe(host)).toMatchObject({ status: "unreadable", reason: expect.stringContaining(code) });
});

test("a host that refuses sudo is unreadable and says so", async () => {
  const host = world.host("web01.example.com");
  world.machine(host.name).setBehaviour({ SUDO: "refuses" });
  expect(await world.probe(host)).toMatchObject({
    status: "unreadable",
    reason: expect.stringContaining("sudo-refused"),
  });
});

test("what an agent says is read alike however it answers several questions at once", async () => {
  const host = world.host("web01.example.com", { oneagent: settings });
  const machine = world.machine(host.name);
  world.cluster.setNetworkZones(["default", "zone.a"]);
  await converge(host);
  const readings = [];
  for (const GETTERS of ["each", "first", "reversed"]) {
    machine.setBehaviour({ GETTERS });
    readings.push(await world.probe(host));
  }
  const [each, ...others] = readings;
  expect(each).toMatchObject({
    value: { agent: { tenant: "abc-p1", version: expect.stringMatching(/^1\./), hostGroup: "abc-p1" }, site: null },
  });
  // The host goes on meanwhile.
  const facts = each?.status === "complete" ? { ...each.value, uptime: expect.any(Number) } : null;
  for (const other of others) expect(other).toEqual({ status: "complete", value: facts });
});

test("what an installer would meet is read where one would run", async () => {
  const reading = await world.probe(world.host("web01.example.com"));
  expect(reading).toMatchObject({
    value: {
      agent: null,
      site: {
        userId: 0,
        memory: expect.any(Number),
        installPlace: { mountPoint: expect.stringMatching(/^\//), free: expect.any(Number), readOnly: false },
        temporaryPlace: { free: expect.any(Number) },
        checksum: true,
      },
    },
  });
  world.machine("web01.example.com").setBehaviour({ DISK: "full" });
  expect(await world.probe(world.host("web01.example.com"))).toMatchObject({
    value: { site: { installPlace: { free: 0 } } },
  });
});

test("a lock from before the last boot holds nobody, whatever process has its number now", async () => {
  const host = world.host("web01.example.com");
  const machine = world.machine(host.name);
  machine.write("/tmp/oneagent.lock", `${process.pid}\ninstaller\n`);
  expect(await world.probe(host)).toMatchObject({ value: { locked: true } });
  utimesSync(join(machine.root, "tmp/oneagent.lock"), 981_173_106, 981_173_106);
  expect(await world.probe(host)).toMatchObject({ value: { locked: false } });
  await converge(host);
  expect(machine.read("/tmp/oneagent.lock")).toBeNull();
});
