import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { applyReport } from "../../../src/application/apply-report.ts";
import { type CarryOutOptions, carryOut } from "../../../src/application/carry-out.ts";
import { hostConnections } from "../../../src/application/open-ssh.ts";
import { transferTally } from "../../../src/application/transfer-tally.ts";
import { planDigest } from "../../../src/plan/digest.ts";
import { aChange, aCluster, aHost, anEnvironment, anInventory, planOf } from "../../support/builders.ts";
import { aContext, connectionsOf, fleetOptionsOf } from "../../support/context.ts";
import { withFiles } from "../load/load-files.ts";

/** No token is set, so that no cluster can be opened and nothing can be sent anywhere. */
const inventory = anInventory({
  clusters: [aCluster({ token: { env: "DTSYNC_TOKEN_EMEA" } })],
  environments: [anEnvironment()],
});
const planWith = (action: "create" | "disable") => ({
  ...planOf({ inventory: anInventory() }),
  changes: [aChange({ kind: "environment", action })],
});
const options: CarryOutOptions = {
  ...fleetOptionsOf(),
  raisedLimits: { removals: null, updates: null },
  shard: null,
  journal: null,
};

const withHome = <T>(run: (home: string) => Promise<T>) => withFiles({}, run);

test("a plan that a guard refuses is not begun: no journal, no cluster, no host", async () => {
  await withHome(async (home) => {
    const { context, errors } = aContext({ variables: { HOME: home } });
    const approved = { plan: planWith("disable"), inventory, hosts: [], observed: { hosts: new Map() } };
    const sshConfig = join(home, "missing");
    const connections = hostConnections({ configFile: sshConfig, forChanges: true }, context);
    const outcome = await carryOut(approved, options, context, connections);
    expect(outcome).toMatchObject({ guards: [{ guard: "maxRemovals", actual: 1 }], results: [] });
    expect(existsSync(join(home, ".local"))).toBe(false);
    expect(errors()).toBe("");
  });
});

test("a change of a cluster that cannot be opened is skipped, and the log says why", async () => {
  await withHome(async (home) => {
    const { context, errors } = aContext({
      variables: { HOME: home, DTSYNC_ORIGINS: "https://dynatrace.example.com" },
    });
    const { guards, results } = await carryOut(
      { plan: planWith("create"), inventory, hosts: [], observed: { hosts: new Map() } },
      options,
      context,
      connectionsOf(context),
    );
    expect(guards).toEqual([]);
    expect(results).toMatchObject([{ id: "environment/abc-p1", status: "skipped" }]);
    expect(errors()).toContain("warn: emea: the environment variable DTSYNC_TOKEN_EMEA");
  });
});

test("a part of a divided run makes its hosts alone, and guards look at the whole plan", async () => {
  await withHome(async (home) => {
    const { context } = aContext({ variables: { HOME: home }, signal: AbortSignal.abort() });
    const names = Array.from({ length: 9 }, (_, index) => `web0${index}.example.com`);
    const hosts = names.map((name) => aHost({ name }));
    const changes = names.map((host, index) =>
      aChange({ kind: "host", action: "install", host, environment: `abc-p${index}` }),
    );
    const plan = { ...planWith("create"), changes: [...planWith("create").changes, ...changes] };
    const made = async (index: number) => {
      const { results } = await carryOut(
        { plan, inventory, hosts, observed: { hosts: new Map() } },
        { ...options, shard: { index, total: 2 } },
        context,
        connectionsOf(context),
      );
      return results.map(({ id }) => id);
    };
    const [first, second] = [await made(1), await made(2)];
    expect([...first, ...second].sort()).toEqual(changes.map(({ id }) => id));
    expect(Math.min(first.length, second.length)).toBeGreaterThan(0);
    const refused = { ...plan, changes: [...planWith("disable").changes, ...changes] };
    const { guards } = await carryOut(
      { plan: refused, inventory, hosts, observed: { hosts: new Map() } },
      { ...options, shard: { index: 1, total: 2 } },
      context,
      connectionsOf(context),
    );
    expect(guards).toMatchObject([{ guard: "maxRemovals" }]);
  });
});

const run = { runId: "0123456789ab" };
const noSteps = { of: () => undefined };

test("the report counts results by their status, and names the plan and the run", () => {
  const plan = planWith("create");
  const result = { id: "environment/abc-p1", action: "create", attempts: 1, durationMs: 1 } as const;
  const results = [
    { ...result, status: "done" },
    { ...result, status: "failed" },
    { ...result, status: "failed" },
  ] as const;
  expect(
    applyReport(
      { plan },
      { guards: [], results, warnings: ["abc-p1 could not be read"], installers: null },
      noSteps,
      { shard: null },
      run,
    ),
  ).toEqual({
    format: "dtsync-apply/1",
    run: run.runId,
    plan: planDigest(plan),
    results,
    summary: { done: 1, failed: 2, uncertain: 0, skipped: 0, stale: 0 },
    held: [],
    waiting: [],
    warnings: ["abc-p1 could not be read"],
  });
});

