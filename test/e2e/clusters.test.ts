import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type EndToEnd, smallInventory, startEndToEnd } from "../support/end-to-end.ts";

let world: EndToEnd;

beforeEach(async () => {
  world = await startEndToEnd({ inventory: smallInventory, clusters: ["emea", "apac"] });
});

afterEach(() => world.close());

const wrongToken = ["dt0c01", "A".repeat(24), "B".repeat(64)].join(".");

test("plan, apply and plan again: everything is made, then there is nothing to do", async () => {
  const before = await world.plan(["--detailed-exitcode"]);
  expect(before.code).toBe(2);
  expect(before.plan.inventory).toMatchObject({ commit: expect.stringMatching(/^[0-9a-f]{40}$/), dirty: false });
  expect(before.plan.summary).toMatchObject({ create: 7, update: 5, remove: 0, deploy: 0, held: 0 });
  const applied = await world.apply();
  expect(applied.code).toBe(0);
  expect(applied.report.summary).toEqual({ done: 12, failed: 0, uncertain: 0, skipped: 0, stale: 0 });
  const after = await world.plan(["--detailed-exitcode"]);
  expect(after.code).toBe(0);
  expect(after.plan.changes).toEqual([]);
});

test("of two applies at once one waits for the other, and then finds everything done", async () => {
  // The first is kept from its end until the second has met it.
  const busy = world.cluster("emea").addFault({ match: { times: Number.POSITIVE_INFINITY }, do: { retryAfter: 1 } });
  const both = [world.start(["apply", "--auto-approve"]), world.start(["apply", "--auto-approve"])];
  let said = "";
  for (const { child } of both) {
    child.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  await vi.waitFor(
    () => expect(said).toMatch(/another apply of http\S+ is running \(\S+ on \S+, process \d+, since /),
    { timeout: 60_000 },
  );
  busy.remove();
  const finished = await Promise.all(both.map((run) => run.finished));
  expect(finished.map(({ code }) => code)).toEqual([0, 0]);
  expect(said.match(/another apply of http/g)).toHaveLength(1);
  expect((await world.plan()).plan.changes).toEqual([]);
});

test("a saved plan is applied exactly, and is stale once the inventory differs", async () => {
  expect((await world.run(["plan", "--out", "saved/plan.json"])).code).toBe(0);
  world.write({ "customers/abc.yaml": "customer: abc\nenvironments: { p1: {} }\n" });
  const stale = await world.apply(["saved/plan.json"]);
  expect(stale.code).toBe(6);
  expect(world.cluster("emea").snapshot().environments).toEqual([]);
  world.write(smallInventory);
  expect((await world.apply(["saved/plan.json"])).code).toBe(0);
  expect((await world.plan()).plan.changes).toEqual([]);
});

test("what changed on the cluster since the plan is stale and left as it is; the rest is made", async () => {
  await world.apply();
  world.write({ "customers/abc.yaml": "customer: abc\nenvironments: { p1: { name: New }, t1: { name: Other } }\n" });
  expect((await world.run(["plan", "--out", "plan.json"])).code).toBe(0);
  world.cluster("emea").setEnvironment("abc-p1", { name: "Renamed by hand" });
  const applied = await world.apply(["plan.json"]);
  expect(applied.code).toBe(6);
  expect(applied.report.results.filter(({ status }) => status === "stale").map(({ id }) => id)).toEqual([
    "environment/abc-p1",
  ]);
  const names = new Map(
    world
      .cluster("emea")
      .snapshot()
      .environments.map(({ id, name }) => [id, name]),
  );
  expect(names.get("abc-p1")).toBe("Renamed by hand");
  expect(names.get("abc-t1")).toBe("Other");
  world.cluster("emea").setEnvironment("abc-p1", { name: "Once more" });
  expect((await world.apply(["plan.json", "--skip-stale"])).code).toBe(5);
});

test("a fault in a file: exit 3, every fault listed, no request sent", async () => {
  world.write({ "customers/abc.yaml": "customer: abc\nenvironmnts: {}\n", "customers/xyz.yaml": "customer: 7\n" });
  const finished = await world.run(["plan", "--format", "json"]);
  expect(finished.code).toBe(3);
  const document = JSON.parse(finished.stdout);
  expect(document).toMatchObject({ format: "dtsync-validate/1", valid: false });
  expect(document.diagnostics.map(({ file }: { file: string }) => file)).toEqual(
    expect.arrayContaining(["customers/abc.yaml", "customers/xyz.yaml"]),
  );
  expect(world.cluster("emea").requests).toEqual([]);
});

test("one unusable cluster is held and the other goes on; with none usable the run fails", async () => {
  const one = await world.plan([], { environment: { DTSYNC_TOKEN_APAC: wrongToken } });
  expect(one.code).toBe(5);
  expect(one.plan.held).toEqual([
    {
      scope: "cluster/apac",
      items: expect.any(Number),
      reason: expect.stringMatching(/apac \(http:.*401.*the token is unknown/),
    },
  ]);
  expect(one.plan.changes.every(({ cluster }) => cluster === "emea")).toBe(true);
  const applied = await world.apply(["--auto-approve"], { environment: { DTSYNC_TOKEN_APAC: undefined } });
  expect(applied.code).toBe(5);
  expect(world.cluster("apac").snapshot().environments).toEqual([]);
  const none = await world.plan([], { environment: { DTSYNC_TOKEN_APAC: wrongToken, DTSYNC_TOKEN_EMEA: undefined } });
  expect(none.code).toBe(1);
  expect(none.plan.held.map(({ reason }) => reason).join()).toContain("DTSYNC_TOKEN_EMEA");
});

test("a token without the scope, and a proxy that answers HTML, are told as what they are", async () => {
  const token = world.cluster("apac").createToken({ scopes: ["ReadSyntheticData"] });
  world.cluster("emea").addFault({ match: { path: "/api/v1.0/onpremise/cluster", times: 99 }, do: { html: 200 } });
  const { plan, code } = await world.plan([], { environment: { DTSYNC_TOKEN_APAC: token.token } });
  expect(code).toBe(1);
  const reasons = new Map(plan.held.map(({ scope, reason }) => [scope, reason]));
  expect(reasons.get("cluster/apac")).toMatch(/403.*required scope/);
  expect(reasons.get("cluster/emea")).toContain("HTML");
});

test("a list that breaks off is unreadable, and nothing is created or removed from it", async () => {
  await world.apply();
  world.cluster("emea").addFault({ match: { path: "/api/cluster/v2/environments", times: 99 }, do: "truncate" });
  const { plan, code } = await world.plan();
  expect(code).toBe(5);
  expect(plan.changes).toEqual([]);
  expect(plan.held.map(({ scope }) => scope)).toEqual(["cluster/emea"]);
});

test("faults on the way do not keep an apply from its end: throttling, outages, lost answers", async () => {
  for (const name of ["emea", "apac"]) {
    const cluster = world.cluster(name);
    cluster.addFault({
      match: { method: "PUT", path: "/api/cluster/v2/environments/*", nth: 1 },
      do: "commit-then-cut",
    });
    cluster.addFault({ match: { method: "POST", path: "/api/v1.0/onpremise/groups", nth: 1 }, do: "commit-then-cut" });
    cluster.addFault({ match: { method: "POST", path: "/api/v1.0/onpremise/groups", nth: 2 }, do: { html: 503 } });
    cluster.addFault({
      match: { method: "GET", path: "/api/v1.0/onpremise/groups", nth: 1 },
      do: { status: 429, headers: { "retry-after": "1" } },
    });
  }
  const applied = await world.apply();
  expect(applied.report.results.filter(({ status }) => status !== "done")).toEqual([]);
  expect(applied.code).toBe(0);
  expect((await world.plan()).plan.changes).toEqual([]);
});

test("guards: a removal needs its override, protection has none, and a refused apply changes nothing", async () => {
  await world.apply();
  world.write({ "customers/abc.yaml": "customer: abc\nenvironments: { p1: {}, t1: { state: absent } }\n" });
  const refused = await world.apply(["--auto-approve", "--report", "junit=out/apply.xml"]);
  expect(refused.code).toBe(4);
  expect(refused.stderr).toContain("--allow-removals 1");
  expect(refused.report).toMatchObject({ guards: [{ guard: "maxRemovals" }], held: [], waiting: [], warnings: [] });
  expect(readFileSync(join(world.directory, "out/apply.xml"), "utf8")).toContain('tests="1" failures="1"');
  expect(
    world
      .cluster("emea")
      .snapshot()
      .environments.every(({ state }) => state === "ENABLED"),
  ).toBe(true);
  const allowed = await world.apply(["--auto-approve", "--allow-removals", "1"]);
  expect(allowed.code).toBe(0);
  const removed = world
    .cluster("emea")
    .snapshot()
    .environments.find(({ id }) => id === "abc-t1");
  expect(removed).toMatchObject({
    state: "DISABLED",
    tags: expect.arrayContaining([expect.stringMatching(/^dtsync:disabled=\d{4}-\d\d-\d\d$/)]),
  });
  const waiting = await world.plan();
  expect(waiting.plan.changes).toEqual([]);
  expect(waiting.plan.waiting).toEqual([{ id: "abc-t1", until: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) }]);
  const deleting = await world.apply(["--auto-approve", "--allow-removals", "1", "--set", "safety.deleteAfter=0d"]);
  expect(deleting.report.results.map(({ id, action }) => [id, action])).toEqual([["environment/abc-t1", "delete"]]);
  expect((await world.plan(["--set", "safety.deleteAfter=0d"])).plan.changes).toEqual([]);
});

test("apply without a terminal and without approval is refused before anything is asked of a cluster", async () => {
  const finished = await world.run(["apply"]);
  expect(finished.code).toBe(4);
  expect(world.cluster("emea").requests).toEqual([]);
});

test("targets choose what is changed, with what it stands on", async () => {
  const applied = await world.apply(["--auto-approve", "--target", "xyz"]);
  expect(applied.report.results.map(({ id }) => id)).toEqual([
    "environment/xyz-p1",
    "group/apac/noc",
    "permission/apac/noc/xyz-p1",
    "group/apac/xyz-operators",
    "permission/apac/xyz-operators/xyz-p1",
  ]);
  expect(world.cluster("emea").requests).toEqual([]);
});

test("a name that matches nothing is refused before anything is asked, to plan and to keep out; a glob is a warning", async () => {
  for (const parameters of [
    ["plan", "--target", "abc-p11"],
    ["apply", "--auto-approve", "--exclude", "abc-p11"],
  ]) {
    const finished = await world.run([...parameters, "--format", "json"]);
    expect(finished.code).toBe(3);
    expect(JSON.parse(finished.stdout)).toMatchObject({
      format: "dtsync-error/1",
      error: { message: expect.stringMatching(/^--\w+ abc-p11 matches nothing: did you mean abc-p1\?$/), exitCode: 3 },
    });
  }
  expect(world.cluster("emea").requests).toEqual([]);
  const { plan, code } = await world.plan(["--target", "abd*", "--target", "environment/xyz-p1"]);
  expect(code).toBe(0);
  expect(plan.warnings.filter((warning) => warning.startsWith("--"))).toEqual([
    "--target abd* matches nothing: it is compared with customers, environment ids, groups and host names",
  ]);
  expect(plan.scope.targets).toEqual(["abd*", "environment/xyz-p1"]);
  expect(plan.changes.map(({ environment }) => environment)).toContain("xyz-p1");
});

test("reports are written beside the result, and a plan that is no plan is a usage fault", async () => {
  const finished = await world.run([
    "plan",
    "--report",
    "gitlab-terraform=out/tf.json",
    "--report",
    "junit=out/j.xml",
    "--report",
    "markdown=out/p.md",
  ]);
  expect(finished.code).toBe(0);
  writeFileSync(join(world.directory, "broken.json"), "{}");
  expect((await world.run(["apply", "broken.json"])).code).toBe(3);
  expect((await world.run(["plan", "--report", "nothing=x"])).code).toBe(3);
});

test("without a plan, reports say so or are not there: an invalid inventory, a cluster that cannot be used", async () => {
  const out = (name: string) => join(world.directory, "out", name);
  const reports = ["junit=out/plan.xml", "gitlab-codequality=out/quality.json", "gitlab-terraform=out/counts.json"];
  const parameters = ["plan", "--out", "out/plan.json", ...reports.flatMap((report) => ["--report", report])];
  expect((await world.run(parameters)).code).toBe(0);
  expect(JSON.parse(readFileSync(out("counts.json"), "utf8"))).toMatchObject({ delete: 0 });
  const down = ["emea", "apac"].flatMap((name) => ["--set", `clusters.${name}.url=https://127.0.0.1:1`]);
  const set = ["--set", "clusters.apac.url=http://127.0.0.1:1"];
  const unusable = await world.run([...parameters, ...down, ...set], { leadToClusters: false });
  expect(unusable.code).toBe(1);
  expect(unusable.stderr).toContain("gitlab-terraform=out/counts.json is not written");
  expect([existsSync(out("counts.json")), existsSync(out("plan.json"))]).toEqual([false, false]);
  expect(readFileSync(out("plan.xml"), "utf8")).toContain('failures="0" errors="2"');
  world.write({ "customers/abc.yaml": "customer: abc\nnmae: x\n" });
  const invalid = await world.run([...parameters, "--format", "json"]);
  expect(invalid.code).toBe(3);
  expect(JSON.parse(invalid.stdout)).toMatchObject({ format: "dtsync-validate/1", valid: false });
  for (const name of ["plan.xml", "quality.json"]) expect(readFileSync(out(name), "utf8")).toContain("unknown-key");
  expect(existsSync(out("counts.json"))).toBe(false);
});

test("an apply that could not use one of several clusters names it in its result and in its test cases", async () => {
  const report = ["--report", "junit=out/apply.xml"];
  const lead = ["--set", `clusters.emea.url=${world.url("emea")}`, "--set", "clusters.apac.url=http://127.0.0.1:1"];
  const applied = await world.apply(["--auto-approve", ...report, ...lead], { leadToClusters: false });
  expect(applied.code).toBe(5);
  expect(applied.report.summary.failed).toBe(0);
  expect(applied.report.held).toEqual([
    { scope: "cluster/apac", reason: expect.any(String), items: expect.any(Number) },
  ]);
  expect(readFileSync(join(world.directory, "out/apply.xml"), "utf8")).toContain('name="cluster/apac"');
});

test("a cluster is asked through the proxy of the environment, one on loopback is not, and no password is shown", async () => {
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on("connect", (incoming, socket) => {
    asked.push(incoming.url ?? "");
    socket.end("HTTP/1.1 403 no\r\n\r\n");
  });
  proxy.on("request", (incoming, outgoing) => {
    asked.push(incoming.url ?? "");
    outgoing.end();
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const password = ["pass", "of", "proxy"].join("-");
  const address = `http://me:${password}@127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const urls = { emea: world.url("emea"), apac: "https://dynatrace.apac.example.com" };
  const set = Object.entries(urls).flatMap(([name, url]) => ["--set", `clusters.${name}.url=${url}`]);
  try {
    const environment = {
      HTTPS_PROXY: address,
      http_proxy: address,
      NO_PROXY: undefined,
      no_proxy: undefined,
      DTSYNC_ORIGINS: urls.apac,
    };
    const planned = await world.plan(set, { environment, leadToClusters: false });
    expect(new Set(asked)).toEqual(new Set(["dynatrace.apac.example.com:443"]));
    expect(planned.plan.clusters["emea"]).toMatchObject({ version: expect.any(String) });
    expect(planned.plan.held[0]).toMatchObject({
      scope: "cluster/apac",
      reason: expect.stringMatching(/the proxy 127\.0\.0\.1:\d+ does not lead there \(status 403\)/),
    });
    expect(planned.stdout + planned.stderr).not.toContain(password);
  } finally {
    proxy.close();
  }
});
