import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { programRunner } from "../../../src/application/run-program.ts";
import { aContext } from "../../support/context.ts";
import { keepingLog } from "../../support/log.ts";

const directory = realpathSync(tmpdir());
const options = { directory, variables: { MARK: "here" }, limits: { timeout: 30_000, output: 1_000 } };
const { log } = aContext().context;
const run = programRunner({ signal: new AbortController().signal, log });
const node = (script: string) => [process.execPath, "-e", script];
const hang = "setInterval(() => undefined, 1_000)";

test("gives what a program printed, which ran in the folder with the variables and nothing else", async () => {
  const script = "process.stdout.write([process.cwd(), process.env.MARK, process.env.HOME].join())";
  expect(await run(node(script), options)).toEqual({ status: "done", output: `${directory},here,` });
});

test("hands parameters over as they are", async () => {
  const parameters = ["$(id)", "a b", "'"];
  const outcome = await run([...node("console.log(JSON.stringify(process.argv.slice(1)))"), ...parameters], options);
  expect(JSON.parse(outcome.status === "done" ? outcome.output : "null")).toEqual(parameters);
});

test.each([
  ["ends with a code", node("process.exit(7)"), { status: "ended", code: "7" }],
  ["is ended by a signal", node("process.kill(process.pid, 'SIGTERM')"), { status: "ended", code: "SIGTERM" }],
  ["is not there", ["./no-such-program"], { status: "not-found" }],
  ["is no program", [directory], { status: "ended", code: "EACCES" }],
  ["prints too much", node("console.log('x'.repeat(2_000))"), { status: "too-much-output" }],
])("says that a program %s", async (_what, command, outcome) => {
  expect(await run(command, options)).toEqual(outcome);
});

test("ends a program that hangs, also one that does not want to end", async () => {
  const limits = { ...options.limits, timeout: 300 };
  const script = `process.on('SIGTERM', () => undefined); ${hang}`;
  expect(await run(node(script), { ...options, limits })).toEqual({ status: "timeout" });
});

test("tells a program that hangs from one that ended and left something behind that may still print", async () => {
  const limits = { ...options.limits, timeout: 300 };
  const variables = { PATH: "/usr/bin:/bin" };
  const outcome = await run(["/bin/sh", "-c", "echo token; sleep 300 &"], { directory, variables, limits });
  expect(outcome).toEqual({ status: "left-open" });
});

test("ends a program when the run is interrupted, and starts none after that", async () => {
  const controller = new AbortController();
  const running = programRunner({ signal: controller.signal, log })(node(hang), options);
  controller.abort();
  expect(await running).toEqual({ status: "interrupted" });
  const script = "require('fs').writeFileSync('must-not-be-there', '')";
  expect(await programRunner({ signal: controller.signal, log })(node(script), options)).toEqual({
    status: "interrupted",
  });
});

test("ends what the program started, too, whether it failed or not", async () => {
  // The reader of the pipe comes to its end only when everything that holds it is gone.
  const folder = mkdtempSync(join(directory, "dtsync-test-"));
  try {
    for (const [name, ending, status] of [
      ["hangs", "sleep 300", "timeout"],
      ["ends", "exit 0", "done"],
    ] as const) {
      const pipe = join(folder, name);
      execFileSync("mkfifo", [pipe]);
      const reader = spawn("cat", [pipe], { stdio: ["ignore", "ignore", "ignore"] });
      const script = `exec 3>"${pipe}"; sleep 300 >/dev/null & ${ending}`;
      const limits = { ...options.limits, timeout: 1_000 };
      const outcome = await run(["/bin/sh", "-c", script], {
        ...options,
        variables: { PATH: "/usr/bin:/bin" },
        limits,
      });
      expect(outcome.status).toBe(status);
      if (reader.exitCode === null) await once(reader, "exit");
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("does not wait for a program in another group that holds the output open", async () => {
  const script = `require('child_process').spawn(process.execPath, ['-e', 'setTimeout(() => undefined, 5_000)'], { detached: true, stdio: ['ignore', 'inherit', 'ignore'] }).unref()`;
  const limits = { ...options.limits, timeout: 1_000 };
  expect(await run(node(script), { ...options, limits })).toEqual({ status: "left-open" });
});

test("logs what was run by its name, how it ended and when, and nothing of what it was given or printed", async () => {
  const kept = keepingLog();
  const world = { signal: new AbortController().signal, log: { ...log, ...kept } };
  await programRunner(world)(node("console.log('printed')"), options);
  await programRunner(world)(node("process.exit(7)"), options);
  const ms = expect.any(Number);
  expect(kept.entries).toEqual([
    { level: "debug", message: "program was run", fields: { program: "node", ended: "done", ms } },
    { level: "debug", message: "program was run", fields: { program: "node", ended: "7", ms } },
  ]);
});