test("the report has what the plan held, what waits and the warnings, also when a guard refused it", () => {
  const held = [{ scope: "cluster/apac", reason: "no answer", items: 12 }];
  const waiting = [{ id: "abc-t1", until: "2026-03-12" }];
  const plan = { ...planWith("create"), held, waiting, warnings: ["look here"] };
  const guards = [{ guard: "maxRemovals", limit: 0, actual: 1, override: "--allow-removals 1", items: ["x"] }];
  const rest = { held, waiting, warnings: ["look here"] };
  expect(
    applyReport({ plan }, { guards: [], results: [], warnings: [], installers: null }, noSteps, { shard: null }, run),
  ).toMatchObject(rest);
  expect(
    applyReport({ plan }, { guards, results: [], warnings: [], installers: null }, noSteps, { shard: null }, run),
  ).toMatchObject({
    ...rest,
    guards,
  });
});

test("a shard without any host change is a warning, and one with some is none", () => {
  const host = { ...planWith("create"), changes: [aChange({ kind: "host", action: "install" })] };
  const warnings = [1, 2].map((index) => {
    return applyReport(
      { plan: host },
      { guards: [], results: [], warnings: [], installers: null },
      noSteps,
      { shard: { index, total: 2 } },
      run,
    ).warnings;
  });
  expect(warnings.flat()).toEqual([expect.stringMatching(/^--shard [12]\/2 matches nothing/)]);
  const none = applyReport(
    { plan: planWith("create") },
    { guards: [], results: [], warnings: [], installers: null },
    noSteps,
    { shard: { index: 1, total: 1 } },
    run,
  );
  expect(none.warnings).toHaveLength(1);
});

test("the report names the ten slowest hosts, each with the step that took longest", () => {
  const changes = Array.from({ length: 12 }, (_, index) =>
    aChange({ kind: "host", action: "install", host: `web${index}.example.com` }),
  );
  const results = changes.map(({ id, action }, index) => ({
    ...{ id, action, status: "done" as const, attempts: 1 },
    durationMs: 1_000 * ((index * 5) % 12),
  }));
  const longest = { of: (host: string) => ({ step: host.startsWith("web7.") ? "wait seen" : "install", ms: 700 }) };
  const plan = { ...planWith("create"), changes: [...planWith("create").changes, ...changes] };
  const report = applyReport(
    { plan },
    { guards: [], results, warnings: [], installers: null },
    longest,
    { shard: null },
    run,
  );
  expect(report.slowest?.map(({ durationMs }) => durationMs)).toEqual(
    [11, 10, 9, 8, 7, 6, 5, 4, 3, 2].map((s) => s * 1_000),
  );
  expect(report.slowest?.[0]).toEqual({
    id: "host/web7.example.com",
    durationMs: 11_000,
    step: "wait seen",
    stepMs: 700,
  });
  expect(
    applyReport({ plan }, { guards: [], results, warnings: [], installers: null }, noSteps, { shard: null }, run),
  ).not.toHaveProperty("slowest");
});

test("how installers came to hosts is told of each, and summed up with the reasons", () => {
  const steps: string[] = [];
  const tally = transferTally(({ host, step }) => {
    return ({ result, words }) => void steps.push(`${host} ${step} ${result}: ${words}`);
  });
  expect(tally.sum()).toBeNull();
  const chosen = (name: string, way: "pull" | "push", why: string) =>
    tally.chosen({ name, environment: "abc-p1" }, { way, why });
  chosen("web1", "pull", "emea reached");
  chosen("web2", "push", "no downloader");
  chosen("web3", "pull", "emea reached");
  chosen("web3", "push", "download failed");
  chosen("web4", "push", "no downloader");
  expect(steps.slice(0, 2)).toEqual([
    "web1 choose transfer ok: pull: emea reached",
    "web2 choose transfer ok: push: no downloader",
  ]);
  const installers = tally.sum();
  expect(installers).toEqual({
    pulled: 1,
    pushed: 3,
    reasons: [
      { way: "push", why: "no downloader", hosts: 2 },
      { way: "pull", why: "emea reached", hosts: 1 },
      { way: "push", why: "download failed", hosts: 1 },
    ],
  });
  const outcome = { guards: [], results: [], warnings: [], installers };
  expect(applyReport({ plan: planWith("create") }, outcome, noSteps, { shard: null }, run).installers).toBe(installers);
});
