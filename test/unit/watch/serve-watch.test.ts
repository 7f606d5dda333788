import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { Plan } from "../../../src/model/plan.ts";
import { judgeRun, type RunEnd } from "../../../src/watch/judge-run.ts";
import { serveWatch, type WatchServer } from "../../../src/watch/serve-watch.ts";
import { watchHealth } from "../../../src/watch/watch-health.ts";
import { watchMetrics } from "../../../src/watch/watch-metrics.ts";

let server: WatchServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

const minute = 60_000;

async function served() {
  let time = Date.UTC(2026, 10, 26, 12);
  const now = () => new Date(time);
  const health = watchHealth(3 * minute, { elapsed: () => time });
  const metrics = watchMetrics({
    version: "0.1.0",
    apply: true,
    pace: { interval: 180_000, driftInterval: 3_600_000 },
    now,
    ofProcess: false,
  });
  server = await serveWatch({ host: "127.0.0.1", port: 0 }, health, metrics);
  const { port } = server;
  const ask = async (path: string, method = "GET") => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
    return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
  };
  const pass = (milliseconds: number) => {
    time += milliseconds;
  };
  return { ask, health, metrics, pass, port };
}

const planOf = (given: Partial<Plan>) =>
  ({
    changes: [],
    held: [],
    guards: [],
    summary: { create: 2, update: 1, remove: 0, deploy: 0, unchanged: 5, held: 0 },
    ...given,
  }) as unknown as Plan;

describe("the server of a watch", () => {
  test("says whether it lives, and whether it has something to keep", async () => {
    const { ask, health, pass } = await served();
    expect(await ask("/healthz")).toMatchObject({ status: 200, text: "ok\n" });
    expect(await ask("/readyz")).toMatchObject({ status: 503, text: "no revision has been taken yet\n" });
    health.listener.took("3f2a");
    expect(await ask("/readyz")).toMatchObject({ status: 200 });
    pass(30 * minute);
    expect(await ask("/healthz")).toMatchObject({ status: 503, text: "the last look at the branch was 1800 s ago\n" });
    health.listener.looked("failed", 1);
    expect(await ask("/healthz")).toMatchObject({ status: 200 });
  });

  test("answers nothing else, and reads no body", async () => {
    const { ask, port } = await served();
    expect(await ask("/")).toMatchObject({ status: 404 });
    expect(await ask("/metrics/../etc/passwd")).toMatchObject({ status: 404 });
    expect(await ask("/metrics", "POST")).toMatchObject({ status: 405 });
    expect(await ask("/healthz?x=1", "HEAD")).toMatchObject({ status: 200, text: "" });
    const closed = await new Promise<string>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => socket.write(`GET /${"x".repeat(20_000)} HTTP/1.1\r\n\r\n`));
      let text = "";
      socket.on("data", (chunk) => {
        text += chunk.toString();
      });
      socket.on("close", () => resolve(text)).on("error", () => resolve(text));
    });
    expect(closed).toMatch(/^HTTP\/1\.1 431 /);
  });

  test("rejects where the address is taken", async () => {
    const { port, health, metrics } = await served();
    await expect(serveWatch({ host: "127.0.0.1", port }, health, metrics)).rejects.toThrow("EADDRINUSE");
  });

  test("serves what happened as metrics", async () => {
    const { ask, metrics } = await served();
    const { listener } = metrics;
    listener.looked("new", 0.3);
    listener.took("3f2a");
    listener.took("4b1c");
    listener.runBegan();
    const held = [{ scope: "host/web01.example.com", reason: "it did not answer", items: 1 }];
    const guards = [{ guard: "maxRemovals", limit: 0, actual: 2, override: null, items: [] }];
    const end: RunEnd = { exitCode: 4, plan: planOf({ held, guards }), report: null, failure: "refused" };
    await listener.runEnded(judgeRun(end), end, 12);
    const { text, type } = await ask("/metrics");
    expect(type).toMatch(/^text\/plain; version=0\.0\.4/);
    const lines = text.split("\n");
    for (const line of [
      'dtsync_build_info{version="0.1.0"} 1',
      'dtsync_watch_looks_total{result="new"} 1',
      'dtsync_watch_looks_total{result="failed"} 0',
      'dtsync_watch_runs_total{result="refused"} 1',
      "dtsync_watch_running 0",
      "dtsync_watch_in_sync 0",
      'dtsync_watch_pending_changes{action="create"} 2',
      "dtsync_watch_held_items 1",
      'dtsync_watch_guard_tripped{guard="maxRemovals"} 1',
      'dtsync_watch_guard_tripped{guard="protect"} 0',
      'dtsync_watch_revision_info{commit="4b1c"} 1',
      'dtsync_watch_run_duration_seconds_bucket{le="15"} 1',
      'dtsync_watch_last_success_timestamp_seconds{stage="look"} 1795694400',
      'dtsync_watch_last_success_timestamp_seconds{stage="in-sync"} 0',
    ])
      expect(lines).toContain(line);
    expect(text).not.toContain("3f2a");
    expect(text).not.toContain("web01");
  });

  test("counts runs that are tried again soon until one is not, and says how often it looks and plans", async () => {
    const { ask, metrics } = await served();
    const run = (given: Partial<RunEnd>) => {
      const end: RunEnd = { exitCode: 0, plan: planOf({}), report: null, failure: null, ...given };
      return metrics.listener.runEnded(judgeRun(end), end, 1);
    };
    const inARow = async () => /^dtsync_watch_failed_runs_in_a_row (\d+)$/m.exec((await ask("/metrics")).text)?.[1];
    for (let runs = 0; runs < 3; runs += 1) await run({ exitCode: 1, plan: null, failure: "no cluster answers" });
    await run({ plan: planOf({ held: [{ scope: "cluster/emea", reason: "no answer", items: 1 }] }) });
    expect(await inARow()).toBe("4");
    await run({ exitCode: 3, plan: null, failure: "the inventory has a fault" });
    expect(await inARow()).toBe("0");
    const lines = (await ask("/metrics")).text.split("\n");
    expect(lines).toContain('dtsync_watch_interval_seconds{stage="look"} 180');
    expect(lines).toContain('dtsync_watch_interval_seconds{stage="plan"} 3600');
  });
});

test("the page names every metric with its labels, and every result that a label has", async () => {
  const metrics = watchMetrics({
    version: "0.1.0",
    apply: true,
    pace: { interval: 180_000, driftInterval: 3_600_000 },
    now: () => new Date(),
    ofProcess: false,
  });
  metrics.listener.took("3f2a");
  const text = await metrics.text();
  const page = readFileSync(new URL("../../../docs/watch.md", import.meta.url), "utf8");
  const rows = new Map(
    [...page.matchAll(/^\| `(dtsync_\w+(?:\{\w+\})?)` \| (.+) \|$/gm)].map(([, name = "", words = ""]) => [
      name,
      words,
    ]),
  );
  const served = [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name = ""]) => {
    const label = new RegExp(`^${name}\\{(\\w+)="`, "m").exec(text)?.[1] ?? "le";
    return label === "le" ? name : `${name}{${label}}`;
  });
  expect([...rows.keys()].sort()).toEqual(served.sort());
  for (const [, name = "", value = ""] of text.matchAll(/^(\w+)\{(?:result|stage|action)="([^"]+)"\}/gm))
    expect([...rows].find(([row]) => row.startsWith(`${name}{`))?.[1], name).toContain(`\`${value}\``);
});
