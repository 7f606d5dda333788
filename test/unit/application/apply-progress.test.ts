import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { applyProgress } from "../../../src/application/apply-progress.ts";
import type { Context } from "../../../src/application/context.ts";
import type { CommonOptions } from "../../../src/application/options.ts";
import type { Change } from "../../../src/model/change.ts";
import type { ChangeResult } from "../../../src/model/result.ts";
import { aChange } from "../../support/builders.ts";

let written: { output: string; errors: string };
const { isTTY } = process.stdout;

beforeEach(() => {
  written = { output: "", errors: "" };
  const into = (stream: keyof typeof written) => (text: unknown) => {
    written[stream] += stripVTControlCharacters(String(text));
    return true;
  };
  vi.spyOn(process.stdout, "write").mockImplementation(into("output"));
  vi.spyOn(process.stderr, "write").mockImplementation(into("errors"));
});

afterEach(() => {
  vi.restoreAllMocks();
  process.stdout.isTTY = isTTY;
});

const options: CommonOptions = {
  inventory: "inventory",
  set: [],
  format: "text",
  color: false,
  progress: true,
};

const context = (terminal: Partial<Context["terminal"]> = {}, { signal } = new AbortController()) => ({
  output: {
    out: (text: string) => void process.stdout.write(text),
    err: (text: string) => void process.stderr.write(text),
  },
  terminal: { input: true, output: true, errors: true, ...terminal },
  signal,
});

const install = (host: string): Change => aChange({ kind: "host", action: "install", host });
const [web, db, app] = [install("web01"), install("db01"), install("app01")];
const group = aChange({ kind: "group", action: "create" });

const resultOf = ({ id, action }: Change, status: ChangeResult["status"]): ChangeResult => ({
  id,
  action,
  status,
  attempts: 1,
  durationMs: 0,
  ...(status === "done" ? {} : { error: { code: "unreachable", message: "nobody answers" } }),
});

test("counts what is done, what runs and what was not done, for each kind", async () => {
  process.stdout.isTTY = true;
  const shown = (text: string) => vi.waitFor(() => expect(written.errors).toContain(text));
  const progress = await applyProgress([group, web, db, app], options, context());
  await shown(" Groups 0/1\n");
  progress.started(web);
  await shown(" Hosts 0/3, 1 running\n");
  progress.finished(web, resultOf(web, "done"));
  await shown(" Hosts 1/3\n");
  // What is skipped has never run.
  progress.finished(app, resultOf(app, "skipped"));
  await shown(" Hosts 2/3, 1 not done\n");
  progress.started(db);
  await shown(" Hosts 2/3, 1 running, 1 not done\n");
  progress.finished(db, resultOf(db, "failed"));
  await shown(" Hosts 3/3, 2 not done\n");
  progress.started(group);
  progress.finished(group, resultOf(group, "done"));
  await shown(" Groups 1/1\n");
  await progress.close();
  expect(written.errors).not.toContain("Environments");
  // Ticked off when the last one ended, and not before.
  expect(written.errors).toMatch(/[✔√] Hosts 3\/3/);
  expect(written.errors).not.toMatch(/[✔√] Hosts [012]\/3/);
  expect(written.output).toBe("");
});

test.each([
  ["counts on standard error where standard output goes elsewhere", { output: false }, /[✖✗✔√] Hosts 1\/1, 1 not done/],
  ["counts whatever the library thinks of standard output", {}, /[✖✗✔√] Hosts 1\/1, 1 not done/],
  ["has a line for each change where standard error is no terminal", { errors: false }, /web01/],
])("%s", async (_name, terminal, text) => {
  process.stdout.isTTY = false;
  const progress = await applyProgress([web], options, context(terminal));
  progress.started(web);
  progress.finished(web, resultOf(web, "failed"));
  await progress.close();
  expect(written.errors).toMatch(text);
  expect(written.output).toBe("");
});

test("says of an interrupt that what runs is finished", async () => {
  process.stdout.isTTY = true;
  const interrupt = new AbortController();
  const progress = await applyProgress([web, db], options, context({}, interrupt));
  progress.started(web);
  interrupt.abort();
  await vi.waitFor(() =>
    expect(written.errors).toContain("Hosts 0/2, 1 running, interrupted: finishing what is running"),
  );
  progress.finished(web, resultOf(web, "done"));
  progress.finished(db, resultOf(db, "skipped"));
  await progress.close();
  expect(written.errors).toMatch(/[✔√] Hosts 2\/2, 1 not done\n/);
});

test("ends where nothing was begun", async () => {
  const progress = await applyProgress([web, group], options, context());
  await progress.close();
  expect(written.errors).toContain("Hosts 0/1");
});
