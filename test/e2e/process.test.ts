import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ApplyReport } from "../../src/model/result.ts";
import { type SimulatedHosts, startSimulatedHosts } from "../../src/sandbox/hosts/start-simulated-hosts.ts";
import { type EndToEnd, type Running, smallInventory, startEndToEnd } from "../support/end-to-end.ts";

/** The command in a shell, which stands at `"$@"` in the script. */
const shell = (script: string) => ({
  through: (command: readonly string[]) => ["bash", "-c", script, "sh", ...command],
});

/** What a run keeps until it has cleaned up. */
function journalsOf({ directory }: EndToEnd): readonly string[] {
  const folder = join(directory, "state/dtsync/runs");
  return existsSync(folder) ? readdirSync(folder) : [];
}

const environments = (world: EndToEnd): readonly string[] =>
  world
    .cluster("emea")
    .snapshot()
    .environments.map(({ id }) => id)
    // They are made at the same time.
    .sort();

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (condition()) return;
    await wait(50);
  }
  throw new Error("it did not happen within 30 s");
}

/** What the program has said on standard error so far. */
function errorsOf({ child }: Running): () => string {
  let text = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  return () => text;
}

describe("outputs that are closed, full or slow", () => {
  let world: EndToEnd;

  beforeEach(async () => {
    world = await startEndToEnd({ inventory: smallInventory, clusters: ["emea", "apac"] });
  });

  afterEach(() => world.close());

  test.each([
    ["a reader of the result that has gone", 'set -o pipefail; "$@" | true'],
    ["a reader of messages that has gone", 'set -o pipefail; { "$@" 2>&1 >&3 3>&- | true; } 3>&1'],
    ["a closed standard output", '"$@" >&-'],
    ["a closed standard error", '"$@" 2>&-'],
    ["no disk space for messages", '"$@" 2>/dev/full'],
    ["no disk space for either", '"$@" >/dev/full 2>/dev/full'],
  ])("an apply is made to its end and ends with its own code: %s", async (_case, script) => {
    const ended = await world.run(["apply", "--auto-approve", "--log-level", "debug"], shell(script));
    expect(ended.code).toBe(0);
    expect(environments(world)).toEqual(["abc-p1", "abc-t1"]);
    expect(journalsOf(world)).toEqual([]);
    expect(ended.stderr).not.toMatch(/^\s+at /m);
  });

  test("a result that finds no disk space is told, and the code is that of the run", async () => {
    const ended = await world.run(["plan", "--format", "json", "--detailed-exitcode"], shell('exec "$@" >/dev/full'));
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toMatch(
      /^dtsync: the result could not be written to standard output: the disk is full: ENOSPC: no space left on device, write$/m,
    );
  });

  test("a result of which a file takes only the beginning is told", async () => {
    const file = join(world.directory, "plan.json");
    const script = `ulimit -f 1; exec "$@" >${file}`;
    const ended = await world.run(["plan", "--format", "json"], shell(script));
    expect(ended.code).toBe(0);
    expect(readFileSync(file, "utf8").length).toBeLessThanOrEqual(1024);
    expect(ended.stderr).toMatch(/^dtsync: the result could not be written to standard output: EFBIG.*$/m);
  });

  test("a large result arrives whole at a slow reader", async () => {
    const names = Array.from({ length: 4_000 }, (_, index) => `  t${index + 1}: { name: "${"x".repeat(90)}" }\n`);
    world.write({ "customers/big.yaml": `customer: big\nenvironments:\n${names.join("")}` });
    const ended = await world.run(["plan", "--format", "json"], shell('set -o pipefail; "$@" | { sleep 2; cat; }'));
    expect(ended.code).toBe(0);
    expect(ended.stdout.length).toBeGreaterThan(2_000_000);
    expect(JSON.parse(ended.stdout).changes.length).toBeGreaterThan(4_000);
    expect(ended.stdout).toMatch(/\}\n$/);
  });

  test("a reader of messages that has stopped holds nothing up", async () => {
    // The pipe is full before the run begins, and it has warnings to write.
    const fill = "dd if=/dev/zero of=/dev/fd/4 oflag=nonblock bs=4096 2>/dev/null";
    const script = `exec 4> >(exec sleep 600 >/dev/null 2>&1); echo $! >reader; ${fill}; exec "$@" 2>&4 4>&-`;
    const running = world.start(["apply", "--auto-approve"], shell(script));
    let result = "";
    running.child.stdout?.on("data", (chunk: Buffer) => {
      result += chunk.toString();
    });
    await until(() => /^Applied \d+ changes/m.test(result));
    process.kill(Number(readFileSync(join(world.directory, "reader"), "utf8")));
    expect((await running.finished).code).toBe(0);
    expect(environments(world)).toHaveLength(2);
  });

  test("GitLab's log has colours where it reads the result, and a file has none", async () => {
    const gitlab = { environment: { GITLAB_CI: "true" } };
    const coloured = await world.run(["plan"], gitlab);
    expect(coloured.stdout).toContain("\u001b[");
    const file = join(world.directory, "plan.txt");
    expect((await world.run(["plan"], { ...gitlab, ...shell(`exec "$@" >${file}`) })).code).toBe(0);
    expect(readFileSync(file, "utf8")).toContain("Plan: 7 to create");
    expect(readFileSync(file, "utf8")).not.toContain("\u001b[");
  });
});

