import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Host } from "../../../../src/model/inventory.ts";
import type { ChangeResult } from "../../../../src/model/result.ts";
import type { FaultAction } from "../../../../src/sandbox/cluster/faults.ts";
import { defaultSwitches } from "../../../../src/sandbox/cluster/switches.ts";
import { type HostWorld, startHostWorld } from "../../../support/host-world.ts";

let world: HostWorld;
/** Every test has hosts of its own: one that its environment knows already is listed at once. */
const names = Array.from({ length: 30 }, (_, index) => `web${String(index + 1).padStart(2, "0")}.example.com`);
let taken = 0;

beforeAll(async () => {
  world = await startHostWorld(names);
});

afterAll(() => world.close());

beforeEach(() => {
  Object.assign(world.cluster.switches, defaultSwitches());
});

function freshHosts(number: number): readonly Host[] {
  taken += number;
  return names.slice(taken - number, taken).map((name) => world.host(name));
}

const statuses = (results: readonly ChangeResult[]) => results.map(({ status }) => status);
const codes = (results: readonly ChangeResult[]) => results.map(({ error }) => error?.code);

/** The tokens for reading lists of hosts that may still be used. */
const tokensLeft = () => world.cluster.snapshot().tokens.filter(({ name }) => /^dtsync run \S+ hosts /.test(name));

/** The law: there is nothing left to plan. */
async function expectConverged(declared: readonly Host[]): Promise<void> {
  for (const host of declared) expect(await world.plan(host)).toBeNull();
}

/** Hides every host from its environment until the test says that there has been enough of something. */
function hideUntil(isEnough: (requestedPath: string) => boolean): () => void {
  world.cluster.switches.agentVisibleAfter = Number.POSITIVE_INFINITY;
  return world.cluster.onRequest(({ path }) => {
    if (isEnough(path)) world.cluster.switches.agentVisibleAfter = 0;
  });
}

test("hosts that their environment lists late are waited for, with one look for all", async () => {
  const hosts = freshHosts(3);
  let looks = 0;
  const stop = hideUntil((path) => {
    if (path.endsWith("/v1/oneagents")) looks += 1;
    return looks === 3;
  });
  const { results, warnings } = await world.rollOut(hosts, { canary: { count: 0 }, batch: { count: 3 } });
  stop();
  expect([statuses(results), warnings]).toEqual([["done", "done", "done"], []]);
  expect(looks).toBeGreaterThanOrEqual(3);
  expect(looks).toBeLessThan(3 * hosts.length);
  expect(tokensLeft()).toEqual([]);
  await expectConverged(hosts);
});

test("hosts that are never listed are uncertain, and the next plan finds them as they are", async () => {
  const hosts = freshHosts(3);
  world.cluster.switches.agentVisibleAfter = Number.POSITIVE_INFINITY;
  const { results } = await world.rollOut(hosts, {
    canary: { count: 0 },
    maxFailures: { percent: 100 },
    seenWithin: 1_500,
  });
  expect(statuses(results)).toEqual(["uncertain", "uncertain", "uncertain"]);
  expect(codes(results)).toEqual(["not-seen", "not-seen", "not-seen"]);
  expect(tokensLeft()).toEqual([]);
  await expectConverged(hosts);
});

test("nothing goes on after a canary that is not seen", async () => {
  const hosts = freshHosts(3);
  world.cluster.switches.agentVisibleAfter = Number.POSITIVE_INFINITY;
  const { results } = await world.rollOut(hosts, { maxFailures: { count: 0 }, seenWithin: 1_000 });
  expect(codes(results)).toEqual(["not-seen", "rollout-stopped", "rollout-stopped"]);
});

test("with 0 nobody looks", async () => {
  const hosts = freshHosts(1);
  world.cluster.switches.agentVisibleAfter = Number.POSITIVE_INFINITY;
  const before = world.cluster.requests.length;
  const { results } = await world.rollOut(hosts, { seenWithin: 0 });
  expect(statuses(results)).toEqual(["done"]);
  expect(world.cluster.requests.slice(before).filter(({ path }) => path.endsWith("/v1/oneagents"))).toEqual([]);
});

test("hosts wait without a place: one that may be worked on at a time does not keep the next back", async () => {
  const hosts = freshHosts(3);
  const own = new Set(hosts.map(({ name }) => name));
  const stop = hideUntil(() => world.cluster.agents().filter(({ host }) => own.has(host.name)).length === 3);
  const { results } = await world.rollOut(hosts, { concurrency: 1, canary: { count: 0 }, batch: { count: 1 } });
  stop();
  expect(statuses(results)).toEqual(["done", "done", "done"]);
});

test("a moved host is to be listed by its new environment, and an updated one with its version", async () => {
  const hosts = freshHosts(2);
  const pinned = (version: string, change: Partial<Host> = {}) =>
    hosts.map((host) => ({ ...host, ...change, oneagent: { ...host.oneagent, version } }));
  for (const declared of [pinned("1.311", { environment: "abc-t1" }), pinned("1.311"), pinned("1.321")]) {
    world.cluster.switches.agentVisibleAfter = 1_000;
    expect(statuses((await world.rollOut(declared, {})).results)).toEqual(["done", "done"]);
    await expectConverged(declared);
  }
});

const listFault = (action: FaultAction) =>
  world.cluster.addFault({ match: { path: "*/v1/oneagents", times: Number.POSITIVE_INFINITY }, do: action });

test("hosts whose environment does not let its list be read are uncertain, and not believed", async () => {
  const hosts = freshHosts(3);
  const fault = listFault({ status: 403 });
  const together = { canary: { count: 0 }, maxFailures: { percent: 100 }, seenWithin: 1_500 };
  const { results, warnings } = await world.rollOut(hosts, together);
  fault.remove();
  expect(statuses(results)).toEqual(["uncertain", "uncertain", "uncertain"]);
  expect(codes(results)).toEqual(["list-unreadable", "list-unreadable", "list-unreadable"]);
  expect([warnings, tokensLeft()]).toEqual([[], []]);
  await expectConverged(hosts);
});

test("where the cluster has no such list that is one warning, and what the agents say counts", async () => {
  const hosts = freshHosts(3);
  const fault = listFault({ status: 404, body: { error: { code: 404, message: "HTTP 404 Not Found" } } });
  const { results, warnings } = await world.rollOut(hosts, {});
  fault.remove();
  expect(statuses(results)).toEqual(["done", "done", "done"]);
  expect(warnings).toEqual([expect.stringContaining("abc-p1 has no list of its hosts")]);
});

test("an interrupt ends the wait: what is not seen is uncertain, and no token is left", async () => {
  const hosts = freshHosts(3);
  world.cluster.switches.agentVisibleAfter = Number.POSITIVE_INFINITY;
  const interrupt = new AbortController();
  const stop = world.cluster.onRequest(({ path }) => {
    if (path.endsWith("/v1/oneagents")) interrupt.abort();
  });
  const { results } = await world.rollOut(hosts, {}, { signal: interrupt.signal });
  stop();
  expect(statuses(results)).toEqual(["uncertain", "skipped", "skipped"]);
  expect(codes(results)).toEqual(["interrupted", "interrupted", "interrupted"]);
  expect(tokensLeft()).toEqual([]);
  await expectConverged(hosts.slice(0, 1));
});
