import { expect, test } from "vitest";
import type { HostChange } from "../../../../src/kinds/host/change.ts";
import { applyHostChange } from "../../../../src/kinds/host/effects/apply.ts";
import { HostError } from "../../../../src/ssh/host-error.ts";
import type { Shell } from "../../../../src/ssh/shell.ts";
import { aChange, aHost, oneAgentSettings } from "../../../support/builders.ts";
import { hostPorts, pushedInstaller } from "../../../support/host-ports.ts";
import { type ScriptedAgent, type ScriptOfHost, scriptedHost } from "../../../support/scripted-host.ts";

const installed: ScriptedAgent = {
  ...{ tenant: "abc-p1", version: "1.313.52.20250602-150703" },
  ...{ settings: {}, incomplete: false },
};
const declared = aHost({ environment: "abc-p1" });
const install = aChange({ kind: "host", action: "install", host: declared.name, after: { environment: "abc-p1" } });
const uninstall = aChange({
  ...{ kind: "host", action: "uninstall", host: declared.name },
  ...{ before: { environment: "abc-p1" }, after: null },
});

const takeAll = async (input: ReturnType<NonNullable<Parameters<Shell["run"]>[1]>["stdin"] & object> | undefined) => {
  for await (const _piece of input ?? []);
};

interface Trouble {
  /** What becomes of the answer of a script, and whether the host carries it out. */
  readonly script: (
    script: ScriptOfHost,
    nth: number,
  ) => { readonly code: string; readonly carriedOut: boolean } | null;
  /** Whether the host is there for a connection, counted from 1. */
  readonly reached?: (nth: number) => boolean;
  readonly before?: ScriptedAgent | null;
  /** How many installers are to be had. */
  readonly installers?: number;
  /** How many looks find a script of dtsync at work. */
  readonly working?: number;
}

/** A host that is changed while answers are lost. */
async function changed(
  change: HostChange,
  { script, reached, before = null, installers = 2, working = 0 }: Trouble,
  machine = declared,
) {
  const host = scriptedHost(before, installed);
  const counts = new Map<ScriptOfHost, number>();
  let connections = 0;
  let provided = 0;
  const shell: Shell = {
    close: () => undefined,
    async run(command, options) {
      await takeAll(options?.stdin?.(new AbortController().signal));
      const agent = host.agent;
      const answer = await host.shell.run(command, options);
      const name = host.scripts.at(-1) ?? "probe";
      const nth = (counts.get(name) ?? 0) + 1;
      counts.set(name, nth);
      const trouble = script(name, nth);
      if (name === "clean-up" && nth <= working)
        return { ...answer, stdout: answer.stdout.replace("others none", "others working") };
      if (trouble === null) return answer;
      if (!trouble.carriedOut) host.agent = agent;
      throw new HostError(trouble.code, `no answer of ${name}`);
    },
  };
  const ports = hostPorts(
    async () => {
      connections += 1;
      if (reached && !reached(connections)) throw new HostError("unreachable", "it does not answer");
      return shell;
    },
    {
      installers: {
        async provide(request) {
          provided += 1;
          if (provided > installers) throw new HostError("download", "the cluster has no installer");
          return pushedInstaller(installed.version).provide(request);
        },
      },
    },
  );
  const { sought: _sought, ...outcome } = await applyHostChange(change, machine, ports);
  return { outcome, scripts: host.scripts };
}

test.each(["connection-lost", "timeout", "too-much-output"])(
  "an installation that was made although its answer was lost (%s) is done",
  async (code) => {
    const { outcome } = await changed(install, {
      script: (name) => (name === "install" ? { code, carriedOut: true } : null),
    });
    expect(outcome).toEqual({ status: "done", attempts: 1 });
  },
);

test("an installation whose answer does not come in time, and that neither is there nor goes on, has failed", async () => {
  const { outcome, scripts } = await changed(install, {
    script: (name) => (name === "install" ? { code: "timeout", carriedOut: false } : null),
  });
  expect(outcome).toEqual({
    ...{ status: "failed", attempts: 1 },
    error: { code: "timeout", message: "no answer of install" },
  });
  expect(scripts).toEqual(["probe", "install", "probe", "clean-up"]);
});

test("an installation that goes on is looked at some more, and is uncertain where that does not end", async () => {
  const script = (name: ScriptOfHost) => (name === "install" ? { code: "timeout", carriedOut: false } : null);
  expect((await changed(install, { script, working: 2 })).outcome).toMatchObject({ status: "failed" });
  const { outcome, scripts } = await changed(install, { script, working: 9 });
  expect(outcome).toEqual({
    ...{ status: "uncertain", attempts: 1 },
    error: {
      code: "timeout",
      message: "no answer of install; what was begun on the host goes on: plan again when it has ended",
    },
  });
  expect(scripts.filter((name) => name === "probe")).toHaveLength(6);
});

test("settings whose answer is lost are uncertain where they are not there, since nothing tells whether it goes on", async () => {
  const configure = aChange({
    ...{ kind: "host", action: "configure", host: declared.name },
    ...{ fields: ["hostGroup"], before: { hostGroup: "" }, after: { hostGroup: "web" } },
  });
  const { outcome } = await changed(
    configure,
    {
      before: installed,
      script: (name) => (name === "configure" ? { code: "timeout", carriedOut: false } : null),
    },
    aHost({ environment: "abc-p1", oneagent: oneAgentSettings({ hostGroup: "web" }) }),
  );
  expect(outcome).toMatchObject({ status: "uncertain", error: { code: "timeout" } });
});

test("a host that is gone after an installation began is uncertain with what was lost, not unreachable", async () => {
  const { outcome } = await changed(install, {
    script: (name) => (name === "install" ? { code: "connection-lost", carriedOut: true } : null),
    reached: (nth) => nth === 1,
  });
  expect(outcome).toEqual({
    ...{ status: "uncertain", attempts: 2 },
    error: { code: "connection-lost", message: "no answer of install; it does not answer" },
  });
});

test("a host that is gone after the installer ended well, before it was looked at, is uncertain", async () => {
  const { outcome } = await changed(uninstall, {
    before: installed,
    script: (name, nth) => (name === "probe" && nth === 2 ? { code: "connection-lost", carriedOut: true } : null),
    reached: (nth) => nth === 1,
  });
  expect(outcome).toMatchObject({ status: "uncertain", attempts: 2, error: { code: "connection-lost" } });
});

test("what is as wanted once a removal gave no answer is done, and the removal is not sent again", async () => {
  const { outcome, scripts } = await changed(uninstall, {
    before: installed,
    script: (name) => (name === "uninstall" ? { code: "timeout", carriedOut: true } : null),
  });
  expect(outcome).toEqual({ status: "done", attempts: 1 });
  expect(scripts).toEqual(["probe", "uninstall", "probe", "clean-up"]);
});

test("a host that gives no answer before anything was sent to it has failed", async () => {
  const { outcome } = await changed(install, {
    script: (name) => (name === "probe" ? { code: "timeout", carriedOut: true } : null),
  });
  expect(outcome).toMatchObject({ status: "failed", error: { code: "timeout" } });
});

test("a host that a later try finds as before has failed by what that try met, whatever an earlier one sent", async () => {
  const { outcome } = await changed(install, {
    script: (name) => (name === "install" ? { code: "connection-lost", carriedOut: false } : null),
    installers: 1,
  });
  expect(outcome).toMatchObject({ status: "failed", attempts: 2, error: { code: "download" } });
});
