import { readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Outcome } from "../../../../src/execute/outcome.ts";
import type { Host } from "../../../../src/model/inventory.ts";
import { standInCommandFolder } from "../../../../src/sandbox/hosts/stand-in-commands.ts";
import { type HostWorld, startHostWorld } from "../../../support/host-world.ts";

/**
 * How often a program runs that always ends with a code, in how many tries of dtsync, and how often the host waited in
 * between. A try begins with a new transfer.
 */
interface Persistence {
  readonly code: number;
  readonly runs: number;
  readonly tries: number;
  readonly waits: number;
  /** What the message says of the code. */
  readonly meaning: RegExp;
}

/** More seconds than anything else sleeps on a host of the simulation, so that the waits for the lock can be told. */
const lockWait = { seconds: 4711, tries: 4 };

const final = (code: number, meaning: RegExp): Persistence => ({ code, runs: 1, tries: 1, waits: 0, meaning });

const installerCodes: readonly Persistence[] = [
  final(1, /general error/),
  { code: 2, runs: 2, tries: 1, waits: 1, meaning: /watchdog/ },
  { code: 3, runs: 2, tries: 1, waits: 1, meaning: /watchdog/ },
  final(6, /disk space/),
  final(7, /memory/),
  final(8, /parameter/),
  final(9, /permissions or a read-only/),
  final(10, /semanage/),
  { code: 12, runs: 2, tries: 1, waits: 1, meaning: /signal/ },
  { code: 13, runs: 4, tries: 1, waits: 3, meaning: /another installation, removal or update/ },
  final(14, /inside a container/),
  final(15, /C library/),
  { code: 16, runs: 2, tries: 2, waits: 0, meaning: /package is corrupted/ },
  final(17, /tool .* is missing/),
  final(18, /downgrades are not supported/),
  final(19, /not supported/),
  final(20, /SELinux module/),
  final(21, /noexec or nosuid/),
  final(99, /an unknown code/),
];

const uninstallerCodes: readonly Persistence[] = [
  final(1, /general error/),
  { code: 13, runs: 4, tries: 1, waits: 3, meaning: /another installation, removal or update/ },
  final(14, /inside a container/),
];

/** Codes that pass by themselves, or with a new transfer: one failure more than none is not told of. */
const passing = installerCodes.filter(({ runs }) => runs > 1);

const nameOf = (group: string, code: number) => `${group}-${code}.example.com`;
const named = (group: string, codes: readonly Persistence[]) => codes.map(({ code }) => nameOf(group, code));

let world: HostWorld;
const handedOver = "handed-over.example.com";
const taken = "taken.example.com";
const outcomes = new Map<string, Outcome>();

beforeAll(async () => {
  const toInstall = named("install", installerCodes);
  const toRemove = named("remove", uninstallerCodes);
  const toPass = named("pass", passing);
  world = await startHostWorld([...toInstall, ...toRemove, ...toPass, handedOver, taken], { lockWait });
  for (const name of toRemove) {
    await applyPlanned(world.host(name));
  }
  for (const name of [...toInstall, ...toRemove, ...toPass]) recordLockWaits(name);
  await Promise.all([
    ...installerCodes.map(async ({ code }) => endWith(world.host(nameOf("install", code)), code, 99)),
    ...passing.map(async ({ code, runs }) => endWith(world.host(nameOf("pass", code)), code, runs - 1)),
    ...uninstallerCodes.map(async ({ code }) =>
      endWith(world.host(nameOf("remove", code), { state: "absent" }), code, 99),
    ),
  ]);
}, 120_000);

afterAll(() => world?.close());

async function applyPlanned(host: Host): Promise<Outcome> {
  const change = await world.plan(host);
  if (!change) throw new Error(`nothing is planned for ${host.name}`);
  return world.apply(change, host);
}

/** Applies while the agent's program ends with a code so many times. */
async function endWith(host: Host, code: number, times: number): Promise<void> {
  world.machine(host.name).setBehaviour({ EXIT_CODE: code, EXIT_CODE_TIMES: times });
  outcomes.set(host.name, await applyPlanned(host));
}

