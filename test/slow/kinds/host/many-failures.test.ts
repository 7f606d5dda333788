import { setMaxListeners } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Plan } from "../../../../src/model/plan.ts";
import type { ApplyReport } from "../../../../src/model/result.ts";
import type { Clock } from "../../../../src/ports.ts";
import { appendPresets, buildInstallerBody } from "../../../../src/sandbox/agent/build-installer.ts";
import { generateKey } from "../../../../src/sandbox/hosts/host-keys.ts";
import { portOf } from "../../../../src/sandbox/hosts/serve-connection.ts";
import { type CommandWorld, startCommandWorld } from "../../../support/command-world.ts";
import { realClock } from "../../../support/host-world.ts";
import { type HostileHost, startHostileHost } from "../../../support/hostile-host.ts";
import { startTroubledFleet, type Trouble, type TroubledFleet } from "../../../support/troubled-fleet.ts";

const version = "1.313.52.20250602-150703";

interface Way {
  readonly way: string;
  readonly trouble?: Trouble;
  /** The words with which a plan holds the host back. */
  readonly held?: RegExp;
  /** The code of the change that fails. */
  readonly code?: string;
  readonly tries?: number;
}

const ways: readonly Way[] = [
  { way: "refused", held: /^127\.0\.0\.1:\d+ refuses the connection$/ },
  { way: "silent", held: /^127\.0\.0\.1:\d+ did not answer within 1 s$/ },
  { way: "wrong-key", held: /shows another host key than known_hosts holds: .* correct .*known_hosts:\d+$/ },
  { way: "login", trouble: "refuses-login", held: /accepts none of the keys offered for user login1/ },
  { way: "sudo", trouble: "refuses-sudo", held: /^sudo refused \(sudo: a password is required\)/ },
  { way: "endless", trouble: "prints-without-end", held: /^it sent more than 4 MB of output$/ },
  { way: "full", trouble: "full", code: "disk-full" },
  { way: "no-room", trouble: "exits-6", code: "installer-exit-6" },
  { way: "busy", trouble: "exits-13", code: "installer-exit-13" },
  { way: "newer", trouble: "exits-18", code: "installer-exit-18" },
  { way: "lonely", trouble: "never-connects", code: "not-connected" },
  { way: "stubborn", trouble: "refuses-settings", code: "setting-not-applied" },
  { way: "torn", trouble: "cuts-transfers", code: "connection-lost", tries: 2 },
];
const ofEach = 3;
const environments = ["p1", "p2", "p3"] as const;
/** With those of `t1`, which is stopped at its first one, there are 200. */
const inEach = [64, 63, 63] as const;
const stoppedHosts = 10;

const nameOf = (host: string) => `${host}.abc.example.com`;
/** One of each way in every environment, and good ones. */
const names = environments.map((_key, index) => [
  ...ways.map(({ way }) => nameOf(`${way}${index + 1}`)),
  ...Array.from({ length: (inEach[index] ?? 0) - ways.length }, (_, host) => nameOf(`good${index + 1}-${host + 1}`)),
]);
const stopped = Array.from({ length: stoppedHosts }, (_, host) => nameOf(host === 0 ? "a-no-room" : `waiting-${host}`));
const all = [...names.flat(), ...stopped];
const wayOf = (name: string) => ways.find(({ way }) => name.startsWith(way));

const environment = (key: string, hosts: readonly string[], maxFailures: string) =>
  `  ${key}: { rollout: { canary: 0, maxFailures: ${maxFailures}, seenWithin: 0 }, hosts: [${hosts.join(", ")}] }\n`;

const inventory = {
  "dtsync.yaml": `version: 1
clusters: { emea: { url: https://dynatrace.emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } } }
defaults: { cluster: emea, ssh: { become: sudo }, oneagent: { hostGroup: abc, transfer: push } }
`,
  "customers/abc.yaml": `customer: abc
environments:
${environments.map((key, index) => environment(key, names[index] ?? [], "50%")).join("")}${environment("t1", stopped, "0").replace("canary: 0", "canary: 1")}`,
};

/** Time that passes 20 times as fast: an agent that never connects is waited for 30 s. */
const began = Date.now();
const quickClock: Clock = {
  ...realClock,
  now: () => new Date(began + (Date.now() - began) * 20),
  elapsed: () => realClock.elapsed() * 20,
  sleep: (milliseconds, signal) => realClock.sleep(milliseconds / 20, signal),
};

let world: CommandWorld;
let fleet: TroubledFleet;
let silent: HostileHost;
let sshConfig: string;

const installedOn = (tenant: string) => ({ tenant, version, settings: { hostGroup: "abc" }, incomplete: false });

beforeAll(async () => {
  const troubleOf = (name: string): Trouble | null =>
    name.startsWith("a-no-room") ? "exits-6" : (wayOf(name)?.trouble ?? null);
  fleet = await startTroubledFleet(
    [...names, stopped].flatMap((members, index) =>
      members.map((name) => ({
        name,
        trouble: troubleOf(name),
        installed: installedOn(`abc-${[...environments, "t1"][index]}`),
      })),
    ),
  );
  silent = await startHostileHost({ speak: () => undefined });
  world = await startCommandWorld(
    inventory,
    {},
    {
      hosts: [],
      buildInstaller: (request) =>
        appendPresets(
          buildInstallerBody({
            version,
            arch: request.arch,
            nodePath: process.execPath,
            paddingBytes: 300_000,
          }),
          request,
        ),
    },
  );
  sshConfig = join(world.directory, "ssh_config");
});

