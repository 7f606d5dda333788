import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterEach, describe, expect, test } from "vitest";
import type { Fleet } from "../../../src/model/fleet.ts";
import type { AgentRecord, ClusterSeed, ProblemRecord } from "../../../src/sandbox/cluster/snapshot.ts";
import { type CommandWorld, startCommandWorld } from "../../support/command-world.ts";

const files = {
  "dtsync.yaml": `version: 1
clusters:
  emea: { url: https://dynatrace.emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } }
defaults: { cluster: emea }
`,
  "customers/abc.yaml": `customer: abc
environments:
  p1: { name: Production, hosts: ["web[01-03].abc.example.com"] }
  p2: { hosts: [db01.abc.example.com] }
  t1: { state: disabled, hosts: [] }
  d1: { hosts: [] }
`,
};
const day = 86_400_000;
const agent = (environment: string, name: string, number: number): AgentRecord => ({
  environment,
  host: { name, id: String(number).padStart(16, "0"), version: "1.313.52.20250602-150703" },
  firstSeen: Date.now() - day,
  lastSeen: Date.now(),
  availability: "MONITORED",
  detailedAvailability: "MONITORED",
});
const problem = (number: number, severityLevel: string, daysAgo: number, isOpen: boolean): ProblemRecord => ({
  environment: "abc-p1",
  problemId: `-${number}_V2`,
  displayId: `P-${number}`,
  title: `Problem ${number}`,
  status: isOpen ? "OPEN" : "CLOSED",
  severityLevel,
  impactLevel: "SERVICES",
  startTime: Date.now() - daysAgo * day,
  endTime: isOpen ? -1 : Date.now() - 1_000,
});
const seed: ClusterSeed = {
  environments: [
    { id: "abc-p1", name: "Old name" },
    { id: "abc-p2", name: "abc p2" },
    { id: "abc-t1", name: "abc t1", state: "DISABLED" },
    { id: "foreign-1" },
  ],
  agents: [
    agent("abc-p1", "web01", 1),
    agent("abc-p2", "web02.abc.example.com", 2),
    agent("abc-p2", "db01.abc.example.com", 3),
  ],
  problems: [problem(1, "ERROR", 9, true), problem(2, "AVAILABILITY", 1, true), problem(3, "ERROR", 2, false)],
};

let world: CommandWorld | null = null;
afterEach(() => world?.close());
const start = async (customer = files["customers/abc.yaml"], licence: "classic" | "dps" = "classic") => {
  world = await startCommandWorld({ ...files, "customers/abc.yaml": customer }, seed, { licence });
  return world;
};
const validate = new Ajv2020({ validateFormats: false }).compile(
  JSON.parse(readFileSync(new URL("../../../schema/status.schema.json", import.meta.url), "utf8")) as object,
);
async function fleetOf(at: CommandWorld, ...words: readonly string[]) {
  const { code, document } = await at.run(["status", "--max-age", "0", ...words]);
  expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
  const fleet = document as Fleet;
  return { code, fleet, of: (id: string) => fleet.environments.find((environment) => environment.id === id) };
}

