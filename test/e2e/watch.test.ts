import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EndToEnd, type Running, startEndToEnd } from "../support/end-to-end.ts";
import { checkedMetrics, promtool } from "../support/promtool.ts";

const inventory = {
  "dtsync.yaml": `version: 1
clusters:
  emea: { url: https://dynatrace.emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } }
defaults: { cluster: emea }
`,
  "customers/abc.yaml": "customer: abc\nenvironments:\n  p1: { hosts: [] }\n",
};

let world: EndToEnd;
beforeAll(async () => {
  world = await startEndToEnd({ inventory, clusters: ["emea"] });
});
afterAll(() => world.close());

const environment = { GIT_ALLOW_PROTOCOL: "file", GIT_CONFIG_NOSYSTEM: "1" };
const watch = (...parameters: readonly string[]): Running =>
  world.start(["watch", "--repo", `file://${world.directory}`, "--log-format", "json", ...parameters], { environment });

interface Entry {
  readonly message: string;
  readonly port?: number;
  readonly result?: string;
}

/** Resolves with the first entry of the log that has the message. */
function logged({ child }: Running, wanted: string): Promise<Entry> {
  return new Promise((resolve, reject) => {
    let rest = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split("\n");
      rest = lines.pop() ?? "";
      const found = lines.map((line) => JSON.parse(line) as Entry).find(({ message }) => message === wanted);
      if (found !== undefined) resolve(found);
    });
    child.on("close", () => reject(new Error(`the watch has ended before it said: ${wanted}`)));
  });
}

test("a watch applies, serves what it does, lets no other beside it, and ends on SIGTERM", async () => {
  const running = watch("--apply", "--listen", "127.94.0.1:0");
  const [{ port }, { result }] = await Promise.all([
    logged(running, "watch serves"),
    logged(running, "watch has planned"),
  ]);
  expect(result).toBe("applied");
  expect(world.cluster("emea").snapshot().environments).toHaveLength(1);
  const ask = async (path: string) => (await fetch(`http://127.94.0.1:${port}${path}`)).text();
  expect([await ask("/healthz"), await ask("/readyz")]).toEqual(["ok\n", "ok\n"]);
  const metrics = await ask("/metrics");
  expect(metrics).toContain('dtsync_watch_runs_total{result="applied"} 1\n');
  expect(metrics).toContain("process_resident_memory_bytes");
  if (promtool === null) expect(checkedMetrics(metrics)).toBe("");

  const second = await watch("--once").finished;
  expect(second.code).toBe(4);
  expect(second.stderr).toContain("another watch uses");

  running.child.kill("SIGTERM");
  const { code, stdout, stderr } = await running.finished;
  expect([code, stdout]).toEqual([0, ""]);
  for (const line of stderr.trim().split("\n")) expect(JSON.parse(line)).toMatchObject({ run: expect.any(String) });
  expect(existsSync(join(world.directory, ".dtsync"))).toBe(false);
});

test("a watch that looks once ends like a plan", async () => {
  expect(await watch("--once", "--target", "abc").finished).toMatchObject({ code: 0, stdout: "" });
  expect(await watch("--once", "--branch", "other").finished).toMatchObject({ code: 1 });
  expect(await watch("--once", "--path", "nothing").finished).toMatchObject({ code: 4 });
});
