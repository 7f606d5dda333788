import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ApplyReport, ChangeResult } from "../../src/model/result.ts";
import { appendPresets, buildInstallerBody } from "../../src/sandbox/agent/build-installer.ts";
import type { SimulatedClusterOptions } from "../../src/sandbox/cluster/simulated-cluster.ts";
import { type SimulatedHosts, startSimulatedHosts } from "../../src/sandbox/hosts/start-simulated-hosts.ts";
import { type EndToEnd, startEndToEnd } from "../support/end-to-end.ts";
import { type Halt, type HeldHost, heldDuration, holdable } from "../support/held-host.ts";
import { type Relay, startRelay } from "../support/relay.ts";

/** A host for each step, in which it is when the run ends. */
const steps = ["connect", "probe", "begin", "transfer", "install", "verify", "configure", "uninstall", "seen"] as const;
type Step = (typeof steps)[number];

const halts: Partial<Record<Step, Halt>> = {
  // The first one is for the plan.
  probe: { before: "probe", nth: 2 },
  begin: { before: "install", nth: 1 },
  install: "in the installer",
  verify: { before: "probe", nth: 3 },
  configure: { before: "configure", nth: 1 },
  uninstall: { before: "uninstall", nth: 1 },
};
/** More than all scripts, and less than the installer. */
const bytesOfTransfer = 150_000;
/** Hosts that have an agent when it begins. */
const settled: readonly Step[] = ["configure", "uninstall"];

const inventoryWith = (environments: string) => ({
  "dtsync.yaml": `version: 1
clusters: { emea: { url: https://dynatrace.emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } } }
defaults:
  cluster: emea
  ssh: { user: deploy, become: sudo }
  oneagent: { hostGroup: abc, transfer: push }
  rollout: { canary: 0, batch: 100%, maxFailures: 100% }
`,
  "customers/abc.yaml": `customer: abc\nenvironments:\n${environments}`,
});
const before = inventoryWith(`  p1: { hosts: [${settled.join(", ")}] }\n`);
const others = steps.filter((step) => step !== "connect" && !settled.includes(step));
const wanted = inventoryWith(`  p1:
    hosts:
${others.map((step) => `      - ${step}\n`).join("")}      - { name: configure, oneagent: { hostGroup: abc-web } }
      - { name: uninstall, state: absent }
  p2: { hosts: [connect] }
`);

/** Large enough to be stopped in the middle. */
const buildInstaller: SimulatedClusterOptions["buildInstaller"] = (request) => {
  const { version, arch } = request;
  const body = buildInstallerBody({ version, arch, nodePath: process.execPath, paddingBytes: 3 * bytesOfTransfer });
  return appendPresets(body, request);
};

const apply = ["apply", "--auto-approve", "--allow-removals", "1", "--no-progress"];

let directory: string;
let hosts: SimulatedHosts;
const held = new Map<string, HeldHost>();
const relays = new Map<string, Relay>();
let world: EndToEnd;
let options: { readonly environment: Readonly<Record<string, string>> };

const machine = (step: Step) => hosts.hosts.get(step) ?? expect.fail(`there is no host ${step}`);
const relayOf = (step: Step) => relays.get(step) ?? expect.fail(`there is no way to ${step}`);

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "dtsync-steps-"));
  hosts = await startSimulatedHosts({
    hosts: steps.map((name) => ({ name, listen: { address: "127.0.0.1", port: 0 }, user: "deploy" })),
    directory: join(directory, "hosts"),
    nodePath: process.execPath,
  });
  let { sshConfig } = hosts;
  for (const [name, host] of hosts.hosts) {
    held.set(name, holdable(host));
    const relay = await startRelay(host);
    relays.set(name, relay);
    sshConfig = sshConfig.replace(`Port ${host.port}\n`, `Port ${relay.port}\n  HostKeyAlias ${name}\n`);
  }
  const configFile = join(directory, "ssh_config");
  writeFileSync(configFile, sshConfig);
  world = await startEndToEnd({
    inventory: before,
    clusters: ["emea"],
    cluster: { buildInstaller },
    options: ["--ssh-config", configFile],
  });
  const temporary = join(world.directory, "temporary");
  mkdirSync(temporary);
  options = { environment: { TMPDIR: temporary } };
  expect((await world.apply(apply.slice(1), options)).code).toBe(0);
  // As if nothing had been run there yet.
  for (const step of settled) {
    const counters = join(machine(step).root, "var/lib/dtsync-stand-in");
    for (const name of readdirSync(counters)) rmSync(join(counters, name));
  }
});

