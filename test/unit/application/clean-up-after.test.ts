import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cleanUpAfter, isRunning } from "../../../src/application/clean-up-after.ts";
import type { AbandonedRun } from "../../../src/execute/journal.ts";
import { noon } from "../../support/builders.ts";
import { withFiles } from "../load/load-files.ts";

const [emea, apac] = ["https://emea.example.com", "https://apac.example.com"];

/** What a killed run left, and whether its journal has been removed. */
function aKilledRun(given: Partial<AbandonedRun["entry"]> = {}) {
  const state = { forgotten: false };
  const entry = {
    runId: "r1",
    pid: 1,
    machine: "here",
    lastToken: noon.getTime(),
    tokens: [],
    directory: null,
    ...given,
  };
  const forget = async () => {
    state.forgotten = true;
  };
  return { run: { entry, forget }, state };
}

/** Clusters that remember which tokens they were to remove; `broken` ones fail. */
function ports(origins: readonly string[], broken: readonly string[] = []) {
  const removed: string[] = [];
  const warnings: string[] = [];
  const chain = (origin: string) => ({
    async removeTokensOf(runId: string, environment: string | null) {
      if (broken.includes(origin)) throw new Error("no answer");
      removed.push(`${origin} ${runId} ${environment}`);
    },
  });
  const tokens = new Map(origins.map((origin) => [origin, chain(origin)]));
  const warn = (message: string) => void warnings.push(message);
  return { removed, warnings, ports: { tokens, now: () => noon, warn } };
}

const tokens = [
  { cluster: emea, environment: null },
  { cluster: emea, environment: "abc-p1" },
  { cluster: apac, environment: "xyz-p1" },
];

test("removes folder and tokens, and then the journal", async () => {
  await withFiles({ "installers/agent.sh": "" }, async (folder) => {
    const directory = join(folder, "installers");
    const { run, state } = aKilledRun({ directory, tokens });
    const world = ports([emea, apac]);
    await cleanUpAfter([run], world.ports);
    expect(existsSync(directory)).toBe(false);
    expect(world.removed).toEqual([`${emea} r1 null`, `${emea} r1 abc-p1`, `${apac} r1 xyz-p1`]);
    expect([state.forgotten, world.warnings]).toEqual([true, []]);
  });
});

test("keeps the journal while a cluster cannot be reached", async () => {
  const { run, state } = aKilledRun({ tokens });
  const world = ports([emea]);
  await cleanUpAfter([run], world.ports);
  expect(world.removed).toEqual([`${emea} r1 null`, `${emea} r1 abc-p1`]);
  expect([state.forgotten, world.warnings]).toEqual([false, []]);
});

test("keeps it with a warning when a cluster fails, and goes on with other runs", async () => {
  const first = aKilledRun({ tokens });
  const second = aKilledRun({ runId: "r2", tokens: tokens.slice(0, 1) });
  const world = ports([emea, apac], [apac]);
  await cleanUpAfter([first.run, second.run], world.ports);
  expect([first.state.forgotten, second.state.forgotten]).toEqual([false, true]);
  expect(world.warnings).toEqual(["what the run r1 left could not be removed now: no answer"]);
});

test("asks no cluster when every token has expired", async () => {
  const lastToken = noon.getTime() - 65 * 60_000;
  const expired = aKilledRun({ tokens, lastToken: lastToken - 1 });
  const alive = aKilledRun({ runId: "r2", tokens, lastToken });
  const world = ports([]);
  await cleanUpAfter([expired.run, alive.run], world.ports);
  expect([expired.state.forgotten, alive.state.forgotten]).toEqual([true, false]);
});

test("tells processes that live from others", () => {
  expect(isRunning(process.pid)).toBe(true);
  // Larger than any process id can be.
  expect(isRunning(2 ** 31 - 1)).toBe(false);
});
