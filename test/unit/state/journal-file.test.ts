import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openJournal } from "../../../src/state/journal.ts";
import { boundJournalFile, openJournalFile, readJournalFile } from "../../../src/state/journal-file.ts";
import { ownIdentity, type ProcessIdentity } from "../../../src/state/process-identity.ts";

let base = "";
let path = "";
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "dtsync-test-"));
  path = join(base, "cache/journal.json");
});
afterEach(() => rm(base, { recursive: true, force: true }));

const own = ownIdentity();
/** This process number, of a process that began at another time. */
const ended: ProcessIdentity = { ...own, start: "1" };
const elsewhere: ProcessIdentity = { ...own, machine: "another.example.com" };
const idOf = (letter: string) => letter.repeat(12);
const cluster = "https://dynatrace.example.com";

/** A run that keeps its journal in the file, as this or another process. */
function aRun(letter: string, process = ended) {
  const file = openJournalFile(path, own);
  const warnings: string[] = [];
  const now = () => new Date(1_000);
  const warn = (message: string) => void warnings.push(message);
  return { file, warnings, journal: openJournal({ place: file, runId: idOf(letter), process, now, warn }) };
}

const found = () =>
  openJournalFile(path, own).abandoned.map(({ entry, elsewhere: far, over }) => [entry.runId, far, over]);

test("nothing is written before there is something to tell, and nothing is left to do after the end", async () => {
  await aRun("a").journal.close();
  expect(existsSync(join(base, "cache"))).toBe(false);
  const { journal } = aRun("b");
  await journal.tokenMade(cluster, null);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  journal.tokenGone(cluster, null);
  await journal.close();
  expect(found()).toEqual([]);
});

test("tokens that a run could not revoke are left for the next one, be it of the same process or elsewhere", async () => {
  for (const process of [own, ended, elsewhere]) {
    const { file, journal } = aRun("a", process);
    await journal.tokenMade(cluster, null);
    await journal.tokenMade(cluster, "abc-p1");
    journal.tokenGone(cluster, null);
    await journal.close();
    expect(file.abandoned).toEqual([]);
    const [run, ...others] = openJournalFile(path, own).abandoned;
    expect(others).toEqual([]);
    expect(run).toMatchObject({ over: true, entry: { tokens: [{ cluster, environment: "abc-p1" }] } });
    await run?.forget();
    expect(found()).toEqual([]);
  }
});

test("what a killed run left is known to the next one, on whatever machine, and stays until it is gone", async () => {
  await aRun("a", elsewhere).journal.tokenMade(cluster, "abc-p1");
  expect(found()).toEqual([[idOf("a"), true, true]]);
  const second = aRun("b");
  await second.journal.tokenMade(cluster, null);
  expect(found()).toEqual([
    [idOf("b"), false, true],
    [idOf("a"), true, true],
  ]);
  second.journal.tokenGone(cluster, null);
  await second.journal.close();
  expect(found()).toEqual([[idOf("a"), true, true]]);
  const third = aRun("c");
  await Promise.all([third.journal.tokenMade(cluster, null), third.file.abandoned[0]?.forget()]);
  expect(found()).toEqual([[idOf("c"), false, true]]);
  third.journal.tokenGone(cluster, null);
  await third.journal.close();
  expect(found()).toEqual([]);
});

const step = `{"format":"dtsync-step/1","run":"${idOf("f")}","host":"web01.abc.example.com"}\n`;

test("lines of steps stand between, and one that was cut off costs nothing but itself", async () => {
  const { journal } = aRun("a");
  await journal.tokenMade(cluster, "abc-p1");
  appendFileSync(path, step + step.slice(0, 40));
  await journal.tokenMade(cluster, "abc-p2");
  // As a full disk leaves it.
  appendFileSync(path, '{"format":"dtsync-journals/1","runs":[{"for');
  expect(readJournalFile(path).map(({ runId, tokens }) => [runId, tokens.length])).toEqual([[idOf("a"), 2]]);
  await journal.tokenMade(cluster, "abc-p3");
  appendFileSync(path, '{"for');
  expect(readJournalFile(path)[0]?.tokens.map(({ environment }) => environment)).toEqual([
    "abc-p1",
    "abc-p2",
    "abc-p3",
  ]);
  for (const { environment } of readJournalFile(path)[0]?.tokens ?? []) journal.tokenGone(cluster, environment);
  await journal.close();
  expect(readJournalFile(path)).toEqual([]);
  expect(readFileSync(path, "utf8")).toContain(step);
});

