import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { abandonedRuns, openJournal } from "../../../src/execute/journal.ts";

let base = "";
let folder = "";
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "dtsync-test-"));
  folder = join(base, "state/runs");
});
afterEach(() => rm(base, { recursive: true, force: true }));

const dead = () => false;
const open = (runId: string, machine = "here", pid = 7) =>
  openJournal({ folder, runId, pid, machine, now: () => new Date(1_000) });
const cluster = "https://dynatrace.example.com";

test("nothing is written before there is something to tell, and nothing stays after the end", async () => {
  const journal = open("a");
  await journal.close();
  expect(await readdir(base)).toEqual([]);
  const busy = open("b");
  await busy.tokenMade(cluster, null);
  await busy.directoryMade("/tmp/x");
  expect(await readdir(folder)).toEqual(["b.json"]);
  await busy.close();
  expect(await readdir(folder)).toEqual([]);
});

test("what a killed run leaves behind is known to the next one, once each", async () => {
  const journal = open("a");
  await Promise.all([
    journal.tokenMade(cluster, null),
    journal.tokenMade(cluster, "abc-p1"),
    journal.tokenMade(cluster, "abc-p1"),
    journal.directoryMade("/tmp/x"),
  ]);
  const [run, ...others] = await abandonedRuns(folder, "here", dead);
  expect(others).toEqual([]);
  expect(run?.entry).toEqual({
    runId: "a",
    pid: 7,
    machine: "here",
    lastToken: 1_000,
    tokens: [
      { cluster, environment: null },
      { cluster, environment: "abc-p1" },
    ],
    directory: "/tmp/x",
  });
  await run?.forget();
  expect(await abandonedRuns(folder, "here", dead)).toEqual([]);
});

test("runs that go on, runs of other machines and broken files are left alone", async () => {
  await open("a", "here", 1).tokenMade(cluster, null);
  await open("b", "there").tokenMade(cluster, null);
  await open("c").tokenMade(cluster, null);
  await writeFile(join(folder, "d.json"), "{ half");
  await writeFile(join(folder, "e.json.new"), "{}");
  const runs = await abandonedRuns(folder, "here", (pid) => pid === 1);
  expect(runs.map(({ entry }) => entry.runId)).toEqual(["c"]);
  expect((await readdir(folder)).sort()).toEqual(["a.json", "b.json", "c.json", "d.json", "e.json.new"]);
});

test("no folder is no run", async () => {
  expect(await abandonedRuns(join(base, "none"), "here", dead)).toEqual([]);
});

test("only its user may read it", async () => {
  await open("a").tokenMade(cluster, null);
  expect((await stat(join(folder, "a.json"))).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect(JSON.parse(await readFile(join(folder, "a.json"), "utf8"))).toMatchObject({ runId: "a" });
});
