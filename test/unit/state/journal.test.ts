import { chmodSync, mkdirSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { abandonedRuns, journalInFolder, openJournal } from "../../../src/state/journal.ts";
import { ownIdentity, type ProcessIdentity } from "../../../src/state/process-identity.ts";

let base = "";
let folder = "";
let warnings: string[] = [];
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "dtsync-test-"));
  folder = join(base, "state/runs");
  warnings = [];
});
afterEach(() => rm(base, { recursive: true, force: true }));

const own = ownIdentity();
/** This process number, of a process that began at another time. */
const ended: ProcessIdentity = { ...own, start: "1" };
const elsewhere: ProcessIdentity = { ...own, machine: "another.example.com" };
const idOf = (letter: string) => letter.repeat(12);
const warn = (message: string) => void warnings.push(message);
const open = (letter: string, process = ended) =>
  openJournal({
    place: journalInFolder(folder, idOf(letter)),
    runId: idOf(letter),
    process,
    now: () => new Date(1_000),
    warn,
  });
const found = () => abandonedRuns(folder, own, warn);
const cluster = "https://dynatrace.example.com";

test("nothing is written before there is something to tell, and nothing stays after the end", async () => {
  const journal = open("a");
  await journal.close();
  expect(await readdir(base)).toEqual([]);
  const busy = open("b");
  await busy.tokenMade(cluster, null);
  await busy.directoryMade("/tmp/x");
  expect(await readdir(folder)).toEqual([`${idOf("b")}.json`]);
  busy.tokenGone(cluster, null);
  await busy.close();
  expect(await readdir(folder)).toEqual([]);
});

test("tokens that a run could not revoke are left for the next one, be it of the same process or elsewhere", async () => {
  for (const process of [own, ended, elsewhere]) {
    const journal = open("a", process);
    await journal.tokenMade(cluster, null);
    await journal.tokenMade(cluster, "abc-p1");
    await journal.directoryMade("/tmp/x");
    journal.tokenGone(cluster, null);
    await journal.close();
    const [run, ...others] = found();
    expect(others).toEqual([]);
    expect([run?.over, run?.elsewhere]).toEqual([true, process === elsewhere]);
    expect(run?.entry).toMatchObject({ tokens: [{ cluster, environment: "abc-p1" }], directory: null });
    await run?.forget();
  }
  expect(await readdir(folder)).toEqual([]);
});

test("what comes in the moment after a write is kept by one more, and nobody is told before", async () => {
  const saved: number[] = [];
  let go = (): void => undefined;
  const journal = openJournal({
    place: { save: async ({ tokens }) => void saved.push(tokens.length), remove: async () => undefined },
    ...{ runId: idOf("a"), process: own, now: () => new Date(1_000), warn },
    gather: () => new Promise<void>((done) => (go = done)),
  });
  await journal.tokenMade(cluster, null);
  expect(saved).toEqual([1]);
  const told: string[] = [];
  const both = ["abc-p1", "abc-p2"].map((id) => journal.tokenMade(cluster, id).then(() => told.push(id)));
  await Promise.resolve();
  expect([saved, told]).toEqual([[1], []]);
  go();
  await Promise.all(both);
  expect([saved, told]).toEqual([
    [1, 3],
    ["abc-p1", "abc-p2"],
  ]);
  await journal.close();
});

test("what a killed run leaves behind is known to the next one, once each", async () => {
  const journal = open("a");
  await Promise.all([
    journal.tokenMade(cluster, null),
    journal.tokenMade(cluster, "abc-p1"),
    journal.tokenMade(cluster, "abc-p1"),
    journal.directoryMade("/tmp/x"),
  ]);
  const [run, ...others] = found();
  expect(others).toEqual([]);
  expect([run?.elsewhere, run?.over]).toEqual([false, true]);
  expect(run?.entry).toEqual({
    format: "dtsync-journal/1",
    runId: idOf("a"),
    process: ended,
    lastToken: 1_000,
    tokens: [
      { cluster, environment: null },
      { cluster, environment: "abc-p1" },
    ],
    directory: "/tmp/x",
  });
  await run?.forget();
  expect(found()).toEqual([]);
  expect(warnings).toEqual([]);
});

test("runs that go on are left alone, and those elsewhere are told apart", async () => {
  await open("a", own).tokenMade(cluster, null);
  await open("b", elsewhere).tokenMade(cluster, null);
  await open("c").tokenMade(cluster, null);
  const runs = found().map((run) => [run.entry.runId, run.elsewhere, run.over]);
  expect(runs.sort()).toEqual([
    [idOf("b"), true, false],
    [idOf("c"), false, true],
  ]);
});