afterAll(async () => {
  await world?.close();
  await silent?.close();
  await fleet?.close();
});

/** The ways to the hosts, as they are with the trouble or without. */
async function leadToHosts(isMended: boolean): Promise<void> {
  const closedPort = await portWithoutListener();
  const identity = join(world.directory, "id_ed25519");
  writeFileSync(identity, generateKey().private, { mode: 0o600 });
  const knownHosts = join(world.directory, "known_hosts");
  const otherKey = generateKey().public.split(" ")[1] ?? "";
  const hosts = all.map((name) => {
    const way = isMended ? undefined : wayOf(name)?.way;
    const port = way === "refused" ? closedPort : way === "silent" ? silent.port : fleet.port;
    const patience = way === "silent" ? "  ConnectTimeout 1\n" : "";
    const known = `${name} ssh-ed25519 ${way === "wrong-key" ? otherKey : fleet.publicKey}\n`;
    return {
      config: `Host ${name}\n  HostName 127.0.0.1\n  Port ${port}\n  User ${name}\n  HostKeyAlias ${name}\n${patience}`,
      known,
    };
  });
  writeFileSync(knownHosts, hosts.map(({ known }) => known).join(""));
  const common = `Host *\n  UserKnownHostsFile ${knownHosts}\n  GlobalKnownHostsFile /dev/null\n  IdentityFile ${identity}\n`;
  writeFileSync(sshConfig, [...hosts.map(({ config }) => config), common].join(""));
}

async function portWithoutListener(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = portOf(server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function run(command: readonly string[]) {
  const { signal } = new AbortController();
  // As the program does, because each host of a run listens.
  setMaxListeners(0, signal);
  return world.run([...command, "--ssh-config", sshConfig], { clock: quickClock, signal });
}

describe("200 hosts, a fifth of which fail in ways of their own", () => {
  let first: ApplyReport;
  let firstCode: number;

  beforeAll(async () => {
    expect(all).toHaveLength(200);
    await leadToHosts(false);
    const applied = await run(["apply", "--auto-approve"]);
    first = applied.document as ApplyReport;
    firstCode = applied.code;
  }, 120_000);

  const hostsOf = (status: string) =>
    first.results.filter(({ id, status: is }) => id.startsWith("host/") && is === status);
  const resultOf = (name: string) => first.results.find(({ id }) => id === `host/${name}`);

  test.each(ways.filter(({ held }) => held !== undefined))(
    "$way: held with the reason, and nothing is done there",
    ({ way, held }) => {
      const about = environments.map((_key, index) => nameOf(`${way}${index + 1}`));
      const reasons = first.held.filter(({ scope }) => about.includes(scope.slice("host/".length)));
      expect(reasons).toHaveLength(ofEach);
      for (const { reason } of reasons) expect(reason.replace(/login\d\./, "login1.")).toMatch(held ?? /^$/);
      for (const name of about) {
        expect(resultOf(name)).toBeUndefined();
        expect(fleet.hosts.get(name)?.host.scripts).toEqual([]);
      }
    },
  );

  test.each(ways.filter(({ code }) => code !== undefined))("$way: failed as $code", ({ way, code, tries = 1 }) => {
    for (const [index] of environments.entries()) {
      expect(resultOf(nameOf(`${way}${index + 1}`))).toMatchObject({
        status: "failed",
        attempts: tries,
        error: { code, message: expect.stringMatching(/./) },
      });
    }
  });

  test("all others are done, but for an environment that was stopped where it says so", () => {
    const good = names.flat().filter((name) => wayOf(name) === undefined);
    expect(
      hostsOf("done")
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(good.map((name) => `host/${name}`).toSorted());
    expect(resultOf(nameOf("a-no-room"))).toMatchObject({ status: "failed", error: { code: "installer-exit-6" } });
    expect(
      hostsOf("skipped")
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(
      stopped
        .slice(1)
        .map((name) => `host/${name}`)
        .toSorted(),
    );
    expect(new Set(hostsOf("skipped").map(({ error }) => error?.code))).toEqual(new Set(["rollout-stopped"]));
    for (const name of stopped.slice(1)) expect(fleet.hosts.get(name)?.host.scripts).toEqual(["probe"]);
    expect(firstCode).toBe(5);
    expect(first.results.map(({ error }) => error?.code)).not.toContain("internal");
  });

  test("what hosts print reaches no report as it is", () => {
    expect(JSON.stringify(first)).not.toMatch(/\\u001b|::error::/);
  });

  test("mended and run again it converges, with nothing left to plan", async () => {
    await leadToHosts(true);
    for (const host of fleet.hosts.values()) host.trouble = null;
    const again = await run(["apply", "--auto-approve"]);
    expect((again.document as ApplyReport).results.filter(({ status }) => status !== "done")).toEqual([]);
    expect(again.code).toBe(0);
    const { document, code } = await run(["plan", "--detailed-exitcode"]);
    expect([(document as Plan).changes, (document as Plan).held, code]).toEqual([[], [], 0]);
    for (const [name, { host }] of fleet.hosts) expect(host.agent, name).not.toBeNull();
    expect(silent.sockets.size).toBe(0);
  }, 120_000);
});
