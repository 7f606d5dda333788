import { getEventListeners } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type SimulatedHosts, startSimulatedHosts } from "../../../src/sandbox/hosts/start-simulated-hosts.ts";
import { watchMetrics } from "../../../src/watch/watch-metrics.ts";
import { onFullDisk } from "../../support/full-disk.ts";
import { filesBelow, startWatchWorld, type WatchWorld } from "../../support/watch-world.ts";

let world: WatchWorld;
beforeEach(async () => {
  world = await startWatchWorld();
});
afterEach(() => world.close());

const customer = (environments: string) => `customer: abc\nenvironments:\n${environments}`;
const named = (p1: string) => customer(`  p1: { name: ${p1}, hosts: [] }\n  t1: { name: test, hosts: [] }\n`);
const two = named("first");
const names = () =>
  world.cluster
    .snapshot()
    .environments.map(({ id, name }) => `${id} ${name}`)
    .sort();
const commit = (files: Readonly<Record<string, string | null>> = {}) => world.origin.commit(files);
const begin = () => commit({ "inventory/dtsync.yaml": world.settings, "inventory/customers/abc.yaml": two });

describe("a watch", () => {
  test("reports what differs and changes nothing, unless it is to apply", async () => {
    begin();
    const planned = await world.watch({ once: true });
    expect([planned.code, planned.runs, names()]).toEqual([0, ["drift"], []]);
    const applied = await world.watch({ once: true, apply: true });
    expect([applied.code, applied.runs]).toEqual([0, ["applied"]]);
    expect(names()).toEqual(["abc-p1 first", "abc-t1 test"]);
    expect((await world.watch({ once: true })).runs).toEqual(["in-sync"]);
  });

  test("ends with 0 when nothing was cut off, and leaves no lock, token or revision too many", async () => {
    begin();
    const { code, runs } = await world.watch({ apply: true, afterRun: (_result, _end, stop) => stop() });
    expect([code, runs]).toEqual([0, ["applied"]]);
    expect(readdirSync(join(world.state, "revisions"))).toHaveLength(1);
  });

  test("goes on with what was taken before when the repository is gone, also after a start", async () => {
    begin();
    await world.watch({ once: true, apply: true });
    world.cluster.setEnvironment("abc-p1", { name: "by hand" });
    world.setReachable(false);
    const { looks, runs } = await world.watch({ apply: true, afterRun: (_result, _end, stop) => stop() });
    expect([looks, runs]).toEqual([["failed"], ["applied"]]);
    expect(names()).toContain("abc-p1 first");
    world.setReachable(true);
    world.setReachable(false);
    expect((await world.watch({ once: true })).code).toBe(1);
    world.setReachable(true);
  });

  test("takes no branch that was rewritten where only fast-forwards are wanted, and keeps what it has", async () => {
    begin();
    commit({ "inventory/customers/abc.yaml": named("second") });
    await world.watch({ once: true, apply: true, fastForwardOnly: true });
    world.origin.git("reset", "--quiet", "--hard", "HEAD~1");
    const refused = await world.watch({ once: true, apply: true, fastForwardOnly: true });
    expect([refused.code, refused.looks, refused.runs]).toEqual([4, ["refused"], []]);
    expect(refused.log).toContain("the branch was rewritten");
    expect(names()).toContain("abc-p1 second");
    const followed = await world.watch({ once: true, apply: true });
    expect([followed.code, followed.looks]).toEqual([0, ["new"]]);
    expect(names()).toContain("abc-p1 first");
  });

  test("takes what it has refused as soon as somebody has answered why", async () => {
    begin();
    commit({ "inventory/customers/abc.yaml": named("second") });
    const { looks, log } = await world.watch({
      apply: true,
      fastForwardOnly: true,
      eachHour(hour, end) {
        if (hour === 1) world.origin.git("reset", "--quiet", "--hard", "HEAD~1");
        if (hour === 3) rmSync(join(world.state, "taken"));
        if (hour === 5) end();
      },
    });
    const told = looks.filter((look, index) => look !== looks[index - 1]);
    expect(told, log).toEqual(["new", "unchanged", "refused", "new", "unchanged"]);
    expect(log.split("the branch was rewritten")).toHaveLength(2);
    expect(names()).toContain("abc-p1 first");
  });

  test("leaves nothing of a revision that a full disk does not take", async () => {
    begin();
    await world.watch({ once: true });
    commit({ "inventory/customers/abc.yaml": named("second") });
    const { code, log } = await onFullDisk(() => world.watch({ once: true }));
    expect([code, log]).toEqual([1, expect.stringContaining("the branch cannot be followed: the disk is full")]);
    expect(readdirSync(join(world.state, "revisions"))).toEqual([]);
    expect((await world.watch({ once: true })).looks).toEqual(["new"]);
  });

  test("keeps the revision before one of which it cannot remember that it was taken", async () => {
    begin();
    const { log } = await world.watch({
      apply: true,
      fastForwardOnly: true,
      eachHour(hour, end) {
        if (hour === 1) {
          // As with a disk that is full.
          chmodSync(join(world.state, "taken"), 0o400);
          commit({ "inventory/customers/abc.yaml": named("second") });
        }
        if (hour === 2) expect(names()).toContain("abc-p1 first");
        if (hour === 2) chmodSync(join(world.state, "taken"), 0o600);
        if (hour === 4) end();
      },
    });
    expect(log).toContain("the branch cannot be followed");
    expect(names()).toContain("abc-p1 second");
    expect(readdirSync(join(world.state, "revisions"))).toHaveLength(1);
  });

  test("refuses a revision without the inventory, and one that is not signed", async () => {
    commit({ "README.md": "nothing here\n" });
    const missing = await world.watch({ once: true });
    expect([missing.code, missing.looks]).toEqual([4, ["refused"]]);
    begin();
    const signers = join(world.state, "signers");
    writeFileSync(signers, "");
    const unsigned = await world.watch({ once: true, signers });
    expect([unsigned.code, unsigned.looks, unsigned.runs]).toEqual([4, ["refused"], []]);
    expect(unsigned.log).toContain("it has no signature");
  });

  test("refuses every revision once others can write to the file of signers, until that is over", async () => {
    begin();
    const signers = join(world.state, "signers");
    writeFileSync(signers, "");
    const { log } = await world.watch({
      signers,
      eachHour(hour, end) {
        if (hour === 1) chmodSync(signers, 0o666);
        if (hour === 3) chmodSync(signers, 0o600);
        if (hour === 5) end();
      },
    });
    expect(log).toMatch(
      /it has no signature[\s\S]*the file of allowed signers cannot be used[\s\S]*it has no signature/,
    );
  });
});

