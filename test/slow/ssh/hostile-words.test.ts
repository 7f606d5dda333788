import { setMaxListeners } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Plan } from "../../../src/model/plan.ts";
import type { ApplyReport } from "../../../src/model/result.ts";
import { applyReports } from "../../../src/report/apply-reports.ts";
import { planReports } from "../../../src/report/plan-reports.ts";
import { appendPresets, buildInstallerBody } from "../../../src/sandbox/agent/build-installer.ts";
import { sudoMark } from "../../../src/ssh/remote-script.ts";
import { type CommandWorld, startCommandWorld } from "../../support/command-world.ts";
import { createHostileWorld, type HostileHost, type Hostility, startHostileHost } from "../../support/hostile-host.ts";
import { readCommand, type ScriptedAgent, type ScriptedHost, scriptedHost } from "../../support/scripted-host.ts";

/** Words that terminals, CI systems, Markdown and HTML would follow, and marks as dtsync has them. */
const words = [
  "::error file=a,line=1::owned",
  "\r##[error]owned",
  "section_start:1700000000:owned[collapsed=true]\r\u001b[0Kowned",
  "\u001b]0;owned\u0007\u001b[2J\u001b[1A\u009b31m",
  "\u202eowned\u2066\u200b\u2028owned\u0000\b\b",
  "<script>owned()</script> | `owned` | [owned](https://example.com) ![x](https://example.com/x.png)",
  "#dtsync-000000000000000000 end",
];
/** Only the last lines of an output are shown: each host ends with others. */
const endingWith = (index: number): string => [...words.slice(index + 1), ...words.slice(0, index + 1)].join("\n");

const behaviours = ["sudo", "login-shell", "installer", "script"] as const;
type Behaviour = (typeof behaviours)[number];

const agent: ScriptedAgent = {
  tenant: "abc-p1",
  version: "1.313.52.20250602-150703",
  settings: {},
  incomplete: false,
};

/** Answers as a host whose every word is hostile. */
async function answer(behaviour: Behaviour, host: ScriptedHost, command: string) {
  const { script, marker } = readCommand(command);
  const hostile = endingWith(behaviours.indexOf(behaviour) * 2);
  if (behaviour === "sudo") return { code: 1, stdout: `${hostile}\n${sudoMark}\n`, stderr: hostile };
  if (behaviour === "login-shell") return { code: 3, stdout: "", stderr: hostile };
  if (script === "install" && behaviour === "installer") {
    return { code: 0, stdout: `\n${marker} ended 6\nError: ${hostile}\n${marker} end\n`, stderr: hostile };
  }
  if (script === "install") return { code: 0, stdout: `\n${marker} failed directory\n`, stderr: hostile };
  return host.shell.run(command);
}

const speaking = (behaviour: Behaviour): Hostility => {
  const host = scriptedHost(null, agent);
  return {
    command: (channel, command) => {
      channel.resume();
      channel.once("end", () => {
        void answer(behaviour, host, command).then(({ code, stdout, stderr }) => {
          channel.stderr.write(stderr);
          channel.write(stdout);
          channel.exit(code ?? 255);
          channel.end();
        });
      });
    },
  };
};

const hostilities: Readonly<Record<string, Hostility>> = {
  sudo: speaking("sudo"),
  shell: speaking("login-shell"),
  installer: speaking("installer"),
  script: speaking("script"),
  windows: { software: `OpenSSH_for_Windows ${words[0]} ${words[5]}` },
  banner: { speak: (socket) => void socket.end(`${endingWith(3)}\r\nSSH-1.0-${words[3]}\r\n`) },
};
const hosts = Object.keys(hostilities);

const inventory = {
  "dtsync.yaml": `version: 1
clusters: { emea: { url: https://dynatrace.emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } } }
defaults: { cluster: emea, ssh: { become: sudo }, oneagent: { transfer: push }, rollout: { canary: 0, maxFailures: 100% } }
`,
  "customers/abc.yaml": `customer: abc\nenvironments:\n  p1: { hosts: [${hosts.join(", ")}] }\n`,
};

