import { describe, expect, test } from "vitest";
import { createClient } from "../../../../src/dynatrace/client.ts";
import { createTokenChain } from "../../../../src/dynatrace/token-chain.ts";
import type { SearchedEnvironment } from "../../../../src/kinds/host/effects/search-environments.ts";
import { createSightings } from "../../../../src/kinds/host/effects/sightings.ts";
import type { SightingRequest } from "../../../../src/kinds/host/sighting.ts";
import { createLimiter } from "../../../../src/lib/limiter.ts";
import type { FaultAction } from "../../../../src/sandbox/cluster/faults.ts";
import type { AgentRecord } from "../../../../src/sandbox/cluster/snapshot.ts";
import { anEnvironment, noon } from "../../../support/builders.ts";
import { aClusterWorld, type ClusterWorldOptions } from "../../../support/cluster-world.ts";
import { silentLog } from "../../../support/log.ts";
import { mswFetch } from "../../../support/msw-cluster.ts";

const second = 1_000;
const minute = 60 * second;
const hex = (number: number): string => number.toString(16).padStart(16, "0");

/** An agent that connected so many milliseconds after noon. */
const agent = (number: number, after = 0, given: Partial<AgentRecord> = {}): AgentRecord => ({
  environment: "abc-p1",
  host: { name: `web${number}`, id: hex(number).toUpperCase(), version: "1.313.52.20250602-150703" },
  firstSeen: noon.getTime() + after,
  lastSeen: noon.getTime() + after,
  availability: "MONITORED",
  detailedAvailability: "MONITORED",
  ...given,
});

const request = (number: number, given: Partial<SightingRequest> = {}): SightingRequest => ({
  cluster: "emea",
  environment: "abc-p1",
  host: { hostId: hex(number), name: `web${number}`, address: null, customName: null, version: null },
  from: null,
  within: 10 * minute,
  ...given,
});

interface Given extends ClusterWorldOptions {
  /** What is declared; only the environment itself unless given. */
  readonly declared?: readonly SearchedEnvironment[];
}

const declare = (id: string, given: Partial<SearchedEnvironment> = {}): SearchedEnvironment =>
  anEnvironment({ id, cluster: "emea", ...given });

function prepared(agents: readonly AgentRecord[], { declared = [declare("abc-p1")], ...options }: Given = {}) {
  const ids = new Set(["abc-p1", "abc-t1", ...declared.map(({ id }) => id)]);
  const seed = { environments: [...ids].map((id) => ({ id })), agents };
  const { cluster, clock } = aClusterWorld({ seed, ...options });
  const interrupt = new AbortController();
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const client = createClient({
    url: "https://dynatrace.example.com",
    token: cluster.clusterToken,
    fetch: mswFetch(cluster),
    clock,
    random: () => 0,
    throttle: createLimiter(8),
    signal: interrupt.signal,
    name: "emea",
    log: silentLog,
  });
  const tokens = createTokenChain({
    client,
    clock,
    runId: "run1",
    conceal: () => undefined,
    journal: { made: async () => undefined },
    cluster: "emea",
    log: { ...silentLog, warn },
  });
  const sightings = createSightings({
    clients: new Map([["emea", client]]),
    tokens: new Map([["emea", tokens]]),
    environments: declared,
    clock,
    signal: interrupt.signal,
    warn,
  });
  const looks = () => cluster.requests.filter(({ path }) => path.endsWith("/api/v1/oneagents"));
  const tokensLeft = async () => {
    await sightings.close();
    await tokens.close();
    return cluster.snapshot().tokens.filter(({ name, expires }) => {
      const isAlive = (expires ?? Number.POSITIVE_INFINITY) > clock.now().getTime();
      return isAlive && name.startsWith("dtsync run ") && !name.includes(" management ");
    });
  };
  const past = () => clock.now().getTime() - noon.getTime();
  return { sightings, cluster, clock, warnings, interrupt, looks, tokensLeft, past };
}