test("a watch refuses once what can never be taken, and clones nothing for it", async () => {
  begin();
  const { origin } = world;
  const tree = origin.git("rev-parse", "HEAD:inventory");
  const blob = origin.gitWith("elsewhere", "hash-object", "-w", "--stdin");
  const treeOf = (entry: string) => origin.gitWith(`${entry}\n`, "mktree");
  const unfit: readonly (readonly [reason: string, top: string])[] = [
    ["it is a link", treeOf(`120000 blob ${blob}\tinventory`)],
    ["it is a file", treeOf(`100644 blob ${blob}\tinventory`)],
    // Git takes 750 bytes for a name, and a file system does not.
    ["cannot be written", treeOf(`040000 tree ${treeOf(`040000 tree ${tree}\t${"名".repeat(250)}`)}\tinventory`)],
    ["leads out of it", treeOf(`040000 tree ${treeOf(`040000 tree ${tree}\t..`)}\tinventory`)],
  ];
  const { looks, log } = await world.watch({
    eachHour(hour, end) {
      const [, top] = unfit[hour - 1] ?? [];
      if (top === undefined) return end();
      origin.git("update-ref", "HEAD", origin.git("commit-tree", top, "-p", "HEAD", "-m", "unfit"));
    },
  });
  expect(new Set(looks), log).toEqual(new Set(["new", "unchanged", "refused"]));
  expect(log).not.toContain("from nothing");
  for (const [reason] of unfit) expect(log.split(reason), reason).toHaveLength(2);
});

/** The first file below a folder of the copy whose name ends so. */
function inCopy(ending: string): string {
  const copy = join(world.state, "repository/git");
  return join(copy, filesBelow(copy).find((name) => name.endsWith(ending)) ?? ending);
}

const write = (path: string, text: string) => writeFileSync(path, text, { mode: 0o600 });
const overwrite = (path: string, at: number) => {
  chmodSync(path, 0o600);
  const bytes = readFileSync(path);
  bytes.fill(0xff, at, at + 20);
  writeFileSync(path, bytes);
};

