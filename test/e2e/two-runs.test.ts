import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type SimulatedHosts, startSimulatedHosts } from "../../src/sandbox/hosts/start-simulated-hosts.ts";

import { deviceFor } from "../support/device.ts";
import { type EndToEnd, smallInventory, startEndToEnd } from "../support/end-to-end.ts";
import { journalLines, openSteps } from "../support/journal-lines.ts";

const names = ["web01.abc.example.com", "web02.abc.example.com", "test01.abc.example.com", "test02.abc.example.com"];
const inventory = {
  "dtsync.yaml": `version: 1
clusters:
  emea: { url: https://dynatrace.emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } }
defaults:
  cluster: emea
  ssh: { user: deploy, become: sudo }
`,
  "customers/abc.yaml": `customer: abc
environments:
  p1: { hosts: ["web[01-02].abc.example.com"] }
  t1: { hosts: ["test[01-02].abc.example.com"] }
`,
};

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await wait(20);
}

describe("runs on hosts", () => {
  let directory: string;
  let temporary: string;
  let hosts: SimulatedHosts;
  let world: EndToEnd;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "dtsync-two-runs-"));
    temporary = join(directory, "temporary");
    mkdirSync(temporary);
    hosts = await startSimulatedHosts({
      hosts: names.map((name, index) => ({
        name,
        listen: { address: `127.31.${index + 1}.1`, port: 0 },
        user: "deploy",
      })),
      directory: join(directory, "hosts"),
      nodePath: process.execPath,
    });
    const sshConfig = join(directory, "ssh_config");
    writeFileSync(sshConfig, hosts.sshConfig);
    world = await startEndToEnd({ inventory, clusters: ["emea"], options: ["--ssh-config", sshConfig] });
    expect((await world.apply(["--auto-approve", "--only", "environments"])).code).toBe(0);
  });

  afterEach(async () => {
    await world.close();
    await hosts.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const tokens = () =>
    world
      .cluster("emea")
      .snapshot()
      .tokens.filter(({ name }) => name.startsWith("dtsync run "));
  const kept = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);
  const downloads = { method: "GET", path: /installer\/agent\/unix\/default\/version\// };

  test("two on two machines in one environment do not take each other's tokens", async () => {
    const fault = world.cluster("emea").addFault({ match: { ...downloads, times: 9 }, do: { delay: 3_000 } });
    const start = (host: string) =>
      world.start(["apply", "--auto-approve", "--format", "json", "--target", `${host}.abc.example.com`], {
        environment: { XDG_STATE_HOME: join(directory, host) },
      });
    const first = start("web01");
    // Its token is in use while the other one begins.
    await until(() => fault.hits() > 0);
    const runs = await Promise.all([first, start("web02")].map(({ finished }) => finished));
    expect(runs.map(({ code, stdout }) => [code, JSON.parse(stdout).summary.done])).toEqual([
      [0, 1],
      [0, 1],
    ]);
    expect(world.cluster("emea").requests.filter(({ status }) => status === 401)).toEqual([]);
  });

  test("what a killed run leaves is gone after the next one: tokens, installers, journal and lock", async () => {
    const environment = { TMPDIR: temporary };
    const fault = world.cluster("emea").addFault({ match: { ...downloads, times: 9 }, do: { delay: 60_000 } });
    const running = world.start(["apply", "--auto-approve"], { environment });
    const journal = join(world.directory, ".dtsync/journal.jsonl");
    const open = () => {
      const text = readFileSync(journal, "utf8");
      // The last line may not be whole yet.
      const steps = openSteps(journalLines(text.slice(0, text.lastIndexOf("\n") + 1)));
      return steps.map(({ host, step }) => `${host} ${step}`).sort();
    };
    const downloading = ["test01.abc.example.com download", "web01.abc.example.com download"];
    await until(() => fault.hits() > 0 && open().join() === downloading.join());
    running.child.kill("SIGKILL");
    expect((await running.finished).signal).toBe("SIGKILL");
    fault.remove();
    expect(open()).toEqual(downloading);
    const state = join(world.directory, "state/dtsync");
    const left = tokens();
    expect(left.some(({ scopes }) => scopes.includes("InstallerDownload"))).toBe(true);
    expect([kept(join(state, "runs")), kept(join(state, "locks"))]).toEqual([[expect.anything()], [expect.anything()]]);
    expect(kept(temporary).filter((name) => name.startsWith("dtsync-installers-"))).toHaveLength(1);
    // What somebody else put there stops nobody.
    writeFileSync(join(state, "runs/000000000000.json"), "{}");
    const applied = await world.apply(["--auto-approve"], { environment });
    expect(applied.code).toBe(0);
    expect(applied.stderr.split("\n").filter((line) => line.startsWith("warn:"))).toEqual([
      expect.stringContaining(
        `${join(state, "runs/000000000000.json")} is left alone: it is not in the form of a journal`,
      ),
    ]);
    const names = tokens().map(({ name, scopes }) => [name.split(" ")[2], scopes.includes("apiTokens.write")]);
    // One that manages others cannot delete itself, and lives a quarter of an hour; those of the killed run are gone.
    expect(names.filter(([run, managing]) => !managing || left.some(({ name }) => name.includes(String(run))))).toEqual(
      [],
    );
    expect([kept(join(state, "runs")), kept(join(state, "locks"))]).toEqual([["000000000000.json"], []]);
    expect(kept(temporary)).toEqual([]);
  });
});

