import { realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { programRunner } from "../../../src/application/run-program.ts";

const directory = realpathSync(tmpdir());
const options = { directory, variables: { MARK: "here" }, limits: { timeout: 30_000, output: 1_000 } };
const run = programRunner(new AbortController().signal);
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

test("ends a program when the run is interrupted", async () => {
  const controller = new AbortController();
  const running = programRunner(controller.signal)(node(hang), options);
  controller.abort();
  expect((await running).status).toBe("ended");
});