describe("a copy of the repository", () => {
  test.each<[string, () => void]>([
    ["with a pack that was cut off", () => truncateSync(inCopy(".pack"), 100)],
    ["with a pack that is empty", () => truncateSync(inCopy(".pack"))],
    ["with a pack of which some bytes are others", () => overwrite(inCopy(".pack"), 60)],
    ["with no index of its pack", () => rmSync(inCopy(".idx"))],
    ["without HEAD", () => rmSync(inCopy("HEAD"))],
    ["with a HEAD of another form", () => write(inCopy("HEAD"), "nonsense")],
    ["with a configuration of another form", () => write(inCopy("config"), "[[")],
    ["with an empty configuration", () => write(inCopy("config"), "")],
    ["with a reference of another form", () => write(inCopy("refs/dtsync/seen"), "nonsense")],
    ["with an empty reference", () => write(inCopy("refs/dtsync/seen"), "")],
    ["with a lock of a Git that was killed", () => write(`${inCopy("refs/dtsync/seen")}.lock`, "")],
    ["without objects", () => rmSync(inCopy("objects"), { recursive: true })],
    ["that is a file", () => replaceByFile(join(world.state, "repository/git"))],
    ["whose folder is a file", () => replaceByFile(join(world.state, "repository"))],
  ])("%s is made again by a watch that looks once", async (_damage, damage) => {
    begin();
    await world.watch({ once: true, apply: true, fastForwardOnly: true });
    damage();
    commit({ "inventory/customers/abc.yaml": named("second") });
    const { code, looks, runs, log } = await world.watch({ once: true, apply: true, fastForwardOnly: true });
    expect([code, looks, runs], log).toEqual([0, ["new"], ["applied"]]);
    expect(names()).toContain("abc-p1 second");
  });

  test("that is sound is kept when the repository cannot be fetched", async () => {
    begin();
    await world.watch({ once: true });
    commit({ "inventory/customers/abc.yaml": named("second") });
    const missing = world.origin.git("rev-parse", "HEAD:inventory/customers/abc.yaml");
    rmSync(join(world.origin.directory, ".git/objects", missing.slice(0, 2), missing.slice(2)));
    for (let time = 0; time < 3; time += 1) {
      const { code, looks, log } = await world.watch({ once: true });
      expect([code, looks]).toEqual([1, ["failed"]]);
      expect(log).not.toContain("from nothing");
    }
  });
});

function replaceByFile(folder: string): void {
  rmSync(folder, { recursive: true });
  writeFileSync(folder, "");
}

describe("a watch that deploys", () => {
  const hostNames = ["web01.abc.example.com", "web02.abc.example.com", "web03.abc.example.com"];
  let directory: string;
  let hosts: SimulatedHosts;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "dtsync-watched-hosts-"));
    hosts = await startSimulatedHosts({
      hosts: hostNames.map((name, index) => ({
        name,
        listen: { address: `127.44.1.${index + 1}`, port: 0 },
        user: "deploy",
        ...(index === 0 ? { behaviour: { DURATION: 2 } } : {}),
      })),
      directory,
      nodePath: process.execPath,
    });
  });
  afterEach(async () => {
    await hosts.close();
    rmSync(directory, { recursive: true, force: true });
  });

  test("goes on with a revision that comes between two waves, from where the earlier one was left", async () => {
    const declared = (name: string) =>
      `customer: abc
environments:
  p1:
    name: ${name}
    rollout: { canary: 1, batch: 1, seenWithin: 0 }
    hosts: ["web[01-03].abc.example.com"]
`;
    const waves: string[][] = [];
    let downloads = 0;
    const onDownload = () => {
      downloads += 1;
      if (downloads > 1) return;
      commit({ "inventory/customers/abc.yaml": declared("second") });
      // The time comes to look for it while the canary is installed.
      world.clock.pass(3_600_000);
    };
    await world.close();
    world = await startWatchWorld({ sshConfig: hosts.sshConfigFile, onDownload });
    const settings = world.settings.replace("cluster: emea", "cluster: emea, ssh: { user: deploy, become: sudo }");
    commit({ "inventory/dtsync.yaml": settings, "inventory/customers/abc.yaml": declared("first") });
    const { runs, log } = await world.watch({
      apply: true,
      afterRun: (result, { report }, stop) => {
        const made = report?.results.filter(({ id, status }) => id.startsWith("host/") && status === "done") ?? [];
        waves.push(made.map(({ id }) => id.slice("host/".length)));
        if (result !== "superseded") stop();
      },
    });
    expect(runs, log).toEqual(["superseded", "applied"]);
    expect(waves).toEqual([hostNames.slice(0, 1), hostNames.slice(1)]);
    expect(names()).toEqual(["abc-p1 second"]);
    expect(log).toMatch(/rollout ends early .*superseded/);
  });
});