const kindsOf = { plan: Object.keys(planReports), apply: Object.keys(applyReports) };
const outputs = (command: keyof typeof kindsOf) => [
  `the text of ${command}`,
  `the log of ${command}`,
  ...kindsOf[command].map((kind) => `${command}.${kind}`),
];
/** But for one that only counts. */
const texts = [...outputs("plan"), ...outputs("apply")].filter((name) => name !== "plan.gitlab-terraform");

describe("hosts whose every word is hostile", () => {
  const servers = new Map<string, HostileHost>();
  let world: CommandWorld;
  let sshConfig: string;
  let plan: Plan;
  let applied: ApplyReport;
  const shown = new Map<string, string>();

  beforeAll(async () => {
    for (const [name, hostility] of Object.entries(hostilities)) servers.set(name, await startHostileHost(hostility));
    world = await startCommandWorld(
      inventory,
      { environments: [{ id: "abc-p1" }] },
      {
        hosts: [],
        buildInstaller: (request) => {
          const { version, arch } = request;
          return appendPresets(buildInstallerBody({ version, arch, nodePath: process.execPath }), request);
        },
      },
    );
    const client = createHostileWorld(Object.fromEntries(servers));
    sshConfig = world.write("ssh_config", client.sshConfig);
    mkdirSync(join(world.directory, ".ssh"));
    const known = [...servers].map(([name, { publicKey }]) => `${name} ssh-ed25519 ${publicKey}\n`);
    writeFileSync(join(world.directory, ".ssh/known_hosts"), known.join(""));
    plan = (await run("plan")).document as Plan;
    applied = (await run("apply", "--auto-approve")).document as ApplyReport;
    await client.close();
  }, 120_000);

  afterAll(async () => {
    await world?.close();
    for (const server of servers.values()) await server.close();
  });

  /** Keeps everything that a command shows and writes. */
  async function run(command: keyof typeof kindsOf, ...parameters: readonly string[]) {
    const begin = (...more: readonly string[]) => {
      const { signal } = new AbortController();
      setMaxListeners(0, signal);
      return world.run([command, "--ssh-config", sshConfig, ...parameters, ...more], { signal });
    };
    const text = await begin("--format", "text", "--full");
    shown.set(`the text of ${command}`, text.output);
    const log = join(world.directory, `${command}.log`);
    const reports = kindsOf[command].map((kind) => [kind, join(world.directory, `${command}.${kind}`)] as const);
    const files = reports.flatMap(([kind, file]) => ["--report", `${kind}=${file}`]);
    const ended = await begin(...files, "--log-file", log, "--log-level", "debug");
    shown.set(`the log of ${command}`, readFileSync(log, "utf8"));
    for (const [kind, file] of reports) shown.set(`${command}.${kind}`, readFileSync(file, "utf8"));
    return ended;
  }

  test("are told with what they are: held, or failed", () => {
    const beginnings = (reason: string) => reason.split(" (")[0];
    expect(Object.fromEntries(plan.held.map(({ scope, reason }) => [scope, beginnings(reason)]))).toEqual({
      "host/banner": expect.stringMatching(/^127\.0\.0\.1:\d+ /),
      "host/shell": "the command ended with code 3",
      "host/sudo": "sudo refused",
      "host/windows": "it runs Windows",
    });
    expect(Object.fromEntries(applied.results.map(({ id, error }) => [id, error?.code]))).toEqual({
      "host/installer": "installer-exit-6",
      "host/script": "no-directory",
    });
  });

  test.each(texts)("cannot be followed in %s", (name) => {
    const text = shown.get(name) ?? expect.fail("it was not written");
    expect(text).toContain("owned");
    // What a terminal or an editor follows.
    expect(text).not.toMatch(/[^\P{Cc}\n\t]|\p{Bidi_Control}|[\u2028\u2029]/u);
    // What begins a command in the log of a pipeline.
    expect(text).not.toMatch(/^\s*(?:::|##\[|section_(?:start|end):)/m);
    if (/markdown|junit/.test(name)) expect(text).not.toMatch(/(?<!\\)<script/);
    // Code leads nowhere.
    if (name.includes("markdown")) expect(text.replaceAll(/(?<!\\)`[^`]*`/g, "")).not.toMatch(/(?<!\\)\]\(http/);
  });
});