describe("a host that its environment lists", () => {
  test("at once is seen with one look, with a token that can do nothing else and is revoked", async () => {
    const { sightings, cluster, looks, tokensLeft, past } = prepared([agent(1)]);
    const scopes: (readonly string[])[] = [];
    cluster.onRequest(({ path }) => {
      const made = cluster.snapshot().tokens.filter(({ name }) => name.startsWith("dtsync run run1 hosts"));
      if (path.endsWith("/oneagents")) scopes.push(...made.map((token) => token.scopes));
    });
    expect(await sightings.waitFor(request(1))).toEqual({ status: "seen" });
    expect([looks().length, past()]).toEqual([1, 0]);
    expect(scopes).toEqual([["oneAgents.read"]]);
    expect(await tokensLeft()).toEqual([]);
  });

  test("after a while is waited for", async () => {
    const { sightings, past } = prepared([agent(1, 3 * minute)]);
    expect(await sightings.waitFor(request(1))).toEqual({ status: "seen" });
    expect(past()).toBeGreaterThanOrEqual(3 * minute);
    expect(past()).toBeLessThan(4 * minute);
  });

  test("on a later page, behind an empty one, is found", async () => {
    const agents = Array.from({ length: 11 }, (_, index) => agent(index + 1));
    const { sightings, looks } = prepared(agents, { switches: { oneAgentsPageSize: 2 } });
    expect(await sightings.waitFor(request(11))).toEqual({ status: "seen" });
    expect(looks()).toHaveLength(7);
  });

  test("with an older version is not seen before that is listed too", async () => {
    const { sightings } = prepared([agent(1)]);
    const host = { ...request(1).host, version: "1.321.51.20250905-075429" };
    expect(await sightings.waitFor(request(1, { host }))).toMatchObject({
      status: "not-seen",
      remark: "it lists the host with version 1.313.52.20250602-150703",
    });
  });
});

test("many hosts are looked for together, and only a few looks a minute are made for all", async () => {
  const { sightings, looks, tokensLeft } = prepared(
    Array.from({ length: 200 }, (_, index) => agent(index + 1, index * second)),
  );
  const found = await Promise.all(Array.from({ length: 200 }, (_, index) => sightings.waitFor(request(index + 1))));
  expect(new Set(found.map(({ status }) => status))).toEqual(new Set(["seen"]));
  expect(looks().length).toBeLessThan(20);
  expect(await tokensLeft()).toEqual([]);
});

test("a host that is never listed is not seen when its time is over, and not before", async () => {
  const { sightings, past, tokensLeft, warnings } = prepared([agent(2)]);
  expect(await sightings.waitFor(request(1))).toEqual({ status: "not-seen", within: 10 * minute, remark: null });
  expect(past()).toBe(10 * minute);
  expect(await tokensLeft()).toEqual([]);
  expect(warnings).toEqual([]);
});

test("waiting longer than a token lives goes on with another one", async () => {
  const { sightings, past, tokensLeft, warnings } = prepared([agent(1, 100 * minute)]);
  expect(await sightings.waitFor(request(1, { within: 24 * 60 * minute }))).toEqual({ status: "seen" });
  expect(past()).toBeLessThan(101 * minute);
  expect(await tokensLeft()).toEqual([]);
  expect(warnings).toEqual([]);
});

test("a token that somebody deletes is made once more", async () => {
  const { sightings, cluster } = prepared([agent(1, minute)]);
  let isDeleted = false;
  cluster.onRequest(({ path }) => {
    if (isDeleted || !path.endsWith("/oneagents")) return;
    isDeleted = true;
    cluster.addFault({ match: { path: "*/oneagents" }, do: { status: 401 } });
  });
  expect(await sightings.waitFor(request(1))).toEqual({ status: "seen" });
});

