import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import type { Plan } from "../../src/model/plan.ts";
import { createGitInventory, firstFiles, pathOfDistrustingGit } from "../support/git-inventory.ts";
import { createHostileRepository, startRefusingServer, traps } from "../support/hostile-repository.ts";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

const opened: { close(): void }[] = [];
afterEach(() => {
  for (const item of opened.splice(0)) item.close();
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Stands for the clusters, and refuses: what Git does comes before and beside that. */
const refusing = await startRefusingServer();
afterAll(refusing.close);

/** Runs the built program. */
function run(directory: string, environment: Readonly<Record<string, string>>, parameters: readonly string[]) {
  const home = mkdtempSync(join(tmpdir(), "dtsync-home-"));
  opened.push({ close: () => rmSync(home, { recursive: true, force: true }) });
  const clusters = ["emea", "apac"].flatMap((name) => ["--set", `clusters.${name}.url=${refusing.url}`]);
  const tokens = Object.fromEntries(["EMEA", "APAC"].map((name) => [`DTSYNC_TOKEN_${name}`, "x".repeat(20)]));
  return new Promise<Ended>((resolve) => {
    execFile(
      process.execPath,
      [cli, ...parameters, ...clusters],
      { cwd: directory, env: { ...environment, HOME: home, ...tokens, CI_JOB_TOKEN: "x", NO_COLOR: "1" } },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, stdout, stderr });
      },
    );
  });
}

const tried = new Set([
  "a folder that looks like a repository",
  "core.fsmonitor",
  "filter.<driver>.clean",
  "hooks",
  "remote.<name>.uploadpack, remote.<name>.receivepack",
  "protocol.<name>.allow",
  "a submodule's own configuration",
]);

describe("in a repository that wants programs to run", () => {
  const chosen = traps(refusing.url).filter(({ name }) => tried.has(name));

  test.each(chosen.map((trap) => [trap.name, trap] as const))("none runs by %s", async (_name, trap) => {
    const repository = createHostileRepository(trap);
    opened.push(repository);
    const { directory, environment, firstCommit } = repository;
    const [plan, diff, validation] = await Promise.all([
      run(directory, environment, ["plan", "--hosts", "skip", "--format", "json", "--base", firstCommit]),
      run(directory, environment, ["diff", firstCommit]),
      run(directory, environment, ["validate", "--changed-since", firstCommit]),
    ]);
    expect(repository.marks()).toEqual({});
    expect((JSON.parse(plan.stdout) as Plan).inventory).toMatchObject({
      commit: expect.stringMatching(/^[0-9a-f]{40}$/),
      dirty: true,
    });
    expect([0, 3]).toContain(diff.code);
    expect([0, 3]).toContain(validation.code);
  });

  test("all of them are tried", () => {
    expect(chosen).toHaveLength(tried.size);
  });
});

test("a clone that Git does not trust is a plan without a commit, with a warning that says what to do", async () => {
  const repository = createGitInventory();
  opened.push(repository);
  repository.commit(firstFiles);
  const folder = mkdtempSync(join(tmpdir(), "dtsync-bin-"));
  opened.push({ close: () => rmSync(folder, { recursive: true, force: true }) });
  const environment = { PATH: pathOfDistrustingGit(folder) };
  const { stdout } = await run(repository.directory, environment, ["plan", "--hosts", "skip", "--format", "json"]);
  const { inventory, warnings } = JSON.parse(stdout) as Plan;
  expect(inventory).toMatchObject({ commit: null, dirty: false });
  expect(warnings).toEqual([
    expect.stringContaining(`git config --global --add safe.directory ${repository.directory}`),
  ]);
  const text = await run(repository.directory, environment, ["plan", "--hosts", "skip"]);
  expect(text.stdout).toContain(`safe.directory ${repository.directory}`);
});
