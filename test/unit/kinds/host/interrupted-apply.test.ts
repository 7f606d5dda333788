import { expect, test } from "vitest";
import { applyHostChange, type HostPorts } from "../../../../src/kinds/host/effects/apply.ts";
import { HostError } from "../../../../src/ssh/host-error.ts";
import type { Shell } from "../../../../src/ssh/shell.ts";
import { aChange, aHost } from "../../../support/builders.ts";
import { realClock } from "../../../support/host-world.ts";
import { silentLog } from "../../../support/log.ts";

const change = aChange({ kind: "host", action: "install" });

const portsWith = (connect: HostPorts["connect"], signal: AbortSignal): HostPorts => ({
  connect,
  signal,
  clock: realClock,
  log: silentLog,
  installers: { provide: () => Promise.reject(new Error("no installer is needed")) },
  lockWait: { seconds: 0, tries: 1 },
  origins: new Map(),
  sharing: () => 1,
  connectWait: 0,
  authorities: async () => "",
});

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