describe("dtsync status", () => {
  test("puts together what is declared, planned and listed", async () => {
    const { code, fleet, of } = await fleetOf(await start());
    expect(code).toBe(0);
    expect(of("abc-p1")).toMatchObject({
      state: "enabled",
      condition: "problems",
      url: expect.stringMatching(/\/e\/abc-p1\/$/),
      hosts: {
        ...{ declared: 3, seen: 1, missing: ["web03.abc.example.com"], undeclared: 0 },
        elsewhere: [{ host: "web02.abc.example.com", environment: "abc-p2" }],
        versions: { "1.313.52.20250602-150703": 1 },
      },
      problems: { open: { AVAILABILITY: 1, ERROR: 1 } },
      drift: 1,
    });
    expect(of("abc-p2")?.hosts).toMatchObject({ declared: 1, seen: 1, missing: [], undeclared: 1 });
    expect(of("abc-t1")).toMatchObject({ state: "disabled", hosts: { seen: null }, problems: { open: null } });
    expect(of("abc-d1")).toMatchObject({ state: "missing", condition: "drift", readAt: null });
    expect(fleet.counts).toMatchObject({ environments: 4, disabled: 1, missing: 1, unknown: 0, hostsSeen: 2 });
    expect(fleet.clusters).toMatchObject([{ name: "emea", unmanaged: { environments: 1 } }]);
    const versions = { "1.313.52.20250602-150703": 3 };
    expect(fleet.clusters).toMatchObject([{ counts: { versions } }]);
    expect(fleet.customers).toMatchObject([
      { id: "abc", counts: { versions }, licence: [{ quota: "hostUnits", period: "now", used: 3 }] },
    ]);
  });

  test("lists problems that have ended, and only what needs attention, where that is wanted", async () => {
    const at = await start();
    const { of, fleet } = await fleetOf(at, "--problems", "7d", "--only-problems");
    expect(of("abc-p1")?.problems.list?.map(({ id, end }) => [id, end === null])).toEqual([
      ["-1_V2", true],
      ["-3_V2", false],
      ["-2_V2", true],
    ]);
    expect(fleet.environments.map(({ id }) => id)).toEqual(["abc-d1", "abc-p1"]);
    expect((await at.run(["status", "--problems", "week"])).code).toBe(3);
  });

  test("what could not be read is not known, and never zero", async () => {
    const at = await start();
    at.cluster.addFault({ match: { path: "/e/abc-p1/api/v1/oneagents" }, do: { status: 403 } });
    const { code, of, fleet } = await fleetOf(at);
    expect(code).toBe(5);
    expect(of("abc-p1")?.hosts.licensed).toBe(1);
    expect(of("abc-p1")).toMatchObject({
      ...{ condition: "unknown", unreadable: expect.stringContaining("status 403"), readAt: null },
      ...{ hosts: { declared: 3, seen: null, missing: null, versions: null }, problems: { open: null, list: null } },
    });
    expect(fleet.counts.unknown).toBe(1);
    at.cluster.addFault({ match: { path: "/e/abc-p1/api/v1/oneagents" }, do: { status: 403 } });
    const { output } = await at.run(["status", "--max-age", "0", "--format", "text"]);
    expect(output).toMatch(/abc +4 +1\+\?\/4 +2 +0\+\? +1/);
    for (const line of output.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  test("tells of labels, of what is suspended, and how much of the licence is used", async () => {
    const at = await start(`customer: abc
labels: { type: ccv2 }
environments:
  p1: { name: Production, quotas: { hostUnits: { maxLimit: 1 } }, hosts: ["web[01-03].abc.example.com"] }
  p2:
    name: Other
    suspended: { until: 9999-12-31, reason: migration freeze }
    labels: { type: ccv1, owner: "team <web>" }
    hosts: [db01.abc.example.com]
`);
    const { of, fleet } = await fleetOf(at);
    expect(of("abc-p1")).toMatchObject({ labels: { type: "ccv2" }, suspended: null });
    expect(of("abc-p2")).toMatchObject({
      ...{ labels: { type: "ccv1", owner: "team <web>" }, condition: "suspended", held: [] },
      suspended: { until: "9999-12-31", reason: "migration freeze" },
      licence: [{ quota: "hostUnits", period: "now", used: 2, limit: null }],
    });
    expect(fleet.counts.suspended).toBe(1);
    expect(fleet.clusters[0]?.licence).toEqual([{ quota: "hostUnits", period: "now", used: 3 }]);
    const narrowed = await fleetOf(at, "--target", "label.type=ccv1");
    expect(narrowed.fleet.environments.map(({ id }) => id)).toEqual(["abc-p2"]);
    const { output } = await at.run(["status", "--format", "text"]);
    expect(output).toContain("  abc-p1  type=ccv2\n");
    expect(output.replace(/\n\s*/g, " ")).toContain("agents: 1.313.52 (3); licence: host units 3 CUSTOMER");
    expect(output).toContain(
      "Suspended:\n  abc-p2  owner=team <web>, type=ccv1\n    suspended until 9999-12-31: migration",
    );
  });

  test("knows nothing of quotas where the licence has none", async () => {
    const at = await start(files["customers/abc.yaml"], "dps");
    const { of, fleet, code } = await fleetOf(at);
    expect([code, of("abc-p1")?.licence, fleet.clusters[0]?.licence]).toEqual([0, null, null]);
    expect(fleet.customers).toMatchObject([{ licence: null }]);
    expect([of("abc-p1")?.hosts.licensed, fleet.clusters[0]?.licenceHour]).toEqual([null, null]);
  });

  test("asks five requests of each, and leaves no token", async () => {
    const at = await start();
    await at.run(["status"]);
    const asked = at.cluster.requests.filter(({ path }) => path.includes("abc-p2"));
    expect(asked).toHaveLength(5);
    expect(at.cluster.requests.some(({ path }) => /abc-t1|abc-d1/.test(path))).toBe(false);
    const left = at.cluster.snapshot().tokens.filter(({ name }) => /^dtsync run .* (?:run|read) /.test(name));
    expect(left).toEqual([]);
  });

  test("asks nothing again that was asked a short while ago, and what could not be read every time", async () => {
    const at = await start();
    const askedOf = (id: string) => at.cluster.requests.filter(({ path }) => path.includes(id)).length;
    const counts = () => ["abc-p1", "abc-p2"].map(askedOf);
    at.cluster.addFault({ match: { path: "/e/abc-p2/api/v1/oneagents" }, do: { status: 403 } });
    expect((await fleetOf(at, "--max-age", "5m", "--problems", "7d")).code).toBe(5);
    const [first = 0, failed = 0] = counts();
    const again = await fleetOf(at, "--max-age", "5m");
    expect(again.code).toBe(0);
    expect(counts()).toEqual([first, failed + 5]);
    expect(again.of("abc-p1")).toMatchObject({ hosts: { seen: 1 }, problems: { open: { AVAILABILITY: 1, ERROR: 1 } } });
    expect(again.of("abc-p1")?.problems.list).toHaveLength(2);
    // Of abc-p2 only open problems were asked for.
    const wider = await fleetOf(at, "--max-age", "5m", "--problems", "7d");
    expect(wider.of("abc-p1")?.problems.list).toHaveLength(3);
    expect(counts()).toEqual([first, failed + 11]);
    await fleetOf(at, "--no-cache", "--max-age", "5m");
    expect(counts()).toEqual([first + 5, failed + 16]);
    for (const age of ["2d", "5", "soon"]) expect((await at.run(["status", "--max-age", age])).code).toBe(3);
  });

  test("goes on where it was interrupted", async () => {
    const at = await start();
    const interrupt = new AbortController();
    at.cluster.onRequest(({ method, path }) => {
      if (method === "DELETE" && path.includes("abc-p1")) interrupt.abort(new Error("interrupted"));
    });
    await at.run(["status"], { signal: interrupt.signal }).catch(() => undefined);
    const asked = () => at.cluster.requests.filter(({ path }) => path.includes("abc-p1")).length;
    expect(asked()).toBe(5);
    const { document } = await at.run(["status"]);
    expect(asked()).toBe(5);
    expect((document as Fleet).counts).toMatchObject({ unknown: 0, hostsSeen: 2 });
  });

  test("asks an old cluster for its hosts with the scope that it knows", async () => {
    const at = await start();
    at.cluster.addFault({ match: { method: "POST", path: "/e/abc-p1/api/v2/apiTokens" }, do: { status: 400 } });
    const { code, of } = await fleetOf(at);
    expect([code, of("abc-p1")?.hosts.seen]).toEqual([0, 1]);
    const made = at.cluster.requests.filter(({ method, path }) => method === "POST" && path.endsWith("/apiTokens"));
    expect(made.map(({ path, status }) => [path.includes("p1"), status])).toContainEqual([true, 400]);
    expect(made.length).toBeLessThanOrEqual(4);
  });
});
