import { expect, test } from "vitest";
import { applyHostChange, type HostPorts } from "../../../../src/kinds/host/effects/apply.ts";
import { HostError } from "../../../../src/ssh/host-error.ts";
import type { Shell } from "../../../../src/ssh/shell.ts";
import { aChange, aHost, oneAgentSettings } from "../../../support/builders.ts";
import { hostPorts, pushedInstaller } from "../../../support/host-ports.ts";
import { scriptedHost } from "../../../support/scripted-host.ts";

const change = aChange({ kind: "host", action: "install" });

const portsWith = (connect: HostPorts["connect"], signal: AbortSignal): HostPorts => hostPorts(connect, { signal });

test("a host that is still waited for when the run is interrupted is skipped", async () => {
  for (const moment of ["before", "meanwhile"]) {
    const controller = new AbortController();
    if (moment === "before") controller.abort();
    const ports = portsWith(
      (_host, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener("abort", () => reject(new HostError("interrupted", "interrupted")));
          controller.abort();
        }),
      controller.signal,
    );
    expect(await applyHostChange(change, aHost(), ports)).toMatchObject({
      status: "skipped",
      error: { code: "interrupted" },
    });
  }
});

test("what runs on a host when the run is interrupted is not cut off", async () => {
  const controller = new AbortController();
  let cut = false;
  const shell: Shell = {
    close: () => undefined,
    run: async () => {
      controller.abort();
      return { code: 1, stdout: "", stderr: cut ? "cut" : "the host's own words" };
    },
  };
  const ports = portsWith(async (_host, signal) => {
    signal?.addEventListener("abort", () => {
      cut = true;
    });
    return shell;
  }, controller.signal);
  expect(await applyHostChange(change, aHost(), ports)).toMatchObject({
    status: "failed",
    error: { code: "command-failed", message: expect.stringContaining("the host's own words") },
  });
  expect(cut).toBe(false);
});

const agent = { tenant: "abc-p1", version: "1.313.52.20250602-150703", settings: {}, incomplete: false };
const toBeSeen = "the run was interrupted before the host was as wanted: the next plan finds it as it is";

test("an agent that is not complete yet when the run is interrupted is uncertain, not failed", async () => {
  const controller = new AbortController();
  const { shell, scripts } = scriptedHost(null, { ...agent, incomplete: true });
  const interrupting: Shell = {
    ...shell,
    run: async (command, options) => {
      const answer = await shell.run(command, options);
      if (scripts.at(-1) === "install") controller.abort();
      return answer;
    },
  };
  const ports = hostPorts(async () => interrupting, {
    ...{ signal: controller.signal, connectWait: 60_000, installers: pushedInstaller(agent.version) },
  });
  const declared = aHost({ environment: "abc-p1" });
  const planned = aChange({ kind: "host", action: "install", host: declared.name, after: { environment: "abc-p1" } });
  expect(await applyHostChange(planned, declared, ports)).toEqual({
    ...{ status: "uncertain", attempts: 1 },
    error: { code: "interrupted", message: toBeSeen },
  });
  expect(scripts).toEqual(["probe", "install"]);
});

test("an agent whose service does not run yet when the run is interrupted is not installed again", async () => {
  const controller = new AbortController();
  const { shell, scripts } = scriptedHost(agent, { ...agent, settings: { hostgroup: "web" } });
  const interrupting: Shell = {
    ...shell,
    run: async (command, options) => {
      const answer = await shell.run(command, options);
      if (scripts.at(-1) === "configure") controller.abort();
      if (!controller.signal.aborted) return answer;
      return { ...answer, stdout: answer.stdout.replace(/ service\nactive\n/, " service\ninactive\n") };
    },
  };
  const ports = hostPorts(async () => interrupting, { signal: controller.signal, connectWait: 60_000 });
  const declared = aHost({ environment: "abc-p1", oneagent: oneAgentSettings({ hostGroup: "web" }) });
  const planned = aChange({
    ...{ kind: "host", action: "configure", host: declared.name },
    ...{ fields: ["hostGroup"], before: { hostGroup: "" }, after: { hostGroup: "web" } },
  });
  expect(await applyHostChange(planned, declared, ports)).toEqual({
    ...{ status: "uncertain", attempts: 1 },
    error: { code: "interrupted", message: toBeSeen },
  });
  expect(scripts).toEqual(["probe", "configure", "probe"]);
});

test("a host to which nothing was sent when the run is interrupted before its second try is skipped", async () => {
  const controller = new AbortController();
  const gone: Shell = {
    close: () => undefined,
    run: async () => {
      controller.abort();
      throw new HostError("connection-lost", "the connection broke");
    },
  };
  expect(
    await applyHostChange(
      change,
      aHost(),
      portsWith(async () => gone, controller.signal),
    ),
  ).toEqual({
    ...{ status: "skipped", attempts: 0 },
    error: { code: "interrupted", message: "the run was interrupted before the host was changed" },
  });
});

test("what a script left that was killed with its connection is removed where the agent is there all the same", async () => {
  const { shell, scripts } = scriptedHost(null, agent);
  const torn: Shell = {
    ...shell,
    run: async (command, options) => {
      const answer = await shell.run(command, options);
      if (scripts.at(-1) === "install") throw new HostError("connection-lost", "the connection broke");
      return answer;
    },
  };
  const ports = hostPorts(async () => torn, { installers: pushedInstaller(agent.version) });
  const declared = aHost({ environment: "abc-p1" });
  const planned = aChange({ kind: "host", action: "install", host: declared.name, after: { environment: "abc-p1" } });
  expect(await applyHostChange(planned, declared, ports)).toMatchObject({
    status: "done",
    attempts: 1,
  });
  expect(scripts).toEqual(["probe", "install", "probe", "clean-up"]);
});
