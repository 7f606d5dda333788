import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Host } from "../../../../src/model/inventory.ts";
import { type HostWorld, startHostWorld } from "../../../support/host-world.ts";
import { keepingLog } from "../../../support/log.ts";

const names = ["pull01.example.com", "pull02.example.com", "pull03.example.com"];
const log = keepingLog();
let world: HostWorld;
let seenBefore = 0;

/** What was logged in this test. */
const logged = () => log.entries.slice(seenBefore);

beforeAll(async () => {
  world = await startHostWorld(names, { log, padding: 5_000_000 });
});

afterAll(() => world.close());

beforeEach(async () => {
  seenBefore = log.entries.length;
  await Promise.all(names.map((name) => world.machine(name).reset()));
});

const hostsWith = (transfer: Host["oneagent"]["transfer"]) =>
  names.map((name) => world.host(name, { oneagent: { transfer } }));

async function deploy(host: Host) {
  const change = (await world.plan(host)) ?? expect.fail("nothing is planned");
  return world.apply(change, host);
}

const waysTaken = () =>
  logged().flatMap(({ message, fields }) => (message === "installer goes to the host" ? fields["way"] : []));
const downloads = () =>
  world.cluster.requests.filter(({ path, status }) => /default\/version\//.test(path) && status === 200).length;

test("hosts that can fetch a large installer do, with one token for all of an environment", async () => {
  const tokens = () => world.cluster.snapshot().tokens.filter(({ name }) => / installer /.test(name)).length;
  const before = { tokens: tokens(), downloads: downloads() };
  const outcomes = await Promise.all(hostsWith("auto").map(deploy));
  expect(outcomes).toEqual(names.map(() => ({ status: "done", attempts: 1 })));
  expect(waysTaken()).toEqual(["pull", "pull", "pull"]);
  expect(tokens() - before.tokens).toBe(1);
  expect(downloads() - before.downloads).toBe(names.length + 1);
});

test("one that then cannot is pushed to", async () => {
  const [host = expect.fail("there is no host")] = hostsWith("auto");
  world.cluster.addFault({ match: { path: "*/default/version/*" }, do: { status: 403 } });
  expect(await deploy(host)).toEqual({ status: "done", attempts: 1 });
  expect(logged().map(({ message }) => message)).toContain("installer is sent to the host after all");
  expect(await world.plan(host)).toBeNull();
});

test("no secret is in an argument or in the environment of any process, whichever way is taken", async () => {
  for (const host of [...hostsWith("push").slice(0, 1), ...hostsWith("pull").slice(1, 2)]) {
    world.machine(host.name).setBehaviour({ DURATION: 1 });
    const seen: string[] = [];
    let running = true;
    const deploying = deploy(host).finally(() => {
      running = false;
    });
    while (running) {
      seen.push(...publicTexts());
      await wait(20);
    }
    expect(await deploying).toMatchObject({ status: "done" });
    const { tokens, environments } = world.cluster.snapshot();
    const secrets = [...tokens.map(({ token }) => token), ...environments.map(({ tenantToken }) => tenantToken)];
    expect(seen.some((text) => text.includes("Dynatrace-OneAgent-Linux.sh"))).toBe(true);
    expect(secrets.filter((secret) => seen.some((text) => text.includes(secret)))).toEqual([]);
  }
});

/** Arguments and environments of all processes on the hosts but those of the agent itself. */
function publicTexts(): readonly string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => textOf(name, "cmdline") + textOf(name, "environ"))
    .filter((text) => names.some((name) => text.includes(world.machine(name).root)))
    .filter((text) => !/agent\/(?:tools\/oneagentctl|initscripts)/.test(text));
}

/** Nothing, where the process has ended meanwhile. */
function textOf(name: string, file: "cmdline" | "environ"): string {
  try {
    return readFileSync(`/proc/${name}/${file}`, "latin1");
  } catch {
    return "";
  }
}

test("an installer that a killed script left is told by a look, and removed by an apply, also where nothing changes", async () => {
  const [host = expect.fail("there is no host")] = hostsWith("push");
  expect(await deploy(host)).toMatchObject({ status: "done" });
  const temporary = join(world.machine(host.name).root, "tmp");
  const dead = join(temporary, `dtsync.${process.pid}.1.AbCdEfGhIj`);
  mkdirSync(dead);
  writeFileSync(join(dead, "Dynatrace-OneAgent-Linux.sh"), "a secret of a test");
  const target = join(temporary, "of-somebody");
  mkdirSync(target, { recursive: true });
  const link = join(temporary, "dtsync.7654321.1.link");
  symlinkSync(target, link);
  expect(await world.probe(host)).toMatchObject({ value: { leftovers: true } });
  expect(existsSync(dead)).toBe(true);
  await world.tidy(host);
  expect(await world.probe(host)).toMatchObject({ value: { leftovers: false } });
  expect([dead, link, target].map((path) => existsSync(path))).toEqual([false, true, true]);
  expect(await world.plan(host)).toBeNull();
});

test("what a dead script left is removed by the next, and nothing that is not surely one's own", async () => {
  const [host = expect.fail("there is no host")] = hostsWith("push");
  const temporary = join(world.machine(host.name).root, "tmp");
  const started = readFileSync(`/proc/${process.pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ")[19];
  const place = (name: string) => join(temporary, name);
  const dead = place(`dtsync.${process.pid}.1.AbCdEfGhIj`);
  const alive = place(`dtsync.${process.pid}.${started}.AbCdEfGhIj`);
  const others = [alive, place("dtsync.notes.1.x"), place("dtsync.backup")];
  for (const folder of [dead, ...others]) mkdirSync(folder);
  writeFileSync(join(dead, "Dynatrace-OneAgent-Linux.sh"), "a secret of a test");
  const target = place("of-somebody");
  mkdirSync(target);
  const link = place("dtsync.1234567.1.link");
  symlinkSync(target, link);
  writeFileSync(place("dtsync.1234567.1.file"), "");
  expect(await deploy(host)).toMatchObject({ status: "done" });
  expect(existsSync(dead)).toBe(false);
  for (const kept of [...others, target, link, place("dtsync.1234567.1.file")])
    expect([kept, existsSync(kept)]).toEqual([kept, true]);
  expect(readdirSync(temporary).filter((name) => name.startsWith("dtsync."))).toHaveLength(others.length + 2);
});