/** What a process holds that must not become more and more. */
function measure(signal: AbortSignal) {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return {
    heap: process.memoryUsage().heapUsed,
    descriptors: readdirSync("/proc/self/fd").length,
    listeners: getEventListeners(signal, "abort").length,
    files: filesBelow(world.state).length,
  };
}

test("a week goes by with faults of the cluster and a repository that is rewritten, broken and repaired", async () => {
  begin();
  const { cluster, origin } = world;
  const environments = "/api/cluster/v2/environments/*";
  const events: Readonly<Record<number, () => void>> = {
    10: () => cluster.addFault({ match: { method: "GET", times: 30 }, do: { status: 503 } }),
    20: () => {
      cluster.addFault({ match: { method: "PUT", path: environments }, do: { status: 403 } });
      commit({ "inventory/customers/abc.yaml": named("third") });
    },
    30: () => world.setReachable(false),
    42: () => world.setReachable(true),
    50: () => commit({ "inventory/customers/abc.yaml": "customer: [\n" }),
    56: () => commit({ "inventory/customers/abc.yaml": two }),
    70: () => {
      origin.git("reset", "--quiet", "--hard", "HEAD~2");
      commit({ "README.md": "another history\n" });
    },
    80: () => cluster.setEnvironment("abc-t1", { name: "by hand" }),
    90: () => {
      writeFileSync(join(world.state, "repository/git/HEAD"), "damaged");
      commit({ "inventory/customers/abc.yaml": named("fourth") });
    },
    100: () => commit({ "inventory/customers/abc.yaml": customer("  p1: { state: disabled, hosts: [] }\n") }),
    110: () => commit({ "inventory/customers/abc.yaml": named("fifth") }),
    120: () =>
      cluster.addFault({ match: { path: "/api/cluster/v2/groups*", times: 200 }, do: { status: 200, body: "<html>" } }),
    140: () => commit({ "inventory/customers/xyz.yaml": "customer: xyz\nenvironments: { p1: { hosts: [] } }\n" }),
  };
  const metrics = watchMetrics({
    version: "0.1.0",
    apply: true,
    pace: { interval: 180_000, driftInterval: 3_600_000 },
    now: world.clock.now,
    ofProcess: false,
  });
  const probe = new AbortController().signal;
  const measured: ReturnType<typeof measure>[] = [];
  const texts: string[] = [];
  const { code, looks, runs, log } = await world.watch({
    apply: true,
    listener: metrics.listener,
    eachHour(hour, end) {
      events[hour]?.();
      if (hour === 48 || hour === 167) measured.push(measure(probe));
      if (hour === 48 || hour === 167) void metrics.text().then((text) => texts.push(text));
      if (hour === 168) end();
    },
  });
  expect(code).toBe(0);
  expect(new Set(runs)).toEqual(new Set(["applied", "in-sync", "partly", "failed", "invalid", "refused"]));
  expect(new Set(looks)).toEqual(new Set(["new", "unchanged", "failed"]));
  expect(looks.length).toBeGreaterThan(400);
  expect(log).toContain("the branch was rewritten");
  expect(log).toContain("the copy of the repository is damaged, and is made again from nothing");
  expect(names()).toEqual(["abc-p1 fifth", "abc-t1 test", "xyz-p1 xyz p1"]);
  const last = await world.watch({ once: true });
  expect([last.code, last.runs]).toEqual([0, ["in-sync"]]);
  // It comes back to where it was.
  const [early, late] = measured;
  expect(late?.descriptors).toBeLessThanOrEqual((early?.descriptors ?? 0) + 2);
  expect(late?.files).toBeLessThanOrEqual((early?.files ?? 0) + 60);
  expect((late?.heap ?? 0) - (early?.heap ?? 0)).toBeLessThan(12_000_000);
  const series = (text = "") => text.split("\n").filter((line) => /^dtsync_/.test(line)).length;
  expect(series(texts[1])).toBe(series(texts[0]));
});