describe("runs on clusters", () => {
  let world: EndToEnd;
  beforeEach(async () => {
    world = await startEndToEnd({ inventory: smallInventory, clusters: ["emea", "apac"] });
  });
  afterEach(() => world.close());

  test("a second apply of the same user waits for the first, and a part of a divided run does not", async () => {
    const fault = world.cluster("emea").addFault({ match: { method: "PUT", times: 1 }, do: { delay: 4_000 } });
    const first = world.start(["apply", "--auto-approve"]);
    await until(() => fault.hits() > 0);
    const second = world.start(["apply", "--auto-approve", "--target", "abc"]);
    expect((await world.run(["apply", "--auto-approve", "--target", "abc", "--shard", "1/2"])).code).toBe(0);
    const [one, two] = await Promise.all([first.finished, second.finished]);
    expect([one.code, two.code]).toEqual([0, 0]);
    expect(two.stderr).toContain(`process ${first.child.pid}, since `);
    expect(two.stdout).toContain("Nothing to do");
    expect(readdirSync(join(world.directory, "state/dtsync/locks"))).toEqual([]);
  });

  test("the lock of a run that was killed is taken over", async () => {
    const fault = world.cluster("emea").addFault({ match: { method: "PUT", times: 1 }, do: { delay: 60_000 } });
    const first = world.start(["apply", "--auto-approve"]);
    await until(() => fault.hits() > 0);
    first.child.kill("SIGKILL");
    await first.finished;
    fault.remove();
    expect((await world.apply()).code).toBe(0);
  });

  test("a file that cannot be written ends the run with 1, and takes nothing else away", async (context) => {
    const device = deviceFor("full", world.directory) ?? context.skip("no device can be made here");
    const shown = await world.plan(["--out", device, "--report", "json=out/plan.json"]);
    expect(shown.code).toBe(1);
    expect(shown.stderr).toContain(`dtsync: ${device} cannot be written (the disk is full: ENOSPC`);
    expect(JSON.parse(readFileSync(join(world.directory, "out/plan.json"), "utf8"))).toEqual(shown.plan);
    const applied = await world.apply(["--auto-approve", "--report", `json=${device}`]);
    expect([applied.code, applied.report.summary.failed]).toEqual([1, 0]);
  });

  test("a plan goes to standard output, and a saved one is for its owner alone", async () => {
    const both = await world.run(["plan", "--out", "/dev/fd/1", "--report", "json=plan.json"]);
    expect(both.code).toBe(0);
    const report = readFileSync(join(world.directory, "plan.json"), "utf8");
    expect(both.stdout).toContain(report);
    expect(both.stdout.length).toBeGreaterThan(report.length);
    await world.run(["plan", "--out", "saved.json"]);
    expect(statSync(join(world.directory, "saved.json")).mode & 0o777).toBe(0o600);
  });
});
