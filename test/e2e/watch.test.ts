import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { whyNoReadOnlySystem } from "../support/container.ts";
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

describe("the state of a watch", () => {
  const state = join(tmpdir(), `dtsync-watch-state-${process.pid}`);
  const once = (...parameters: readonly string[]) =>
    watch("--once", "--apply", "--hosts", "skip", "--state", state, ...parameters).finished;
  beforeEach(async () => {
    rmSync(state, { recursive: true, force: true });
    expect(await once()).toMatchObject({ code: 0 });
  });
  afterAll(() => rmSync(state, { recursive: true, force: true }));

  const replaced = (make: (path: string) => void) => (path: string) => {
    rmSync(path, { recursive: true, force: true });
    make(path);
  };
  const byFile = replaced((path) => writeFileSync(path, ""));
  const byFolder = replaced((path) => mkdirSync(join(path, "folder"), { recursive: true }));
  const byLink = replaced((path) => symlinkSync("/nonexistent/place", path));

  test.each<[string, (path: string) => void]>([
    ["that others can write to", (path) => chmodSync(path, 0o666)],
    ["of another form", (path) => writeFileSync(path, "nonsense")],
    ["that is empty", byFile],
    ["that is a folder", byFolder],
    ["that is a link", byLink],
  ])("goes on without a note of what was taken %s, and not where that decides", async (_name, damage) => {
    const taken = join(state, "taken");
    damage(taken);
    const refused = await once("--fast-forward-only");
    expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining(`${taken} cannot be used`) });
    const { code, stderr } = await once();
    expect([code, stderr]).toEqual([0, expect.stringContaining("it is written again")]);
    expect(readFileSync(taken, "utf8")).toMatch(/^[0-9a-f]{40}\n$/);
  });

  test.each<[string, (path: string) => void, number]>([
    ["that others can write to", (path) => chmodSync(path, 0o666), 1],
    ["that was cut off", (path) => truncateSync(path, 10), 0],
    ["that is a folder", byFolder, 1],
    ["that is a link", byLink, 1],
  ])("has a lock of a dead watch %s taken over, or names it", async (_name, damage, code) => {
    const running = watch("--state", state, "--hosts", "skip");
    await logged(running, "watch has planned");
    running.child.kill("SIGKILL");
    await running.finished;
    const folder = join(state, "lock");
    const [lock = ""] = readdirSync(folder);
    damage(join(folder, lock));
    const stderr = expect.stringContaining(code === 0 ? "watch has planned" : join(folder, lock));
    expect(await once()).toMatchObject({ code, stderr });
  });

  test.each<[string, string, (path: string) => void]>([
    ["lock", "a file", byFile],
    ["lock", "a folder of everybody", (path) => chmodSync(path, 0o777)],
    ["revisions", "a file", byFile],
    ["revisions", "a link", byLink],
    ["repository", "a link", byLink],
    [".dtsync", "a file", byFile],
    [".dtsync", "a link", byLink],
  ])("with %s as %s is used, or names it", async (name, _what, damage) => {
    const path = join(state, name);
    damage(path);
    const { code, stderr } = await once();
    if (code !== 0) expect([code, stderr]).toEqual([1, expect.stringContaining(path)]);
    expect(stderr).not.toContain("this is a bug");
  });
});

test.skipIf(whyNoReadOnlySystem() !== null)(
  "a watch whose disk is full says so, and leaves no lock behind",
  async () => {
    const state = join(world.directory, "full");
    mkdirSync(state, { mode: 0o700 });
    // It has room for one page, which another file takes.
    const script = `mount -t tmpfs -o size=4k,mode=700 tmpfs '${state}' && printf x > '${state}/other' || exit 99
"$@"
code=$?
find '${state}'
exit $code`;
    const inMounts = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh"];
    const { code, stdout, stderr } = await world.start(
      ["watch", "--once", "--repo", `file://${world.directory}`, "--state", state],
      { environment, through: (command) => [...inMounts, ...command] },
    ).finished;
    expect([code, stderr]).toEqual([1, expect.stringMatching(/ the disk is full: ENOSPC.*\n.*make room on its disk/)]);
    expect(stdout.trim().split("\n").sort()).toEqual([state, `${state}/lock`, `${state}/other`]);
  },
);

test("a watch that looks once ends like a plan", async () => {
  expect(await watch("--once", "--target", "abc").finished).toMatchObject({ code: 0, stdout: "" });
  expect(await watch("--once", "--branch", "other").finished).toMatchObject({ code: 1 });
  expect(await watch("--once", "--path", "nothing").finished).toMatchObject({ code: 4 });
});