describe("a list that cannot be read", () => {
  const always = { path: "*/oneagents", times: Number.POSITIVE_INFINITY };
  const forbidden = { error: { code: 403, message: "Token is missing required scope" } };

  test.each<[string, FaultAction, string]>([
    ["no scope", { status: 403, body: forbidden }, "Token is missing required scope"],
    ["a failing cluster", { status: 500 }, "status 500"],
    ["a proxy that does not know the path", { html: 404 }, "an HTML page"],
    ["a proxy that says so in plain words", { status: 404, body: "404 page not found" }, "404 page not found"],
    ["a proxy that cannot do it", { html: 501 }, "status 501"],
    ["a login page", { html: 200 }, "an HTML page"],
  ])(
    "is looked at again for as long as hosts may wait, and then nothing is believed: %s",
    async (_name, fault, said) => {
      const { sightings, cluster, warnings, looks, tokensLeft, past } = prepared([]);
      cluster.addFault({ match: always, do: fault });
      const found = await Promise.all([1, 2, 3].map((number) => sightings.waitFor(request(number))));
      const unreadable = { status: "unreadable", reason: expect.stringContaining(said) };
      expect(found).toEqual([unreadable, unreadable, unreadable]);
      expect(past()).toBeGreaterThanOrEqual(10 * minute);
      // Six tries for each look that a server failed.
      expect(looks().length / (said === "status 500" ? 6 : 1)).toBeLessThan(40);
      expect(warnings).toEqual([]);
      expect(await tokensLeft()).toEqual([]);
    },
  );

  test("is looked at ever more seldom, also for hosts that come later", async () => {
    const { sightings, cluster, looks } = prepared([]);
    cluster.addFault({ match: always, do: { status: 403 } });
    await sightings.waitFor(request(1));
    const before = looks().length;
    await sightings.waitFor(request(2, { within: 20 * second }));
    expect(looks().length - before).toBe(2);
  });

  const notThere = { error: { code: 404, message: "HTTP 404 Not Found" } };

  test.each<[string, FaultAction]>([
    ["404 in the form of the API", { status: 404, body: notThere }],
    ["405", { status: 405 }],
    ["501", { status: 501 }],
  ])(
    "because there is none, as the cluster says itself, is one warning, and nobody waits: %s",
    async (_name, fault) => {
      const { sightings, cluster, warnings, looks, tokensLeft, past } = prepared([]);
      cluster.addFault({ match: always, do: fault });
      const found = await Promise.all([1, 2, 3].map((number) => sightings.waitFor(request(number))));
      expect(found).toEqual([{ status: "no-list" }, { status: "no-list" }, { status: "no-list" }]);
      expect(await sightings.waitFor(request(4))).toEqual({ status: "no-list" });
      expect([looks().length, past()]).toEqual([1, 0]);
      expect(warnings).toEqual([expect.stringContaining("abc-p1 has no list of its hosts")]);
      expect(await tokensLeft()).toEqual([]);
    },
  );

  test("says nothing of other environments", async () => {
    const { sightings, cluster } = prepared([agent(1, 0, { environment: "abc-t1" })]);
    cluster.addFault({ match: { path: "/e/abc-p1/*/oneagents", times: 100 }, do: { status: 403 } });
    expect(await sightings.waitFor(request(2))).toMatchObject({ status: "unreadable" });
    expect(await sightings.waitFor(request(1, { environment: "abc-t1" }))).toEqual({ status: "seen" });
  });

  test("for some looks alone is read again", async () => {
    const { sightings, cluster, warnings } = prepared([agent(1, minute)]);
    cluster.addFault({ match: { path: "*/oneagents", times: 3 }, do: { html: 500 } });
    expect(await sightings.waitFor(request(1))).toEqual({ status: "seen" });
    expect(warnings).toEqual([]);
  });

  test("for some minutes is read again, and the host is seen", async () => {
    const { sightings, cluster, warnings, past } = prepared([agent(1, minute)]);
    const fault = cluster.addFault({ match: always, do: { status: 403 } });
    cluster.onRequest(() => void (past() > 4 * minute && fault.remove()));
    expect(await sightings.waitFor(request(1))).toEqual({ status: "seen" });
    expect(warnings).toEqual([]);
  });

  test("because the cluster makes no token for it", async () => {
    const { sightings, cluster, warnings, past } = prepared([agent(1)]);
    cluster.addFault({
      match: { method: "POST", path: "*/apiTokens", times: 1_000 },
      do: { status: 404, body: notThere },
    });
    expect(await sightings.waitFor(request(1))).toMatchObject({ status: "unreadable" });
    expect(past()).toBeGreaterThanOrEqual(10 * minute);
    expect(warnings).toEqual([]);
  });

  test("because the cluster cannot be used", async () => {
    const { sightings } = prepared([]);
    expect(await sightings.waitFor(request(1, { cluster: "apac" }))).toEqual({
      status: "unreadable",
      reason: "the cluster apac cannot be used in this run",
    });
  });
});

