import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type SimulatedHosts, startSimulatedHosts } from "../../src/sandbox/hosts/start-simulated-hosts.ts";
import { type EndToEnd, smallInventory, startEndToEnd } from "../support/end-to-end.ts";

type Line = Readonly<Record<string, unknown>> & { readonly message: string };

const linesOf = (text: string): readonly Line[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);

const named = (lines: readonly Line[], message: string) => lines.filter((line) => line.message === message);

/** The command in a shell, which stands at `"$@"` in the script. */
const shell = (script: string) => ({
  through: (command: readonly string[]) => ["bash", "-c", script, "sh", ...command],
});

describe("the log of an apply with hosts", () => {
  let directory: string;
  let hosts: SimulatedHosts;
  let world: EndToEnd;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "dtsync-log-"));
    hosts = await startSimulatedHosts({
      hosts: [1, 2].map((number) => ({
        name: `web0${number}.abc.example.com`,
        listen: { address: `127.47.${number}.1`, port: 0 },
        user: "deploy",
      })),
      directory,
      nodePath: process.execPath,
    });
    world = await startEndToEnd({
      inventory: {
        "dtsync.yaml": `version: 1
clusters: { emea: { url: https://dynatrace.emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } } }
defaults: { cluster: emea, ssh: { user: deploy, become: sudo } }
`,
        "customers/abc.yaml":
          "customer: abc\nenvironments:\n  p1: { rollout: { canary: 1 }, hosts: ['web[01-02].abc.example.com'] }\n",
      },
      clusters: ["emea"],
      options: ["--ssh-config", hosts.sshConfigFile],
    });
  });

  afterAll(async () => {
    await world?.close();
    await hosts?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  test("has every request and every step of a host, one id of the run, and no secret", async () => {
    const cluster = world.cluster("emea");
    cluster.addFault({ match: { path: "*/groups" }, do: { retryAfter: 1 } });
    const file = join(directory, "run.log");
    const log = ["--log-level", "debug", "--log-format", "json", "--log-file", file];
    const ended = await world.apply(["--auto-approve", ...log]);
    expect(ended.code, ended.stderr).toBe(0);
    const text = readFileSync(file, "utf8");
    const lines = linesOf(text);

    const requests = named(lines, "request");
    // Agents send some of their own.
    const sent = cluster.requests.filter(({ path }) => !path.endsWith("/communication"));
    const calls = requests.map(({ method, path }) => `${method} ${String(path).replace(/\?.*/, "")}`);
    expect(calls.sort()).toEqual(sent.map(({ method, path }) => `${method} ${path}`).sort());
    for (const { method, path, status, attempt, ms, request } of requests) {
      expect([method, path, status, attempt, ms, request]).toEqual([
        ...[expect.stringMatching(/^[A-Z]+$/), expect.stringMatching(/^\/(?:api|e)\//), expect.any(Number)],
        ...[expect.any(Number), expect.any(Number), expect.stringMatching(/^emea\/(?:read|apply)\/\d+$/)],
      ]);
    }
    const [busy] = requests.filter(({ status }) => status === 429);
    expect(named(lines, "request is repeated after a wait")).toMatchObject([
      { level: "info", request: busy?.["request"], error: "http-429", waitMs: expect.any(Number) },
    ]);

    const steps = named(lines, "step on a host").map(({ host, step, ended: how }) => `${host} ${step} ${how}`);
    for (const number of [1, 2]) expect(steps).toContain(`web0${number}.abc.example.com install 0`);
    expect(
      named(lines, "step on a host").every(({ bytesIn, bytesOut }) => Number(bytesIn) + Number(bytesOut) > 0),
    ).toBe(true);
    expect(named(lines, "wave begins").map(({ wave, hosts: count }) => `${wave} ${count}`)).toEqual([
      "canary 1",
      "batch 1 1",
    ]);
    expect(named(lines, "change ended").map(({ result }) => result)).toEqual(["done", "done", "done"]);
    for (const message of [
      "run begins",
      "inventory loaded",
      "cluster read",
      "hosts probed",
      "plan made",
      "run ended",
    ]) {
      expect(named(lines, message), message).toHaveLength(1);
    }

    expect(named(lines, "installer downloaded")).toMatchObject([
      { cluster: "emea", arch: "x86", bytes: expect.any(Number) },
    ]);
    expect(named(lines, "signature of an installer")).toMatchObject([{ cluster: "emea", signature: "not checked" }]);
    expect(named(lines, "installer goes to the host").map(({ host, way, why }) => [host, way, why])).toEqual([
      ["web01.abc.example.com", "push", "small installer"],
      ["web02.abc.example.com", "push", "small installer"],
    ]);

    const { run } = ended.report;
    expect(run).toMatch(/^[0-9a-f]{12}$/);
    expect(new Set(lines.map((line) => line["run"]))).toEqual(new Set([run]));
    const made = cluster.snapshot().tokens.filter(({ name }) => name.startsWith("dtsync run "));
    expect(made.length).toBeGreaterThan(0);
    for (const { name } of made) expect(name.startsWith(`dtsync run ${run} `), name).toBe(true);
    // Those of the management cannot revoke themselves.
    const revocable = named(lines, "token made").filter(({ name }) => !String(name).includes(" management "));
    expect(revocable.length).toBeGreaterThan(1);
    expect(named(lines, "token revoked")).toHaveLength(revocable.length);

    for (const { token } of cluster.snapshot().tokens) expect(text).not.toContain(token.split(".")[2]);
    expect(text).not.toMatch(/\.[A-Z0-9]{64}/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(ended.stderr).toBe("");
  });
});

describe("a journal in a file", () => {
  let world: EndToEnd;

  beforeEach(async () => {
    world = await startEndToEnd({ inventory: smallInventory, clusters: ["emea", "apac"] });
  });

  afterEach(() => world.close());

  const apply = ["apply", "--auto-approve", "--no-progress", "--journal", "cache/journal.json"];

  test("of a run elsewhere that was killed leads the next one to its tokens", async () => {
    const runId = "a".repeat(12);
    const emea = world.url("emea");
    const post = (path: string, body: object) =>
      fetch(`${emea}${path}`, {
        method: "POST",
        headers: {
          authorization: `Api-Token ${world.cluster("emea").clusterToken}`,
          "content-type": "application/json",
        },
        body: JSON.stringify(body),
      });
    await post("/api/cluster/v2/tokens", {
      name: `dtsync run ${runId} run 1`,
      scopes: ["EnvironmentTokenManagement"],
      expiresIn: { value: 60, unit: "MINUTES" },
    });
    const left = () =>
      world
        .cluster("emea")
        .snapshot()
        .tokens.filter(({ name }) => name.startsWith(`dtsync run ${runId}`));
    expect(left()).toHaveLength(1);
    const process = { pid: 1, start: "1", boot: "b", space: "s", machine: "runner-1" };
    const tokens = [{ cluster: emea, environment: null }];
    const entry = { format: "dtsync-journal/1", runId, process, lastToken: Date.now(), tokens, directory: null };
    mkdirSync(join(world.directory, "cache"));
    const file = join(world.directory, "cache/journal.json");
    writeFileSync(file, JSON.stringify({ format: "dtsync-journals/1", runs: [entry] }), { mode: 0o600 });
    const ended = await world.run([...apply, "--log-level", "info"]);
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr).toContain(`cleaned up after an earlier run  earlier=${runId}`);
    expect(left().filter(({ revoked }) => !revoked)).toEqual([]);
    expect(readFileSync(file, "utf8").trim().split("\n").at(-1)).toBe('{"format":"dtsync-journals/1","runs":[]}');
  });

  test("that is something else ends the run before anything is asked of anyone", async () => {
    mkdirSync(join(world.directory, "cache"));
    writeFileSync(join(world.directory, "cache/journal.json"), "{}");
    const ended = await world.run(apply);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(
      /^dtsync: cache\/journal.json cannot be used as a journal \(it is not in the form of a journal\)\n {2}name a file/,
    );
    expect(world.cluster("emea").requests).toEqual([]);
    expect(readFileSync(join(world.directory, "cache/journal.json"), "utf8")).toBe("{}");
  });
});

describe("the log", () => {
  let world: EndToEnd;

  beforeEach(async () => {
    world = await startEndToEnd({ inventory: smallInventory, clusters: ["emea", "apac"] });
  });

  afterEach(() => world.close());

  test("as JSON leaves nothing else on standard error, whatever is said there", async () => {
    const json = ["--log-format", "json"];
    const runs = [
      await world.run(["plan", ...json, "--target", "nope"]),
      await world.run(["plan", ...json, "--nope"]),
      await world.run(["plan", "--log-format=json", "--log-level", "loud"]),
      await world.run(["apply", ...json]),
      await world.run(["fmt", "--check", ...json]),
      await world.run(["apply", "--auto-approve", ...json, "--log-level", "info"]),
    ];
    expect(runs.map(({ code }) => code)).toEqual([3, 3, 3, 4, expect.any(Number), 0]);
    const said = runs.map(({ stderr }) => linesOf(stderr));
    expect(said.slice(0, 4).map((lines) => lines.at(-1))).toMatchObject([
      { level: "error", message: expect.stringContaining("--target nope"), exitCode: 3, hint: expect.any(String) },
      { level: "error", message: "dtsync plan has no option --nope", exitCode: 3 },
      { level: "error", message: expect.stringMatching(/^--log-level must be one of/), exitCode: 3 },
      { level: "error", message: "there is no terminal to ask on, so nothing was done", exitCode: 4 },
    ]);
    expect(said[5]?.map(({ message }) => message)).toContain("change ended");
  });

  test("that cannot be written ends the run before anything is asked of anyone", async () => {
    mkdirSync(join(world.directory, "folder"));
    const ended = await world.run(["apply", "--auto-approve", "--log-file", "folder"]);
    expect([ended.code, ended.stderr]).toEqual([1, "dtsync: folder cannot be written (it is a folder)\n"]);
    expect(world.cluster("emea").requests).toEqual([]);
  });

  test.skipIf(!existsSync("/dev/full"))("that cannot be written any more is a warning, and no more", async () => {
    const ended = await world.run(["apply", "--auto-approve", "--no-progress", "--log-file", "/dev/full"]);
    expect(ended.code).toBe(0);
    expect(ended.stderr.match(/cannot be written any more/g)).toHaveLength(1);
  });

  test("goes to a program of the shell, and to standard error as a file", async () => {
    const through = await world.run(
      ["plan", "--log-format", "json"],
      shell('"$@" --log-file >(cat > seen) > out; while [ ! -s seen ]; do sleep 0.1; done; sleep 0.5'),
    );
    expect(through.code).toBe(0);
    expect(linesOf(readFileSync(join(world.directory, "seen"), "utf8")).at(-1)).toMatchObject({ message: "run ended" });
    const { stderr } = await world.run(["plan", "--log-file", "/dev/stderr"]);
    expect(stderr).toMatch(/^\S+Z [0-9a-f]{12} info: run begins {2}command=plan /);
  });
});
