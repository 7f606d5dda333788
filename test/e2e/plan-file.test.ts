import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ApplyReport } from "../../src/model/result.ts";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const inventory = fileURLToPath(new URL("../../inventory", import.meta.url));
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "dtsync-plan-file-test-"));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(parameters: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, parameters, {
      cwd: directory,
      env: { PATH: process.env["PATH"], HOME: directory, TMPDIR: directory, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** Runs a shell script beside simulated clusters and hosts; each line `name $?` that it prints is an exit code. */
async function inSandbox(script: string): Promise<ReadonlyMap<string, number>> {
  const ended = await run([cli, "sandbox", "--inventory", inventory, "--", "sh", "-c", script]);
  const codes = [...ended.stdout.matchAll(/^exit (\S+) (\d+)$/gm)].map(
    ([, name, code]) => [name ?? "", Number(code)] as const,
  );
  if (codes.length === 0) throw new Error(`${ended.stdout}\n${ended.stderr}`);
  return new Map(codes);
}

const report = (name: string): ApplyReport => JSON.parse(readFileSync(join(directory, name), "utf8"));

test("a saved plan that is edited chooses from what a plan says, on clusters and hosts", async () => {
  writeFileSync(
    join(directory, "edit.cjs"),
    `const { readFileSync, writeFileSync } = require("node:fs");
const plan = JSON.parse(readFileSync("plan.json", "utf8"));
const write = (name, changes) => writeFileSync(name, JSON.stringify({ ...plan, changes }));
const isHost = ({ kind }) => kind === "host";
write("forged.json", plan.changes.map((change) => isHost(change)
  ? { ...change, after: { ...change.after, hostGroup: "forged" }, fields: [...new Set([...change.fields, "hostGroup"])] }
  : change));
write("odd.json", plan.changes.map((change) => ({ ...change, kind: [change.kind] })));
const reversed = (side) => side === null ? null : { ...side, ...(side.tags ? { tags: [...side.tags].reverse() } : {}) };
writeFileSync("foreign.json", JSON.stringify({
  ...plan,
  changes: plan.changes.filter(({ kind }) => kind === "environment")
    .map((change) => ({ ...change, before: reversed(change.before), after: reversed(change.after) })),
  held: [{ scope: "cluster/" + Object.keys(plan.clusters)[0], reason: "it did not answer", items: 3 }],
  guards: [{ guard: "maxRemovals", limit: 0, actual: 2, override: "--allow-removals 2" }],
}));
write("few.json", [...plan.changes.filter((change) => !isHost(change)), ...plan.changes.filter(isHost).slice(0, 2)]);
`,
  );
  const codes = await inSandbox(`
dtsync plan --target abc --out plan.json >plan.txt; echo exit plan $?
node edit.cjs
dtsync apply forged.json --format json >forged.report; echo exit forged $?
dtsync apply odd.json --format json >odd.report; echo exit odd $?
cat plan.json | dtsync apply /dev/stdin --format json >pipe.report; echo exit pipe $?
dtsync show foreign.json >foreign.txt; echo exit shown $?
dtsync apply foreign.json --format json >foreign.report; echo exit foreign $?
dtsync apply few.json --format json >few.report; echo exit few $?
dtsync apply plan.json --only environments,groups --format json >clusters.report; echo exit clusters $?
dtsync apply plan.json --shard 1/2 --format json >first.report; echo exit first $?
dtsync apply plan.json --shard 2/2 --format json >second.report; echo exit second $?
dtsync plan --target abc --detailed-exitcode >again.txt; echo exit again $?
`);
  expect(Object.fromEntries(codes)).toEqual({
    ...{
      plan: 0,
      forged: 6,
      odd: 3,
      pipe: 3,
      shown: 0,
      foreign: 0,
      few: 0,
      clusters: 0,
      first: 0,
      second: 0,
      again: 0,
    },
  });
  expect(report("forged.report")).toMatchObject({ format: "dtsync-error/1", error: { exitCode: 6 } });
  expect(report("odd.report")).toMatchObject({ format: "dtsync-error/1", faults: expect.any(Array) });
  // What a file says of what is held, and of guards, is only shown; sets have no order.
  const foreign = report("foreign.report");
  expect(foreign.results.length).toBeGreaterThan(0);
  expect(foreign.results.filter(({ status, attempts }) => status !== "done" || attempts === 0)).toEqual([]);
  expect(foreign.held).toMatchObject([{ reason: "when the plan was made: it did not answer" }]);
  const few = report("few.report");
  expect(few.results.filter(({ id }) => id.startsWith("host/"))).toHaveLength(2);
  const clusters = report("clusters.report").results;
  expect(clusters.length).toBeGreaterThan(0);
  expect(clusters.filter(({ id, attempts }) => id.startsWith("host/") || attempts > 0)).toEqual([]);
  const shards = [...report("first.report").results, ...report("second.report").results];
  const again = shards.filter(({ id }) => few.results.some((result) => result.id === id));
  expect(shards).toHaveLength(6);
  expect(again.map(({ status, attempts }) => [status, attempts])).toEqual([
    ["done", 0],
    ["done", 0],
  ]);
});
