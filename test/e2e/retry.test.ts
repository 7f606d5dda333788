import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Plan } from "../../src/model/plan.ts";
import type { ApplyReport } from "../../src/model/result.ts";
import { journalLines, openSteps } from "../support/journal-lines.ts";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const inventory = fileURLToPath(new URL("../../inventory", import.meta.url));
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "dtsync-retry-"));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Runs the program in the folder of the test and gives its standard output. */
function run(parameters: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [cli, ...parameters], {
      cwd: directory,
      env: { PATH: process.env["PATH"], HOME: directory, TMPDIR: directory, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "ignore"],
    });
    let stdout = "";
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.on("close", () => resolve(stdout));
  });
}

const read = (name: string) => readFileSync(join(directory, name), "utf8");
const host = "host/test01.abc.example.com";

test("a host that failed is tried again, and it alone", async () => {
  const stdout = await run([
    ...["sandbox", "--state", "world.json", "--inventory", inventory, "--", "sh", "-c"],
    `
switches=world.json.hosts/test01.abc.example.com/etc/dtsync-stand-in.conf
echo EXIT_CODE=6 >$switches
dtsync apply --auto-approve --target abc --format json >first.json 2>first.err; echo exit first $?
cp .dtsync/apply.json kept.json
dtsync show .dtsync/apply.json >shown.txt; echo exit show $?
rm $switches
dtsync plan --retry .dtsync/apply.json --format json >plan.json 2>plan.err; echo exit plan $?
dtsync apply --auto-approve --retry .dtsync/apply.json --format json >second.json 2>second.err; echo exit second $?
dtsync apply --auto-approve --retry .dtsync/apply.json >third.txt 2>third.err; echo exit third $?
dtsync plan --target abc --detailed-exitcode >again.txt; echo exit again $?
`,
  ]);
  const codes = Object.fromEntries([...stdout.matchAll(/^exit (\S+) (\d+)$/gm)].map(([, name, code]) => [name, code]));
  expect(codes).toEqual({ first: "5", show: "0", plan: "0", second: "0", third: "0", again: "0" });
  const first = JSON.parse(read("first.json")) as ApplyReport;
  expect(first.results.filter(({ status }) => status !== "done")).toMatchObject([{ id: host, status: "failed" }]);
  expect(JSON.parse(read("kept.json"))).toEqual(first);
  expect(read("first.err").trimEnd().split("\n").at(-1)).toBe(
    "dtsync: 1 change is left, and this tries it again: dtsync apply --retry .dtsync/apply.json",
  );
  expect(read("shown.txt")).toMatch(/^failed +install host\/test01\.abc\.example\.com .*\[installer-exit-6\]$/m);
  expect((JSON.parse(read("plan.json")) as Plan).changes.map(({ id }) => id)).toEqual([host]);
  const second = JSON.parse(read("second.json")) as ApplyReport;
  expect(second.results).toMatchObject([{ id: host, action: "install", status: "done" }]);
  expect(read("second.err")).not.toContain("--retry");
  expect(read("third.err")).toContain("Nothing is left to retry");
  expect(JSON.parse(read(".dtsync/apply.json"))).toEqual(second);
  const journal = journalLines(read(".dtsync/journal.jsonl"));
  expect([...new Set(journal.map(({ run }) => run))]).toEqual([first.run, second.run]);
  expect(openSteps(journal)).toEqual([]);
  const ended = (report: ApplyReport, name: string) =>
    journal.filter((line) => line.run === report.run && line.host === name && line.event === "end");
  expect(ended(first, "test01.abc.example.com").at(-1)).toMatchObject({
    ...{ environment: "abc-t1", step: "install", result: "installer-exit-6", words: expect.stringMatching(/./) },
  });
  const steps = ended(second, "test01.abc.example.com");
  expect(steps.filter(({ result }) => result !== "ok")).toEqual([]);
  expect([...new Set(steps.map(({ step }) => step))]).toEqual([
    "connect",
    "probe",
    "download",
    "choose transfer",
    "install",
    "verify",
    "wait seen",
  ]);
  expect(first.slowest?.length).toBe(first.results.filter(({ id }) => id.startsWith("host/")).length);
});