const goodEntry = {
  format: "dtsync-journal/1",
  runId: idOf("d"),
  process: ended,
  lastToken: 1,
  tokens: [],
  directory: null,
};

test.each([
  ["cut off", "{ half"],
  ["null", "null"],
  ["a list", "[]"],
  ["the form of an earlier version", JSON.stringify({ runId: idOf("d"), pid: 1, machine: "here", tokens: {} })],
  ["the name of another run", JSON.stringify({ ...goodEntry, runId: idOf("e") })],
  ["tokens that are none", JSON.stringify({ ...goodEntry, tokens: [{ cluster: 1, environment: null }] })],
  ["a number for a folder", JSON.stringify({ ...goodEntry, directory: 1 })],
  ["a process that means all of a group", JSON.stringify({ ...goodEntry, process: { ...ended, pid: -1 } })],
])("a file with %s is warned of and left alone", async (_what, text) => {
  await open("c").tokenMade(cluster, null);
  const path = join(folder, `${idOf("d")}.json`);
  await writeFile(path, text);
  expect(found().map(({ entry }) => entry.runId)).toEqual([idOf("c")]);
  expect(warnings).toEqual([`${path} is left alone: it is not in the form of a journal`]);
  expect(await readFile(path, "utf8")).toBe(text);
});

test("a link, a file that others can write, and other names are not read", async () => {
  await open("c").tokenMade(cluster, null);
  const text = JSON.stringify(goodEntry);
  await writeFile(join(base, "elsewhere.json"), text);
  await symlink(join(base, "elsewhere.json"), join(folder, `${idOf("d")}.json`));
  await writeFile(join(folder, `${idOf("e")}.json`), text);
  chmodSync(join(folder, `${idOf("e")}.json`), 0o666);
  await writeFile(join(folder, "notes.json"), text);
  expect(found().map(({ entry }) => entry.runId)).toEqual([idOf("c")]);
  expect(warnings).toHaveLength(2);
});

test("a folder that others can write to is not used, and the run goes on", async () => {
  await open("c").tokenMade(cluster, null);
  chmodSync(folder, 0o777);
  expect(found()).toEqual([]);
  const journal = open("d");
  await journal.tokenMade(cluster, null);
  await journal.tokenMade(cluster, "abc-p1");
  await journal.close();
  expect(await readdir(folder)).toEqual([`${idOf("c")}.json`]);
  expect(warnings).toEqual([
    expect.stringContaining("journals of earlier runs are not used: others can write to"),
    expect.stringContaining("no journal is kept"),
  ]);
});

test("no folder is no run", () => {
  expect(found()).toEqual([]);
  expect(warnings).toEqual([]);
});

test("only its user may read it, and what looks like a draft of it is not followed", async () => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await symlink(join(base, "victim"), join(folder, `${idOf("a")}.json.new`));
  await open("a").tokenMade(cluster, null);
  expect((await stat(join(folder, `${idOf("a")}.json`))).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect(await readdir(base)).toEqual(["state"]);
});

test("a token that is gone is left out from the next time on, and only when all of its environment are", async () => {
  const journal = open("a");
  await journal.tokenMade(cluster, "abc-p1");
  await journal.tokenMade(cluster, "abc-p1");
  journal.tokenGone(cluster, "abc-p1");
  await journal.tokenMade(cluster, "abc-t1");
  const left = () => found()[0]?.entry.tokens.map(({ environment }) => environment);
  expect(left()).toEqual(["abc-p1", "abc-t1"]);
  journal.tokenGone(cluster, "abc-p1");
  journal.tokenGone(cluster, "abc-d1");
  await journal.tokenMade(cluster, "abc-t1");
  expect(left()).toEqual(["abc-t1"]);
});

test("what comes while it is being written is kept together", async () => {
  const saved: number[] = [];
  const journal = openJournal({
    place: {
      save: async ({ tokens }) => {
        saved.push(tokens.length);
        await new Promise((done) => setImmediate(done));
      },
      remove: async () => undefined,
    },
    runId: idOf("a"),
    process: own,
    now: () => new Date(1_000),
    warn,
  });
  const first = journal.tokenMade(cluster, "abc-p0");
  await Promise.resolve();
  await Promise.all([first, ...Array.from({ length: 100 }, (_, index) => journal.tokenMade(cluster, `abc-t${index}`))]);
  expect(saved).toEqual([1, 101]);
});
