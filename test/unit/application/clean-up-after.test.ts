import { chmodSync, existsSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cleanUpAfter, installerFolderName } from "../../../src/application/clean-up-after.ts";
import type { AbandonedRun } from "../../../src/state/journal.ts";
import { ownIdentity } from "../../../src/state/process-identity.ts";
import { noon } from "../../support/builders.ts";
import { keepingLog } from "../../support/log.ts";
import { withFiles } from "../load/load-files.ts";

const [emea, apac] = ["https://emea.example.com", "https://apac.example.com"];

/** What a killed run left, and whether its journal has been removed. */
function aKilledRun(given: Partial<AbandonedRun["entry"]> = {}, elsewhere = false, over = !elsewhere) {
  const state = { forgotten: false };
  const entry = {
    format: "dtsync-journal/1" as const,
    runId: "r1",
    process: ownIdentity(),
    lastToken: noon.getTime(),
    tokens: [],
    directory: null,
    ...given,
  };
  const forget = async () => {
    state.forgotten = true;
  };
  return { run: { entry, elsewhere, over, forget }, state };
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
  const kept = keepingLog();
  const log = { ...kept, warn: (message: string) => void warnings.push(message) };
  return { removed, warnings, logged: kept.entries, ports: { tokens, now: () => noon, log } };
}

const tokens = [
  { cluster: emea, environment: null },
  { cluster: emea, environment: "abc-p1" },
  { cluster: apac, environment: "xyz-p1" },
];

test("removes folder and tokens, and then the journal", async () => {
  await withFiles({}, async (folder) => {
    const directory = mkdtempSync(join(folder, installerFolderName("r1")));
    writeFileSync(join(directory, "agent.sh"), "");
    const { run, state } = aKilledRun({ directory, tokens });
    const world = ports([emea, apac]);
    await cleanUpAfter([run], world.ports);
    expect(existsSync(directory)).toBe(false);
    expect(world.removed).toEqual([`${emea} r1 null`, `${emea} r1 abc-p1`, `${apac} r1 xyz-p1`]);
    expect([state.forgotten, world.warnings]).toEqual([true, []]);
    expect(world.logged).toMatchObject([{ message: "cleaned up after an earlier run", fields: { earlier: "r1" } }]);
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

test("removes what is on other clusters than the one that fails", async () => {
  const { run, state } = aKilledRun({ tokens });
  const world = ports([emea, apac], [emea]);
  await cleanUpAfter([run], world.ports);
  expect(world.removed).toEqual([`${apac} r1 xyz-p1`]);
  expect([state.forgotten, world.warnings]).toEqual([
    false,
    ["what the run r1 left could not be removed now: no answer"],
  ]);
});

test("asks no cluster when every token has expired", async () => {
  const lastToken = noon.getTime() - 65 * 60_000;
  const expired = aKilledRun({ tokens, lastToken: lastToken - 1 });
  const alive = aKilledRun({ runId: "r2", tokens, lastToken });
  const world = ports([]);
  await cleanUpAfter([expired.run, alive.run], world.ports);
  expect([expired.state.forgotten, alive.state.forgotten]).toEqual([true, false]);
});

test.each([
  ["the folder of somebody else", (folder: string) => mkdtempSync(join(folder, "other-"))],
  ["that of another run", (folder: string) => mkdtempSync(join(folder, installerFolderName("r2")))],
  [
    "one that others can enter",
    (folder: string) => {
      const directory = mkdtempSync(join(folder, installerFolderName("r1")));
      chmodSync(directory, 0o755);
      return directory;
    },
  ],
  [
    "a link",
    (folder: string) => {
      const link = join(folder, `${installerFolderName("r1")}link`);
      symlinkSync(mkdtempSync(join(folder, "other-")), link);
      return link;
    },
  ],
])("never removes %s, whatever the journal says", async (_what, make) => {
  await withFiles({}, async (folder) => {
    const directory = make(folder);
    writeFileSync(join(directory, "kept"), "");
    const { run, state } = aKilledRun({ directory });
    const world = ports([]);
    await cleanUpAfter([run], world.ports);
    expect(existsSync(join(directory, "kept"))).toBe(true);
    expect(state.forgotten).toBe(false);
    expect(world.warnings).toEqual([expect.stringContaining("is not a folder that this run made")]);
  });
});

test("touches nothing of a run elsewhere, and forgets it with its last token", async () => {
  await withFiles({}, async (folder) => {
    const directory = mkdtempSync(join(folder, installerFolderName("r1")));
    const alive = aKilledRun({ directory, tokens }, true);
    const expired = aKilledRun({ directory, tokens, lastToken: noon.getTime() - 66 * 60_000 }, true);
    const world = ports([emea, apac]);
    await cleanUpAfter([alive.run, expired.run], world.ports);
    expect(existsSync(directory)).toBe(true);
    expect([alive.state.forgotten, expired.state.forgotten]).toEqual([false, true]);
    expect([world.removed, world.warnings]).toEqual([[], []]);
  });
});

test("removes the tokens of a run elsewhere that is over, and leaves a folder of its name here alone", async () => {
  await withFiles({}, async (folder) => {
    const directory = mkdtempSync(join(folder, installerFolderName("r1")));
    const { run, state } = aKilledRun({ directory, tokens }, true, true);
    const world = ports([emea, apac]);
    await cleanUpAfter([run], world.ports);
    expect(existsSync(directory)).toBe(true);
    expect([state.forgotten, world.removed.length]).toEqual([true, 3]);
  });
});
