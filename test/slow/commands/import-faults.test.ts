import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ImportReport } from "../../../src/model/import-report.ts";
import type { FaultAction } from "../../../src/sandbox/cluster/faults.ts";
import { seedEstate } from "../../../src/sandbox/seed-estate.ts";
import { type CommandWorld, startCommandWorld } from "../../support/command-world.ts";
import { fakeClock } from "../../support/fake-clock.ts";

const settings = `version: 1
clusters:
  emea:
    url: https://emea.example.com
    token: { env: DTSYNC_TOKEN_EMEA }
`;

let world: CommandWorld;
beforeAll(async () => {
  const agent = (environment: string, name: string, id: string) => ({
    environment,
    host: { name, id, version: "1.313.52.20250602-150703" },
    ...{ firstSeen: Date.now() - 1_000, lastSeen: Date.now() },
    ...{ availability: "MONITORED" as const, detailedAvailability: "MONITORED" },
  });
  const agents = [
    agent("aaa-d1", "web01.example.com", "00000000000000A1"),
    agent("aab-d1", "db01", "00000000000000A2"),
  ];
  world = await startCommandWorld({ "dtsync.yaml": settings }, { ...seedEstate(0, 24), agents });
});
afterAll(() => world.close());

const inventory = () => join(world.directory, "inventory");
const filesThere = (): readonly string[] => readdirSync(inventory(), { recursive: true, encoding: "utf8" }).sort();
beforeEach(() => {
  rmSync(inventory(), { recursive: true, force: true });
  world.write("inventory/dtsync.yaml", settings);
});

/** What an import with hosts asks, each question once. */
const questions: readonly (readonly [name: string, method: string, path: RegExp])[] = [
  ["nodes", "GET", /onpremise\/cluster$/],
  ["environments", "GET", /v2\/environments(?:\?|$)/],
  ["groups", "GET", /onpremise\/groups$/],
  ["rights on zones", "GET", /groups\/managementZones$/],
  ["metadata", "GET", /cluster\/metadata/],
  ["policies of the cluster", "GET", /iam\/repo\/cluster\//],
  ["policies of environments", "GET", /iam\/repo\/environment\//],
  ["tokens that make tokens", "POST", /cluster\/v2\/tokens$/],
  ["tokens that make tokens of environments", "POST", /tokenManagementToken$/],
  ["tokens of environments", "POST", /\/e\/[^/]+\/api\/v[12]\/(?:apiTokens|tokens)/],
  ["zones", "GET", /config\/v1\/managementZones/],
  ["hosts", "GET", /v1\/oneagents/],
];

const faults: readonly (readonly [name: string, action: FaultAction])[] = [
  ["401", { status: 401, body: { error: { code: 401, message: "Token Authentication failed" } } }],
  ["403", { status: 403, body: { error: { code: 403, message: "Token is missing required scope" } } }],
  ["404", { status: 404 }],
  ["429", { retryAfter: 1 }],
  ["500", { status: 500 }],
  ["503 by a proxy", { html: 503 }],
  ["an upgrade", { status: 556 }],
  ["a page", { html: 200 }],
  ["an answer of another shape", { status: 200, body: { items: [] } }],
  ["an answer of another type", { status: 200, body: "nothing" }],
  ["a cut body", "truncate"],
  ["a cut connection", "cut"],
];

describe("an import of a cluster that answers wrongly", () => {
  test("is tried with every question that it asks", async () => {
    const before = world.cluster.requests.length;
    expect(await world.run(["import", "--all", "--hosts"], { clock: fakeClock(new Date()) })).toMatchObject({
      code: 0,
    });
    const asked = world.cluster.requests.slice(before).filter(({ method }) => method !== "DELETE");
    const unknown = asked.filter(
      ({ method, path }) => !questions.some(([, wanted, pattern]) => wanted === method && pattern.test(path)),
    );
    expect([...new Set(unknown.map(({ method, path }) => `${method} ${path}`))]).toEqual([]);
    for (const [name, wanted, pattern] of questions)
      expect(
        asked.some(({ method, path }) => method === wanted && pattern.test(path)),
        name,
      ).toBe(true);
  });

  test.each(
    questions.flatMap(([question, method, path]) =>
      faults.map(([fault, action]) => [question, fault, method, path, action] as const),
    ),
  )(
    "(%s: %s) writes nothing, or what is true, and says what it could not read",
    async (question, fault, method, path, action) => {
      const added = world.cluster.addFault({ match: { method, path, times: Infinity }, do: action });
      const { code, document, errors } = await world.run(["import", "--all", "--hosts"], {
        clock: fakeClock(new Date()),
      });
      added.remove();
      expect(added.hits()).toBeGreaterThan(0);
      if (["nodes", "environments", "groups"].includes(question) && !(question === "nodes" && fault === "404")) {
        expect({ code, errors }).toEqual({
          code: 1,
          errors: expect.stringMatching(/^nothing was read, so nothing was written: /),
        });
        expect(filesThere()).toEqual(["dtsync.yaml"]);
        return;
      }
      const { remarks } = document as ImportReport;
      const about = remarks.filter((remark) => /could not be read|nobody knows|may have policies/.test(remark.about));
      const isOptional = /nodes|policies|metadata/.test(question);
      expect(code).toBe(isOptional ? 0 : 5);
      // Versions and bindings may be missing.
      if (question !== "nodes" && fault !== "an answer of another shape") expect(about.length).toBeGreaterThan(0);
      const plan = await world.run(["plan", "--detailed-exitcode"]);
      expect(plan).toMatchObject({ code: 0, document: { changes: [], held: [] } });
    },
  );

  const page = (environments: readonly string[], more: object) => ({
    status: 200,
    body: { environments: environments.map((id) => ({ id, name: id, state: "ENABLED" })), ...more },
  });
  test.each<[string, FaultAction]>([
    ["says more than it holds", page(["aaa-d1"], { totalCount: 2, nextPageKey: null })],
    ["never ends", page(["aaa-d1"], { totalCount: 2, nextPageKey: "again" })],
    ["has an environment without an id", { status: 200, body: { environments: [{ name: "one" }], totalCount: 1 } }],
  ])("writes nothing where the list of environments %s", async (_what, action) => {
    const added = world.cluster.addFault({ match: { path: /v2\/environments\?/, times: Infinity }, do: action });
    const { code, errors } = await world.run(["import", "--all"], { clock: fakeClock(new Date()) });
    added.remove();
    expect({ code, errors }).toEqual({ code: 1, errors: expect.stringMatching(/environments/) });
    expect(filesThere()).toEqual(["dtsync.yaml"]);
    expect(added.hits()).toBeLessThan(20);
  });

  test("writes nothing where the other side speaks no TLS, and makes no folder for a first import", async () => {
    const url = world.url.replace("http:", "https:");
    const { code, errors } = await world.run(["import", "--all", "--set", `clusters.emea.url=${url}`], {
      clock: fakeClock(new Date()),
    });
    expect({ code, errors }).toEqual({ code: 1, errors: expect.stringMatching(/TLS|SSL/) });
    expect(filesThere()).toEqual(["dtsync.yaml"]);
    rmSync(inventory(), { recursive: true });
    const fault = world.cluster.addFault({ match: { path: /groups/, times: Infinity }, do: { status: 500 } });
    const first = await world.run(["import", "--cluster", "emea", "--url", "https://emea.example.com"], {
      clock: fakeClock(new Date()),
    });
    fault.remove();
    expect(first).toMatchObject({ code: 1 });
    expect(existsSync(inventory())).toBe(false);
  });
});