describe("a host that another environment lists", () => {
  const inWrongOne = { switches: { agentsAppearIn: "abc-t1" } };

  test("is named with it where the run looks there too", async () => {
    const { sightings } = prepared([agent(1), agent(2, minute)], inWrongOne);
    const [first, second] = await Promise.all([
      sightings.waitFor(request(1)),
      sightings.waitFor(request(2, { environment: "abc-t1" })),
    ]);
    expect(first).toEqual({ status: "elsewhere", environment: "abc-t1" });
    expect(second).toEqual({ status: "seen" });
  });

  const declared = [declare("abc-p1"), declare("xyz-p1", { customer: "xyz" }), declare("abc-t1")];
  const looksElsewhere = (looks: readonly { readonly path: string }[]) =>
    looks.map(({ path }) => path.split("/")[2]).filter((id) => id !== "abc-p1");

  test("is named with it although no host of the run waits there, and no token is left", async () => {
    const { sightings, looks, tokensLeft } = prepared([agent(1)], { ...inWrongOne, declared });
    expect(await sightings.waitFor(request(1))).toEqual({ status: "elsewhere", environment: "abc-t1" });
    expect(looksElsewhere(looks()).sort()).toEqual(["abc-t1", "xyz-p1"]);
    expect(await tokensLeft()).toEqual([]);
  });

  test("is looked for together with all others that are not seen by then", async () => {
    const { sightings, looks } = prepared([agent(1)], { ...inWrongOne, declared });
    const found = await Promise.all([1, 2, 3].map((number) => sightings.waitFor(request(number))));
    expect(found.map(({ status }) => status)).toEqual(["elsewhere", "not-seen", "not-seen"]);
    expect(looksElsewhere(looks()).sort()).toEqual(["abc-t1", "xyz-p1"]);
  });

  test("is looked for once more for hosts that came after that", async () => {
    const { sightings } = prepared([agent(1, 15 * minute)], { ...inWrongOne, declared });
    expect(await sightings.waitFor(request(2))).toMatchObject({ status: "not-seen" });
    expect(await sightings.waitFor(request(1))).toEqual({ status: "elsewhere", environment: "abc-t1" });
  });

  test("is looked for neither where nothing may be done nor where it is not declared", async () => {
    const suspended = { until: "2999-12-31", reason: "frozen", place: anEnvironment().place };
    const { sightings, looks } = prepared([agent(1)], {
      ...inWrongOne,
      declared: [
        declare("abc-p1"),
        declare("abc-t1", { suspended }),
        declare("abc-d1", { state: "disabled" }),
        declare("abc-d2", { state: "absent" }),
        declare("abc-d3", { cluster: "apac" }),
      ],
    });
    expect(await sightings.waitFor(request(1))).toMatchObject({ status: "not-seen" });
    expect(looksElsewhere(looks())).toEqual([]);
  });

  test("is looked for in so many alone as a cluster bears, those of its customer first", async () => {
    const crowd = Array.from({ length: 100 }, (_, index) => declare(`xyz-p${index + 1}`, { customer: "xyz" }));
    const many = [declare("abc-p1"), ...crowd, declare("abc-t1")];
    const { sightings, looks, cluster } = prepared([agent(1)], { ...inWrongOne, declared: many });
    expect(await sightings.waitFor(request(1))).toEqual({ status: "elsewhere", environment: "abc-t1" });
    expect(looksElsewhere(looks())).toHaveLength(4);
    cluster.switches.agentsAppearIn = "xyz-p100";
    expect(await sightings.waitFor(request(1))).toMatchObject({ status: "not-seen" });
    expect(looksElsewhere(looks())).toHaveLength(44);
  });

  test("that cannot be read says nothing", async () => {
    const { sightings, cluster, warnings } = prepared([agent(1)], { ...inWrongOne, declared });
    cluster.addFault({ match: { path: "/e/abc-t1/*/oneagents" }, do: { status: 403 } });
    expect(await sightings.waitFor(request(1))).toMatchObject({ status: "not-seen" });
    expect(warnings).toEqual([]);
  });

  test("is not told by its name alone", async () => {
    const { sightings, looks } = prepared([agent(1)], { ...inWrongOne, declared });
    const host = { ...request(1).host, hostId: null };
    expect(await sightings.waitFor(request(1, { host }))).toMatchObject({ status: "not-seen" });
    expect(looksElsewhere(looks())).toEqual([]);
  });

  test("may still be listed by the one that it has left", async () => {
    const { sightings } = prepared([agent(1), agent(2, minute)], inWrongOne);
    const [first] = await Promise.all([
      sightings.waitFor(request(1, { from: "ABC-T1" })),
      sightings.waitFor(request(2, { environment: "abc-t1" })),
    ]);
    expect(first).toMatchObject({ status: "not-seen" });
  });
});

test.each<[string, string, number]>([
  ["while its token is made", "/apiTokens", 1],
  ["before the first look", "/oneagents", 1],
  ["later", "/oneagents", 4],
  ["while they are looked for elsewhere", "/e/abc-t1/api/v1/oneagents", 1],
])("an interrupt ends every wait at once, and no token is left: %s", async (_when, path, nth) => {
  const declared = [declare("abc-p1"), declare("abc-t1")];
  const { sightings, cluster, interrupt, past, tokensLeft, warnings } = prepared([], { declared });
  let requests = 0;
  cluster.onRequest((asked) => {
    if (asked.path.endsWith(path)) requests += 1;
    if (requests === nth) interrupt.abort();
  });
  const found = await Promise.all([1, 2, 3].map((number) => sightings.waitFor(request(number))));
  expect(found).toEqual([1, 2, 3].map(() => ({ status: "interrupted" })));
  expect(past()).toBeLessThan(11 * minute);
  expect(await sightings.waitFor(request(4))).toEqual({ status: "interrupted" });
  expect(await tokensLeft()).toEqual([]);
  expect(warnings).toEqual([]);
});