/** A `sleep` that notes the waits for the lock, and does not wait; something else may happen meanwhile. */
function recordLockWaits(name: string, meanwhile = ""): void {
  const { root } = world.machine(name);
  const script = `#!/bin/sh
[ "$1" = ${lockWait.seconds} ] || exec /bin/sleep "$@"
echo >>${root}/var/lib/dtsync-stand-in/waits
${meanwhile}
`;
  writeFileSync(join(root, standInCommandFolder, "sleep"), script, { mode: 0o755 });
}

const runsOf = (name: string) => Number(world.machine(name).read("/var/lib/dtsync-stand-in/exit-code-uses"));
const waitsOf = (name: string) => (world.machine(name).read("/var/lib/dtsync-stand-in/waits") ?? "").length;

const leftBehind = (name: string) =>
  readdirSync(join(world.machine(name).root, "tmp")).filter((file) => file.startsWith("dtsync"));

/** The law: what stood in the way is gone, so the same is planned and done, and nothing is left to plan. */
async function expectConvergence(host: Host): Promise<void> {
  world.machine(host.name).setBehaviour({});
  const change = await world.plan(host);
  if (change) expect(await world.apply(change, host)).toMatchObject({ status: "done" });
  expect(await world.plan(host)).toBeNull();
  expect(leftBehind(host.name)).toEqual([]);
}

describe.each([
  ["installer", "install", installerCodes],
  ["uninstaller", "remove", uninstallerCodes],
] as const)("the %s's exit code", (program, group, codes) => {
  test.each(codes)("$code is tried as often as that can help, and told", async ({ code, meaning, ...persistence }) => {
    const name = nameOf(group, code);
    expect(outcomes.get(name)).toEqual({
      status: "failed",
      attempts: persistence.tries,
      error: { code: `${program}-exit-${code}`, message: expect.stringMatching(meaning) },
    });
    expect({ ...persistence, runs: runsOf(name), waits: waitsOf(name) }).toEqual(persistence);
    expect(leftBehind(name)).toEqual([]);
  });
});

test.each([
  ["installer", nameOf("install", 6), "present"],
  ["installer", nameOf("install", 2), "present"],
  ["installer", nameOf("install", 12), "present"],
  ["uninstaller", nameOf("remove", 13), "absent"],
] as const)("what the %s left undone on %s is done by the next run", async (_program, name, state) => {
  await expectConvergence(world.host(name, { state }));
});

test("a removal that waited for the lock spares an agent that is another environment's by then", async () => {
  await applyPlanned(world.host(handedOver));
  const machine = world.machine(handedOver);
  machine.setBehaviour({ EXIT_CODE: 13, EXIT_CODE_TIMES: 1 });
  recordLockWaits(handedOver, `${machine.root}/opt/dynatrace/oneagent/agent/tools/oneagentctl --set-tenant=xyz-p1`);
  expect(await applyPlanned(world.host(handedOver, { state: "absent" }))).toMatchObject({
    status: "stale",
    error: { message: "the agent now reports to xyz-p1" },
  });
  expect(waitsOf(handedOver)).toBe(1);
  expect(machine.counters().removals).toBe(0);
});

describe("an installation that waited for the lock", () => {
  /** Applies to a bare host, on which somebody else installs an agent of an environment meanwhile. */
  async function applyBeside(environment: string): Promise<Outcome> {
    const machine = world.machine(taken);
    await machine.reset();
    await applyPlanned(world.host(taken, { environment }));
    const [there, away] = ["opt/dynatrace", "opt/away"].map((path) => join(machine.root, path));
    renameSync(String(there), String(away));
    machine.setBehaviour({ EXIT_CODE: 13, EXIT_CODE_TIMES: 1 });
    recordLockWaits(taken, `mv ${away} ${there}`);
    return applyPlanned(world.host(taken));
  }

  test("spares an agent that is another environment's by then", async () => {
    expect(await applyBeside("abc-t1")).toMatchObject({
      status: "stale",
      error: { message: "there is an agent now, which reports to abc-t1" },
    });
    expect(world.machine(taken).counters().installations).toBe(1);
  });

  test("finds one that is as declared by then, and does not install it once more", async () => {
    expect(await applyBeside("abc-p1")).toMatchObject({ status: "done" });
    expect(world.machine(taken).counters().installations).toBe(1);
  });
});

test.each(passing)("the installer's exit code $code that passes in time is no failure", async ({ code, tries }) => {
  const name = nameOf("pass", code);
  expect(outcomes.get(name)).toEqual({ status: "done", attempts: tries });
  await expectConvergence(world.host(name));
});
