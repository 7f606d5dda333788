import fc from "fast-check";
import { expect } from "vitest";
import { applyHostChange } from "../../src/kinds/host/effects/apply.ts";
import type { InstallerProvider } from "../../src/kinds/host/effects/installer-provider.ts";
import { planHost } from "../../src/kinds/host/plan.ts";
import type { Host } from "../../src/model/inventory.ts";
import { observeHosts } from "../../src/observe/observe-hosts.ts";
import type { CommandResult, Shell } from "../../src/ssh/shell.ts";
import { aHost, oneAgentSettings } from "../support/builders.ts";
import { hostPorts } from "../support/host-ports.ts";
import { silentLog } from "../support/log.ts";
import { type ScriptedAgent, type ScriptedHost, scriptedHost } from "../support/scripted-host.ts";
import { type Damage, damaged, damageToText } from "./damage.ts";
import { expectMeantWords, fuzz } from "./fuzz.ts";

/*
 * Law: what a host prints brings no unexpected error, and no script that is not for what is declared. An installation is
 * planned only where the host says, in what came of its answer, that there is no complete agent; a change counts as made
 * only where the host is as declared.
 */

interface DamageToOutput {
  readonly stdout: readonly Damage[];
  /** In place of everything. */
  readonly instead: string | null;
  readonly stderr: string;
  readonly code: number | null;
}

const words = fc.constantFrom(
  "",
  "sudo: a password is required",
  "\u001b[2J\u0000",
  "x".repeat(5_000),
  "::error::\nline",
);

const damageToOutput: fc.Arbitrary<DamageToOutput> = fc.record({
  stdout: fc.array(damageToText, { minLength: 1, maxLength: 2 }),
  instead: fc.option(words, { freq: 10 }),
  stderr: words,
  code: fc.constantFrom(0, 0, 0, 1, 127, 255, -1, null),
});

function damagedResult(result: CommandResult, { stdout, instead, stderr, code }: DamageToOutput): CommandResult {
  const bytes = stdout.reduce(damaged, new TextEncoder().encode(result.stdout));
  return { code, stderr, stdout: instead ?? new TextDecoder().decode(bytes) };
}

/** The host with one of its answers damaged, which is kept. */
function damagedShell({ shell }: ScriptedHost, damage: DamageToOutput, nth: number) {
  let asked = -1;
  const answers: string[] = [];
  const run: Shell["run"] = async (command, options) => {
    asked += 1;
    const result = await shell.run(command, options);
    const given = asked === nth ? damagedResult(result, damage) : result;
    answers.push(given.stdout);
    return given;
  };
  return { shell: { run, close: () => undefined }, answers };
}

const settings = fc.record(
  {
    hostGroup: fc.constantFrom("", "web"),
    hostTags: fc.subarray(["a=1", "b"]),
    hostProperties: fc.constantFrom({}, { owner: "ops" }),
    monitoringMode: fc.constantFrom("fullstack" as const, "infra-only" as const),
    autoUpdate: fc.boolean(),
  },
  { requiredKeys: [] },
);

type DeclaredSettings = Partial<
  Pick<Host["oneagent"], "hostGroup" | "hostTags" | "hostProperties" | "monitoringMode" | "autoUpdate">
>;