test("a file that ends anywhere has what was said before that", async () => {
  const { journal } = aRun("a");
  for (const environment of ["abc-p1", "abc-p2"]) {
    await journal.tokenMade(cluster, environment);
    appendFileSync(path, step);
  }
  await journal.directoryMade("/tmp/x");
  const whole = readFileSync(path, "utf8");
  const known: string[] = [];
  for (let end = 0; end <= whole.length; end += 1) {
    writeFileSync(path, whole.slice(0, end));
    const [run] = readJournalFile(path);
    const text = run === undefined ? "nothing" : `${run.tokens.length} tokens, ${run.directory}`;
    if (known.at(-1) !== text) known.push(text);
  }
  expect(known).toEqual(["nothing", "1 tokens, null", "2 tokens, null", "2 tokens, /tmp/x"]);
});

test("every line is JSON, and what was cut off is ended before another line begins", async () => {
  const { journal } = aRun("a");
  await journal.tokenMade(cluster, "abc-p1");
  appendFileSync(path, step);
  await journal.tokenMade(cluster, "abc-p2");
  await journal.close();
  const whole = readFileSync(path, "utf8");
  expect(whole.endsWith("\n")).toBe(true);
  for (const line of whole.slice(0, -1).split("\n"))
    expect(JSON.parse(line)).toMatchObject({ format: expect.stringMatching(/^dtsync-/) });
  appendFileSync(path, step.slice(0, 40));
  await aRun("b").journal.tokenMade(cluster, "abc-p1");
  expect(readFileSync(path, "utf8")).toContain(`${step.slice(0, 40)}\n{`);
  expect(found().map(([run]) => run)).toEqual([idOf("b"), idOf("a")]);
});

test("what is written of a run grows with its tokens, and not with their square", async () => {
  const { journal } = aRun("a");
  for (let number = 0; number < 200; number += 1) await journal.tokenMade(cluster, `abc-p${number}`);
  expect(readJournalFile(path)[0]?.tokens).toHaveLength(200);
  expect(statSync(path).size).toBeLessThan(200 * 600);
});

test("steps of earlier runs are dropped once there are too many, and what is to be cleaned up stays", async () => {
  await aRun("a", elsewhere).journal.tokenMade(cluster, "abc-p1");
  appendFileSync(path, step.repeat(1_000));
  await boundJournalFile(path);
  expect(statSync(path).size).toBeGreaterThan(50_000);
  appendFileSync(path, step.repeat(250_000));
  await boundJournalFile(path);
  expect(statSync(path).size).toBeLessThan(1_000);
  expect(found()).toEqual([[idOf("a"), true, true]]);
  await boundJournalFile(join(base, "missing"));
  expect(existsSync(join(base, "missing"))).toBe(false);
});

test("a journal of an older version is one", () => {
  mkdirSync(join(base, "cache"));
  const entry = {
    format: "dtsync-journal/1",
    runId: idOf("a"),
    process: ended,
    lastToken: 1,
    tokens: [],
    directory: "/tmp/x",
  };
  writeFileSync(path, `${JSON.stringify({ format: "dtsync-journals/1", runs: [entry] })}\n`);
  expect(found()).toEqual([[idOf("a"), false, true]]);
});

test("a file that a run uses is not given to another one", async () => {
  await aRun("a", own).journal.tokenMade(cluster, null);
  expect(() => openJournalFile(path, own)).toThrow(`it is that of a run that goes on, process ${own.pid}`);
  // Whether it will go on by the time that it is needed, nobody knows before.
  expect(readJournalFile(path)).toHaveLength(1);
});

test.each([
  ["a plan", () => writeFileSync(path, '{"format":"dtsync-plan/1"}'), "it is not in the form of a journal"],
  ["no JSON", () => writeFileSync(path, "x"), "it is not in the form of a journal"],
  [
    "a run of another form",
    () => writeFileSync(path, '{"format":"dtsync-journals/1","runs":[{"runId":"../x"}]}'),
    "it is not in the form of a journal",
  ],
  ["a folder", () => mkdirSync(path), "it is not an ordinary file"],
  [
    "a file that others can write to",
    () => {
      writeFileSync(path, "{}");
      chmodSync(path, 0o666);
    },
    /others can write/,
  ],
  [
    "a link",
    () => {
      writeFileSync(join(base, "other"), "{}");
      symlinkSync(join(base, "other"), path);
    },
    "it is not an ordinary file",
  ],
])("%s is not used, and stays as it is", async (_what, make, message) => {
  mkdirSync(join(base, "cache"));
  make();
  expect(() => readJournalFile(path)).toThrow(message);
  expect(() => openJournalFile(path, own)).toThrow(message);
});

test("the file holds names and places alone", async () => {
  await aRun("a").journal.tokenMade(cluster, "abc-p1");
  const { format, runs } = JSON.parse(readFileSync(path, "utf8").trim()) as { format: string; runs: readonly object[] };
  expect(format).toBe("dtsync-journals/1");
  expect(Object.keys(runs[0] ?? {}).sort()).toEqual(["directory", "format", "lastToken", "process", "runId", "tokens"]);
});