describe("errors that nobody expected", () => {
  let world: EndToEnd;

  beforeEach(async () => {
    world = await startEndToEnd({ inventory: smallInventory, clusters: ["emea", "apac"] });
  });

  afterEach(() => world.close());

  test.each([["validate"], ["plan", "--format", "json"]])(
    "a present folder that is gone is none: %s",
    async (...command) => {
      const ended = await world.run(command, shell('mkdir gone; cd gone; rmdir ../gone; exec "$@"'));
      expect(ended.code).toBe(1);
      expect(ended.stderr).toBe("dtsync: the folder that dtsync was called in is gone\n  change to another folder\n");
      if (command.includes("json")) expect(JSON.parse(ended.stdout)).toMatchObject({ format: "dtsync-error/1" });
    },
  );

  /** Has code run in the process of dtsync as soon as the cluster gets such a request, which takes a while to answer. */
  function sabotage(code: string, isMeant: (request: { readonly method: string }) => boolean) {
    const [file, moment] = [join(world.directory, "sabotage.mjs"), join(world.directory, "now")];
    const timer = `const timer = setInterval(() => { if (existsSync(${JSON.stringify(moment)})) { clearInterval(timer); ${code} } }, 5)`;
    writeFileSync(
      file,
      `import { existsSync } from "node:fs";\nif (process.argv[1]?.endsWith("cli.js")) { ${timer}; timer.unref(); }\n`,
    );
    world.cluster("emea").addFault({ match: { times: Infinity }, do: { delay: 200 } });
    world.cluster("emea").onRequest((request) => {
      if (isMeant(request)) writeFileSync(moment, "");
    });
    return { environment: { NODE_OPTIONS: `--import=${file}` } };
  }

  const told =
    /^dtsync: this is a bug in dtsync \d+\.\d+\.\d+, please report it: TypeError: boom \(at .*sabotage\.mjs.*\)\n/m;

  test.each([
    ["an exception", 'throw new TypeError("boom");'],
    ["a rejection", 'void Promise.reject(new TypeError("boom"));'],
  ])("%s: one line, one document, what runs is finished, 1", async (_case, code) => {
    const ended = await world.run(
      ["apply", "--auto-approve", "--format", "json", "--no-progress"],
      sabotage(code, ({ method }) => method !== "GET"),
    );
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(told);
    expect(ended.stderr).not.toMatch(/^\s+at /m);
    const { results } = JSON.parse(ended.stdout);
    expect(results.map(({ status }: { status: string }) => status)).toContain("skipped");
    expect(results.map(({ status }: { status: string }) => status)).not.toContain("uncertain");
    expect(journalsOf(world)).toEqual([]);
  });

  test("before there is a result: the document has the error", async () => {
    const ended = await world.run(
      ["plan", "--format", "json"],
      sabotage('throw new TypeError("boom");', () => true),
    );
    expect(ended.code).toBe(1);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      format: "dtsync-error/1",
      error: { message: expect.stringContaining("this is a bug in dtsync"), exitCode: 1 },
    });
    expect(ended.stderr).toMatch(told);
  });

  test("a run that can never end says so", async () => {
    const file = join(world.directory, "hang.mjs");
    // The first file that is read asynchronously never arrives.
    writeFileSync(
      file,
      `import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
fs.mkdtemp = () => new Promise(() => {});
syncBuiltinESMExports();
`,
    );
    const ended = await world.run(["demo"], {
      environment: { NODE_OPTIONS: `--import=${file}` },
      leadToClusters: false,
    });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(
      /^dtsync: this is a bug in dtsync .*: the run waits for something that cannot happen any more/,
    );
  });
});