/** What oneagentctl would print of settings, once they are set. */
const printed = ({ hostGroup, hostTags, hostProperties, monitoringMode, autoUpdate }: DeclaredSettings) => ({
  hostGroup: hostGroup ?? "",
  hostTags: (hostTags ?? []).join("\n"),
  hostProperties: Object.entries(hostProperties ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join("\n"),
  monitoringMode: monitoringMode ?? "fullstack",
  autoUpdate: String(autoUpdate ?? true),
});

const version = "1.313.52.20250602-150703";

const disturbedHost = fc.record({
  state: fc.constantFrom("present" as const, "present" as const, "absent" as const),
  settings,
  there: fc.option(
    fc.record({
      tenant: fc.constantFrom("abc-p1", "foreign-9"),
      settings: settings.map(printed),
      incomplete: fc.constantFrom(false, false, true),
    }),
    { freq: 4 },
  ),
  damage: damageToOutput,
  nth: fc.nat({ max: 4 }),
});

const installers: InstallerProvider = {
  provide: async () => ({
    version,
    connection: { tenant: "abc-p1", tenantToken: "", server: "https://dynatrace.example.com:443/communication" },
    size: 1,
    input: () => [Buffer.from("x")],
    pull: (use) =>
      use({ url: "https://dynatrace.example.com/x", token: "", size: 1, sha256: "0".repeat(64), rate: null }),
  }),
};

async function planOf(host: Host, shell: Shell) {
  const signal = new AbortController().signal;
  const options = {
    connect: async () => shell,
    letGo: () => shell.close(),
    concurrency: 1,
    signal,
    log: silentLog,
    events: { started: () => undefined, waits: () => undefined, ended: () => undefined },
    origins: new Map(),
  };
  const reading = (await observeHosts([host], options)).get(host.name);
  if (reading === undefined) throw new Error("the host was not read");
  if (reading.status === "unreadable") expectMeantWords(reading.reason);
  return { reading, ...planHost(host, reading, []) };
}

/** Whether an answer tells, to whoever reads its lines, that there is no complete agent. */
function tellsOfNoAgent(answer: string): boolean {
  const lines = answer.split(/\r?\n/);
  const tenant = lines.findIndex((line) => /^#dtsync-\w+ tenant( |$)/.test(line));
  const value = lines[tenant + 1]?.trim() ?? "";
  const hasTenant = / tenant 0( |$)/.test(lines[tenant] ?? "") && value !== "" && !value.startsWith("#dtsync-");
  return (
    !hasTenant || lines.some((line) => /^#dtsync-\w+ (?:agent absent|control missing|transaction open)$/.test(line))
  );
}

fuzz("outputs of hosts", disturbedHost, async ({ state, settings: declared, there, damage, nth }) => {
  const installed: ScriptedAgent = { tenant: "abc-p1", version, settings: printed(declared), incomplete: false };
  const before = there === null ? null : { ...there, version };
  const host = aHost({ state, oneagent: oneAgentSettings(declared) });

  const { change: undisturbed } = await planOf(host, scriptedHost(before, installed).shell);
  const read = damagedShell(scriptedHost(before, installed), damage, 0);
  const { change, held, reading } = await planOf(host, read.shell);
  if (reading.status === "unreadable") expect([change, held?.items]).toEqual([null, 1]);
  if (change?.action === "install" && undisturbed?.action !== "install") {
    expect(read.answers[0]).toSatisfy(tellsOfNoAgent);
  }
  if (change !== null) expect(change.action === "uninstall").toBe(state === "absent");
  if (change?.action === "uninstall") expect(before).not.toBeNull();

  if (undisturbed === null) return;
  const world = scriptedHost(before, installed);
  const { shell } = damagedShell(world, damage, nth);
  const ports = hostPorts(async () => shell, { installers, connectWait: 2_500 });
  const outcome = await applyHostChange(undisturbed, host, ports);
  expect(outcome.error?.code).not.toBe("internal");
  expectMeantWords(outcome.error?.message ?? "");
  expect(outcome.error?.message ?? "").not.toMatch(/\p{Cc}/u);
  expect(world.scripts.includes("uninstall") && state !== "absent").toBe(false);
  const ofRemoval: readonly string[] = ["probe", "uninstall", "clean-up"];
  expect(world.scripts.some((script) => !ofRemoval.includes(script)) && state === "absent").toBe(false);
  if (outcome.status === "done")
    expect(world.agent).toEqual(state === "absent" ? null : expect.objectContaining({ tenant: "abc-p1" }));
});
