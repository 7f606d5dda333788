import { expect, test } from "vitest";
import { runAgentScript } from "../../../src/kinds/host/effects/run-agent-script.ts";
import type { HostStep, StepEnd } from "../../../src/ports.ts";
import { followSteps } from "../../../src/ssh/follow-steps.ts";
import { HostError } from "../../../src/ssh/host-error.ts";
import { type CommandResult, inStep, type Shell } from "../../../src/ssh/shell.ts";
import { aHost } from "../../support/builders.ts";

const answered = (given: Partial<CommandResult>): CommandResult => ({ code: 0, stdout: "", stderr: "", ...given });

/** A shell that answers so, followed, with what was told. */
async function followed(answers: readonly CommandResult[]) {
  const told: (HostStep & Partial<StepEnd>)[] = [];
  const left = [...answers];
  const shell: Shell = { run: async () => left.shift() ?? answered({}), close: () => undefined };
  const connect = followSteps(
    async () => shell,
    (step) => (end) => void told.push({ ...step, ...end }),
  );
  return { given: shell, shell: await connect(aHost()), told };
}

test("the shell stays the same object, so that who keeps connections knows it", async () => {
  const { given, shell } = await followed([]);
  expect(shell).toBe(given);
});

test("each step is told with its host and environment, and a probe after a change is a verification", async () => {
  const { shell, told } = await followed([]);
  for (const name of ["probe", "probe", "install", "probe", "configure", "probe"]) {
    await inStep(shell, name, async () => shell.run("true"));
  }
  expect(told.map(({ step }) => step)).toEqual([
    "connect",
    "probe",
    "probe",
    "install",
    "verify",
    "configure",
    "verify",
  ]);
  const { name: host, environment } = aHost();
  for (const step of told) expect(step).toMatchObject({ host, environment, result: "ok", words: null });
});

test("what the output says of an installer is how its step ended, with the host's last words", async () => {
  const marker = "#dtsync-0123";
  const script = { step: "install", script: "true", marker, program: "installer" } as const;
  const said = ["one", "two", "three", "no space left on device"].join("\n");
  const stdout = `Welcome\n${marker} ended 6\n${said}\n${marker} end\n`;
  const { shell, told } = await followed([answered({ stdout }), answered({ stdout, stderr: "sh: broken\n" })]);
  await expect(runAgentScript(script, aHost(), { shell })).rejects.toThrow(HostError);
  expect(told.at(-1)).toMatchObject({
    step: "install",
    result: "installer-exit-6",
    words: "two; three; no space left on device",
  });
  await expect(runAgentScript(script, aHost(), { shell })).rejects.toThrow(HostError);
  expect(told.at(-1)?.words).toBe("sh: broken");
});

test("a host that said nothing leaves the message of the error, and one that said too much whole lines alone", async () => {
  const { shell, told } = await followed([answered({ stderr: `${"x".repeat(9_000)}\nlast\n` })]);
  const fail = () => Promise.reject(new HostError("timeout", "the command did not end"));
  await expect(inStep(shell, "restart", fail)).rejects.toThrow();
  expect(told.at(-1)).toMatchObject({ result: "timeout", words: "the command did not end" });
  await expect(inStep(shell, "restart", () => shell.run("x").then(fail))).rejects.toThrow();
  expect(told.at(-1)?.words).toBe("last");
});

test("a host that is not reached is told with the code of the error", async () => {
  const told: StepEnd[] = [];
  const connect = followSteps(
    () => Promise.reject(new HostError("unreachable", "nobody answers")),
    () => (end) => void told.push(end),
  );
  await expect(connect(aHost())).rejects.toThrow("nobody answers");
  expect(told).toEqual([{ result: "unreachable", words: "nobody answers" }]);
});