describe("signals in the middle of an installation", () => {
  let directory: string;
  let hosts: SimulatedHosts;
  let world: EndToEnd;
  const names = Array.from({ length: 4 }, (_, index) => `web0${index + 1}.abc.example.com`);

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "dtsync-signals-"));
    hosts = await startSimulatedHosts({
      hosts: names.map((name, index) => ({
        name,
        listen: { address: `127.41.${index + 1}.1`, port: 0 },
        user: "deploy",
      })),
      directory,
      nodePath: process.execPath,
    });
  });

  afterAll(async () => {
    await hosts?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  beforeEach(async () => {
    for (const host of hosts.hosts.values()) {
      await host.reset();
      host.setBehaviour({ DURATION: "1" });
    }
    world = await startEndToEnd({
      inventory: {
        "dtsync.yaml": `version: 1
clusters: { emea: { url: https://dynatrace.emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } } }
defaults: { cluster: emea, ssh: { user: deploy, become: sudo } }
`,
        "customers/abc.yaml":
          "customer: abc\nenvironments:\n  p1: { rollout: { canary: 1, concurrency: 1 }, hosts: ['web[01-04].abc.example.com'] }\n",
      },
      clusters: ["emea"],
      options: ["--ssh-config", hosts.sshConfigFile],
    });
  });

  afterEach(() => world.close());

  /** The installer is at work, and will be for most of a second. */
  const installing = () =>
    [...hosts.hosts.values()].some((host) => host.read("/opt/dynatrace/oneagent/transaction.lock") !== null);
  const installed = () => [...hosts.hosts.values()].some((host) => host.counters().installations > 0);
  const apply = ["apply", "--auto-approve", "--no-progress"];
  const temporary = () => ({ environment: { TMPDIR: world.directory } });

  function expectNothingLeft() {
    expect(journalsOf(world)).toEqual([]);
    expect(readdirSync(world.directory).filter((name) => name.startsWith("dtsync-"))).toEqual([]);
    const left = world
      .cluster("emea")
      .snapshot()
      .tokens.filter(({ name, revoked }) => name.startsWith("dtsync run") && !revoked);
    // A token that manages tokens cannot revoke itself, and lives for a quarter of an hour.
    expect(left.filter(({ scopes }) => !scopes.includes("apiTokens.write"))).toEqual([]);
  }

  test("a machine without a place for installers fails the hosts, and nothing else", async () => {
    const environment = { TMPDIR: join(world.directory, "nothing") };
    const push = ["--set", "defaults.oneagent.transfer=push"];
    const { code, stdout, stderr } = await world.run([...apply, ...push, "--format", "json"], { environment });
    const report = JSON.parse(stdout) as ApplyReport;
    expect([code, stderr]).toEqual([5, expect.not.stringContaining("bug")]);
    expect(report.results.flatMap(({ error }) => error?.message ?? [])).toContainEqual(
      expect.stringContaining("this machine has no place for an installer (ENOENT"),
    );
    expect(report.results.some(({ id, status }) => id.startsWith("environment/") && status === "done")).toBe(true);
    expectNothingLeft();
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "%s: what runs is finished, nothing is left, 130",
    async (name) => {
      const running = world.start([...apply, "--format", "json"], temporary());
      await until(installing);
      running.child.kill(name);
      const ended = await running.finished;
      expect(ended).toMatchObject({ code: 130, signal: null });
      expect(ended.stderr).toContain("Interrupted: finishing what is running.");
      const { results }: ApplyReport = JSON.parse(ended.stdout);
      expect(results.map(({ status }) => status)).toContain("skipped");
      expect(results.filter(({ status }) => status === "failed")).toEqual([]);
      // The host is finished, but nobody waits any more for its environment to list it.
      const uncertain = results.filter(({ status }) => status === "uncertain");
      expect(uncertain).toMatchObject([{ id: "host/web01.abc.example.com", error: { code: "interrupted" } }]);
      expectNothingLeft();
    },
  );

  test("a terminal that is closed sends SIGHUP twice, and takes both outputs away", async () => {
    const running = world.start(apply, temporary());
    await until(installing);
    running.child.stdout?.destroy();
    running.child.stderr?.destroy();
    running.child.kill("SIGHUP");
    await wait(100);
    running.child.kill("SIGHUP");
    expect(await running.finished).toMatchObject({ code: 130, signal: null });
    expectNothingLeft();
  });

  test("a second signal leaves at once, and the next run cleans up", async () => {
    // The first run is at its clean-up until the second signal comes.
    const held = world.cluster("emea").addFault({ match: { method: "DELETE" }, do: { delay: 60_000 } });
    const running = world.start([...apply, "--format", "json"], temporary());
    const errors = errorsOf(running);
    // A host whose installer still runs would be held by the next run.
    await until(installed);
    running.child.kill("SIGTERM");
    await until(() => errors().includes("Interrupted"));
    running.child.kill("SIGINT");
    const left = await running.finished;
    expect(left).toMatchObject({ code: 130, signal: null });
    expect(JSON.parse(left.stdout)).toMatchObject({ format: "dtsync-error/1", error: { exitCode: 130 } });
    expect(journalsOf(world)).toHaveLength(1);
    held.remove();
    for (const host of hosts.hosts.values()) host.setBehaviour({});
    expect((await world.run(apply, temporary())).code).toBe(0);
    expectNothingLeft();
  });
});

test.each(["SIGTERM", "SIGHUP"] as const)("a sandbox passes %s on to its command", async (name) => {
  const world = await startEndToEnd({ inventory: smallInventory, clusters: [] });
  try {
    const script = `trap 'echo got ${name}; exit 7' ${name.slice(3)}; echo ready; while :; do sleep 0.05; done`;
    const running = world.start(["sandbox", "--", "bash", "-c", script], { environment: { TMPDIR: world.directory } });
    let said = "";
    running.child.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    await until(() => said.includes("ready"));
    running.child.kill(name);
    expect(await running.finished).toMatchObject({ code: 7, stdout: `ready\ngot ${name}\n` });
    expect(readdirSync(world.directory).filter((file) => file.startsWith("dtsync-"))).toEqual([]);
  } finally {
    await world.close();
  }
});

const hasScript = spawnSync("script", ["--version"]).status === 0;
const missing = "there is no `script` of util-linux to make a terminal with";
if (!hasScript && process.env["DTSYNC_REQUIRE_ALL"] === "1") throw new Error(missing);

describe.skipIf(!hasScript)(`on a terminal${hasScript ? "" : ` (skipped: ${missing})`}`, () => {
  let world: EndToEnd;

  beforeEach(async () => {
    world = await startEndToEnd({ inventory: smallInventory, clusters: ["emea", "apac"] });
  });

  afterEach(() => world.close());

  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  /** A shell on a terminal, in whose script the command stands at `"$@"`. */
  const onTerminal = (script: string) => ({
    through: (command: readonly string[]) => [
      ...["script", "--quiet", "--return", "--command"],
      ...[script.replace('"$@"', command.map(quoted).join(" ")), "/dev/null"],
    ],
  });

  test.each(['"$@" | cat >result.json', '"$@" >result.json'])(
    "counters are shown, and the result goes its own way: %s",
    async (script) => {
      const ended = await world.run(["apply", "--auto-approve", "--format", "json"], onTerminal(script));
      expect(stripVTControlCharacters(ended.stdout)).toMatch(/^✔ Environments {2}3\/3$/m);
      expect(ended.stdout).not.toContain("dtsync-apply/1");
      const document = JSON.parse(readFileSync(join(world.directory, "result.json"), "utf8"));
      expect(document.summary).toMatchObject({ done: 12 });
      expect(ended.code).toBe(0);
    },
  );

  /** Takes the terminal away from an apply as soon as it has begun to write: it goes with the program that keeps it. */
  async function loseTerminal(script: string): Promise<void> {
    world.cluster("emea").addFault({ match: { times: Infinity }, do: { delay: 200 } });
    const running = world.start(["apply", "--auto-approve"], onTerminal(script));
    let began = false;
    world.cluster("emea").onRequest(({ method }) => {
      began ||= method !== "GET";
    });
    await until(() => began);
    running.child.kill("SIGKILL");
    await running.finished;
  }

  const read = (name: string) => readFileSync(join(world.directory, name), "utf8");

  test("one that goes away interrupts the run, which finishes what is running", async () => {
    await loseTerminal('echo $$ >pid; exec "$@"');
    await until(() => !existsSync(`/proc/${read("pid").trim()}/exe`));
    expect(environments(world)).toEqual(["abc-p1", "abc-t1"]);
    expect(world.cluster("emea").snapshot().groups).toEqual([]);
  });

  test("one that goes away without a signal changes nothing, and the run ends with its own code", async () => {
    // The shell takes the signal, and outlives its terminal.
    await loseTerminal(`trap '' HUP; "$@"; echo $? >code`);
    await until(() => existsSync(join(world.directory, "code")) && read("code") !== "");
    expect(read("code")).toBe("0\n");
    expect(world.cluster("emea").snapshot().groups).toHaveLength(2);
  });
});
