import { expect, test } from "vitest";
import { applyHostChange, type HostPorts } from "../../../../src/kinds/host/effects/apply.ts";
import { HostError } from "../../../../src/ssh/host-error.ts";
import type { Shell } from "../../../../src/ssh/shell.ts";
import { aChange, aHost } from "../../../support/builders.ts";
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

test("what a script left that was killed with its connection is removed where the agent is there all the same", async () => {
  const installed = { tenant: "abc-p1", version: "1.313.52.20250602-150703", settings: {}, incomplete: false };
  const { shell, scripts } = scriptedHost(null, installed);
  const torn: Shell = {
    ...shell,
    run: async (command, options) => {
      const answer = await shell.run(command, options);
      if (scripts.at(-1) === "install") throw new HostError("connection-lost", "the connection broke");
      return answer;
    },
  };
  const ports = hostPorts(async () => torn, { installers: pushedInstaller(installed.version) });
  const declared = aHost({ environment: "abc-p1" });
  const planned = aChange({ kind: "host", action: "install", host: declared.name, after: { environment: "abc-p1" } });
  expect(await applyHostChange(planned, declared, ports)).toMatchObject({
    status: "done",
    attempts: 1,
  });
  expect(scripts).toEqual(["probe", "install", "probe", "clean-up"]);
});