afterEach(async () => {
  letEverythingGoOn();
  for (const relay of relays.values()) await relay.close();
  await hosts?.close();
  await world?.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Lets every host come as far as its step, and no further. */
async function runUntilAllSteps() {
  world.write(wanted);
  for (const [step, halt] of Object.entries(halts)) held.get(step)?.halt(halt);
  machine("install").setBehaviour({ DURATION: heldDuration });
  // The first look is the end of the installation; a second one is needed where the agent is not connected then.
  machine("verify").setBehaviour({ CONNECT: "never", CONNECT_WAIT: 0 });
  relayOf("transfer").setFault({ freezeAfterBytes: bytesOfTransfer });
  const { switches } = world.cluster("emea");
  switches.agentVisibleAfter = Number.POSITIVE_INFINITY;
  let looks = 0;
  let isMade = false;
  const stop = world.cluster("emea").onRequest(({ method, path }) => {
    // Its environment is made before the host is changed; a connection that the plan had is no use then.
    if (!isMade && method !== "GET" && path.includes("/environments")) {
      isMade = true;
      relayOf("connect").setFault({ frozen: true });
      relayOf("connect").endConnections();
    }
    if (path.endsWith("/v1/oneagents")) looks += 1;
  });
  const running = world.start([...apply, "--format", "json"], options);
  let ended = "";
  void running.finished.then(({ code, stderr }) => {
    ended = `it ended with ${code} before: ${stderr}`;
  });
  await vi.waitFor(
    () => {
      const reached = {
        ...Object.fromEntries(Object.keys(halts).map((step) => [step, held.get(step)?.isHalted()])),
        connect: relayOf("connect").held() > 0,
        transfer: relayOf("transfer").held() > 0,
        seen: looks > 0,
      };
      if (ended === "") expect(reached).toEqual(Object.fromEntries(steps.map((step) => [step, true])));
    },
    { timeout: 60_000, interval: 50 },
  );
  stop();
  expect(ended).toBe("");
  return running;
}

function letEverythingGoOn() {
  hosts?.hosts.get("verify")?.setBehaviour({});
  for (const one of held.values()) one.release();
  for (const relay of relays.values()) relay.setFault({});
  world.cluster("emea").switches.agentVisibleAfter = 0;
}

const leftOnHosts = () =>
  steps.flatMap((step) =>
    readdirSync(join(machine(step).root, "tmp"))
      .filter((name) => name.startsWith("dtsync"))
      .map((name) => `${step}: ${name}`),
  );

/** Tokens that can still be used, but for those that manage others and live a quarter of an hour. */
const tokensLeft = () =>
  world
    .cluster("emea")
    .snapshot()
    .tokens.filter(
      ({ name, revoked, scopes }) => name.startsWith("dtsync run") && !revoked && !scopes.includes("apiTokens.write"),
    )
    .map(({ name }) => name);

function expectNothingLeft() {
  expect(leftOnHosts()).toEqual([]);
  expect(tokensLeft()).toEqual([]);
  const runs = join(world.directory, "state/dtsync/runs");
  expect(existsSync(runs) ? readdirSync(runs) : []).toEqual([]);
  expect(readdirSync(options.environment["TMPDIR"] ?? "")).toEqual([]);
}

/** The law: the next run does what was left, and then there is nothing to plan. */
async function expectConvergence() {
  const applied = await world.apply(apply.slice(1), options);
  expect(applied.report.results.filter(({ status }) => status !== "done")).toEqual([]);
  expect([applied.code, applied.report.held]).toEqual([0, []]);
  const { plan, code } = await world.plan(["--detailed-exitcode"], options);
  expect([plan.changes, plan.held, code]).toEqual([[], [], 0]);
  expectNothingLeft();
  expect(machine("uninstall").read("/opt/dynatrace/oneagent/agent/installer.version")).toBeNull();
  // Nothing was made twice that had come to its end.
  expect(machine("configure").counters()).toMatchObject({ restarts: 1, installations: 0 });
  for (const step of ["seen", "verify"] as const) expect(machine(step).counters().installations, step).toBe(1);
}

test("killed while each host is in another step, the next run ends where it would have", async () => {
  const running = await runUntilAllSteps();
  running.child.kill("SIGKILL");
  expect(await running.finished).toMatchObject({ signal: "SIGKILL" });
  letEverythingGoOn();
  // What has begun on a host goes on there to its end, or is noticed and removed.
  await vi.waitFor(() => expect(leftOnHosts()).toEqual([]), { timeout: 30_000, interval: 100 });
  await expectConvergence();
});

test("interrupted while each host is in another step, what runs is finished, and the next run does the rest", async () => {
  const running = await runUntilAllSteps();
  let messages = "";
  running.child.stderr?.on("data", (chunk: Buffer) => {
    messages += chunk.toString();
  });
  running.child.kill("SIGINT");
  await vi.waitFor(() => expect(messages).toContain("Interrupted: finishing what is running."), { timeout: 30_000 });
  letEverythingGoOn();
  const ended = await running.finished;
  expect(ended).toMatchObject({ code: 130, signal: null });
  const { results } = JSON.parse(ended.stdout) as ApplyReport;
  const how = ({ status, error }: ChangeResult) => (error ? `${status}: ${error.code}` : status);
  const unseen = "uncertain: interrupted";
  expect(
    Object.fromEntries(
      results.flatMap((result) => (result.id.startsWith("host/") ? [[result.id.slice(5), how(result)]] : [])),
    ),
  ).toEqual({
    connect: "skipped: interrupted",
    probe: unseen,
    begin: unseen,
    transfer: unseen,
    install: unseen,
    verify: unseen,
    seen: unseen,
    configure: "done",
    uninstall: "done",
  });
  expectNothingLeft();
  await expectConvergence();
});
