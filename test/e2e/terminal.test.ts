import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { StandInSwitches } from "../../src/sandbox/agent/stand-in-switches.ts";
import { type SimulatedHosts, startSimulatedHosts } from "../../src/sandbox/hosts/start-simulated-hosts.ts";
import { type EndToEnd, smallInventory, startEndToEnd } from "../support/end-to-end.ts";
import { openTerminal, type Terminal, type TerminalOptions, tmuxAvailable } from "../support/tmux.ts";

const tmux = tmuxAvailable();
const skipped = tmux.available ? "" : ` (skipped: ${tmux.reason})`;

let world: EndToEnd;
let terminal: Terminal | null;

beforeEach(() => {
  terminal = null;
});

afterEach(async () => {
  terminal?.close();
  await world?.close();
});

async function open(parameters: readonly string[], options?: TerminalOptions): Promise<Terminal> {
  terminal = await openTerminal(world, parameters, options);
  return terminal;
}

const read = (name: string) => readFileSync(join(world.directory, name), "utf8");
const environments = () => world.cluster("emea").snapshot().environments.length;
const question = 'Make these 12 changes? Only "yes" goes on:';

describe.skipIf(!tmux.available)(`a question on a terminal${skipped}`, () => {
  beforeEach(async () => {
    world = await startEndToEnd({ inventory: smallInventory, clusters: ["emea", "apac"] });
  });

  test("yes goes on, with progress, and the result is shown", async () => {
    const { shows, type, exitCode } = await open(["apply"]);
    await shows(question);
    type("yes", "Enter");
    const screen = await shows("Applied 12 changes: 12 done");
    expect(screen).toMatch(/^✔ Environments {2}3\/3$/m);
    expect(await exitCode()).toBe(0);
    expect(environments()).toBe(2);
  });

  test("no does not", async () => {
    const { shows, type, exitCode } = await open(["apply"]);
    await shows(question);
    type("no", "Enter");
    await shows("dtsync: not confirmed, so nothing was done");
    expect(await exitCode()).toBe(4);
    expect(environments()).toBe(0);
  });

  test("Ctrl-C is an interrupt", async () => {
    const { shows, type, exitCode } = await open(["apply"]);
    await shows(question);
    type("C-c");
    await shows("dtsync: interrupted");
    expect(await exitCode()).toBe(130);
    expect(environments()).toBe(0);
  });

  test.each([
    ["a pipe", 'set -o pipefail; "$@" | cat >result'],
    ["a file", '"$@" >result'],
  ])("is asked on the terminal when the result goes to %s, and so is progress shown", async (_where, script) => {
    const { shows, type, exitCode } = await open(["apply", "--format", "json"], { script });
    await shows(question);
    type("yes", "Enter");
    await shows(/^✔ Permissions {3}5\/5$/m);
    expect(await exitCode()).toBe(0);
    const screen = terminal?.screen();
    expect(screen).not.toContain("dtsync-apply/1");
    expect(JSON.parse(read("result"))).toMatchObject({ format: "dtsync-apply/1", summary: { done: 12 } });
  });

  test("a pipe that leads back to the terminal shows the plan and the result beside question and progress", async () => {
    const { shows, type, exitCode } = await open(["apply"], { script: 'set -o pipefail; "$@" | cat' });
    await shows("Plan: 7 to create");
    await shows(question);
    type("yes", "Enter");
    const screen = await shows("Applied 12 changes: 12 done");
    expect(screen).toMatch(/^✔ Groups +4\/4$/m);
    expect(await exitCode()).toBe(0);
  });

  test("is asked on a dumb terminal too, where nothing is drawn", async () => {
    const { shows, type, exitCode } = await open(["apply", "--no-color"], { script: 'TERM=dumb "$@"' });
    await shows(question);
    type("yes", "Enter");
    expect(await shows("Applied 12 changes: 12 done")).not.toContain("✔");
    expect(await exitCode()).toBe(0);
  });

  test("is not asked where nobody would see it", async () => {
    const { exitCode } = await open(["apply"], { script: '"$@" 2>messages' });
    expect(await exitCode()).toBe(4);
    expect(read("messages")).toContain("dtsync: there is no terminal to ask on, so nothing was done");
    expect(read("messages")).not.toContain("\u001b");
  });
});

describe.skipIf(!tmux.available)(`what goes to a file from a terminal${skipped}`, () => {
  beforeEach(async () => {
    world = await startEndToEnd({ inventory: smallInventory, clusters: ["emea", "apac"] });
  });

  test("has no colours and nothing that is shown live", async () => {
    const script = '"$@" >result 2>messages';
    const { exitCode } = await open(["apply", "--auto-approve"], { script, environment: { GITLAB_CI: "true" } });
    expect(await exitCode()).toBe(0);
    expect(read("result")).toContain("Applied 12 changes: 12 done");
    expect(read("result") + read("messages")).not.toContain("\u001b");
  });

  test("is a plan without colours, also in GitLab's job", async () => {
    const { exitCode } = await open(["plan"], { script: '"$@" >result', environment: { GITLAB_CI: "true" } });
    expect(await exitCode()).toBe(0);
    expect(read("result")).toContain("Plan: 7 to create");
    expect(read("result")).not.toContain("\u001b");
    expect(terminal?.screen()).not.toContain("Plan: 7 to create");
  });
});

describe.skipIf(!tmux.available)(`text on a terminal${skipped}`, () => {
  const text = "so many words that no terminal in the world can show them all in one line of it";

  beforeEach(async () => {
    world = await startEndToEnd({
      inventory: {
        ...smallInventory,
        "customers/abc.yaml": `customer: abc\nenvironments: { p1: { name: ${text} } }\n`,
      },
      clusters: ["emea", "apac"],
    });
  });

  test("is broken between words, in results and in messages, and is the same text", async () => {
    const { exitCode, screen } = await open(["plan"], { columns: 50, rows: 100 });
    expect(await exitCode()).toBe(0);
    const piped = await world.run(["plan"]);
    const words = (shown: string) => shown.split(/\s+/).filter((word) => word !== "");
    const shown = screen().replace(/\n*Pane is dead[\s\S]*/, "");
    expect(words(shown)).toEqual(words(piped.stderr + piped.stdout));
    expect(shown).toMatch(/^ +name +so many words/m);
    expect(shown.split("\n").every((line) => line.length <= 50)).toBe(true);
  });

  test("is not broken in a document, which somebody may copy", async () => {
    const { exitCode, screen } = await open(["plan", "--format", "json"], { columns: 50, rows: 200 });
    expect(await exitCode()).toBe(0);
    // The terminal itself goes on in the next line, in the middle of a word.
    expect(screen().replaceAll("\n", "")).toContain(text);
    expect(screen()).not.toContain(text);
  });
});

describe.skipIf(!tmux.available)(`an apply of slow hosts on a terminal${skipped}`, () => {
  const names = Array.from({ length: 6 }, (_, index) => `shop-frontend-web0${index + 1}.abc.example.com`);
  let directory: string;
  let hosts: SimulatedHosts;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "dtsync-terminal-"));
    hosts = await startSimulatedHosts({
      hosts: names.map((name, index) => ({
        name,
        listen: { address: `127.43.${index + 1}.1`, port: 0 },
        user: "deploy",
      })),
      directory,
      nodePath: process.execPath,
    });
  });

  afterAll(async () => {
    await hosts?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  beforeEach(async () => {
    for (const host of hosts.hosts.values()) await host.reset();
    world = await startEndToEnd({
      inventory: {
        "dtsync.yaml": `version: 1
clusters: { emea: { url: https://dynatrace.emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } } }
defaults: { cluster: emea, ssh: { user: deploy, become: sudo } }
`,
        "customers/abc.yaml": `customer: abc
environments:
  p1: { rollout: { canary: 6, concurrency: 6 }, hosts: ['shop-frontend-web[01-06].abc.example.com'] }
`,
      },
      clusters: ["emea"],
      options: ["--ssh-config", hosts.sshConfigFile],
    });
  });

  /** Has the first host behave in one way and all the others in another. */
  function behave(first: StandInSwitches, others: StandInSwitches): void {
    for (const [name, host] of hosts.hosts) host.setBehaviour(name === names[0] ? first : others);
  }

  const lines = (screen: string, text: string) => screen.split("\n").filter((line) => line.includes(text));
  const apply = ["apply", "--auto-approve"];

  test("counts what is done and names what takes long, as much as the window has room for", async () => {
    behave({ DURATION: 20 }, { DURATION: 20 });
    const { shows, resize, exitCode, screen } = await open(apply, { columns: 80 });
    // Hosts that take long to be read are named before, without environments beside them.
    const longest = " {2}longest: host\\/shop-frontend-web0\\d\\.abc\\.example\\.com \\d+ s, 5 more";
    const narrow = await shows(new RegExp(`^✔ Environments +1/1\n▸ Hosts +0/6.*\n${longest}$`, "m"));
    expect(lines(narrow, "▸ Hosts")).toHaveLength(1);
    resize(200);
    const wide = await shows(/longest: (?:host\/\S+ \d+ s, ){4}2 more$|longest: (?:host\/\S+ \d+ s, ){3}3 more$/m);
    expect(lines(wide, "Hosts")).toHaveLength(1);
    expect(lines(wide, "longest:")).toHaveLength(1);
    resize(40);
    const small = await shows(/^ {2}longest: host\/shop-frontend-web0\d.*…$/m);
    expect(lines(small, "longest:")).toHaveLength(1);
    resize(80);
    await shows("Applied 7 changes: 7 done");
    expect(await exitCode()).toBe(0);
    expect(lines(screen(), "longest:")).toEqual([]);
    expect(lines(screen(), "✔ Hosts")).toEqual([expect.stringMatching(/^✔ Hosts +6\/6$/)]);
  });

  test("names a failure when it happens, above what still runs, and its kind is not green", async () => {
    behave({ EXIT_CODE: 6 }, { DURATION: 5 });
    const { shows, exitCode } = await open(apply, { columns: 200 });
    const failure = `failed    install host/${names[0]}`;
    const screen = await shows(failure);
    expect(screen).not.toContain("Applied");
    const running = await shows(/^✖ Hosts +1\/6 +1 failed/m);
    expect(running.indexOf(failure)).toBeLessThan(running.indexOf("✖ Hosts"));
    expect(running.split(failure)[1]).toMatch(/^ \d\.\d s: the installer ended with code 6[^✖]*\[installer-exit-6\]\n/);
    const end = await shows("Applied 7 changes: 6 done, 1 failed");
    expect(lines(end, "Hosts")).toEqual([expect.stringMatching(/^✖ Hosts +6\/6 +1 failed$/)]);
    expect(await exitCode()).toBe(5);
  });

  test("answers Ctrl-C at once above the progress, and finishes what runs", async () => {
    behave({ DURATION: 5 }, { DURATION: 5 });
    const { shows, type, exitCode, screen } = await open(apply);
    await shows(/^✔ Environments +1\/1\n▸ Hosts +0\/6.*\n {2}longest:/m);
    type("C-c");
    const answer = "Interrupted: finishing what is running. Once more leaves at once.";
    const answered = await shows(/interrupted: finishing what is running$/m);
    expect(answered.indexOf(answer)).toBeGreaterThan(0);
    expect(answered.indexOf(answer)).toBeLessThan(answered.indexOf("▸ Hosts"));
    expect(await exitCode()).toBe(130);
    expect(lines(screen(), answer)).toEqual([answer]);
    // Installed, and not waited for until their environment lists them: that is not green.
    expect(lines(screen(), "✖ Hosts")).toHaveLength(1);
  });
});

describe.skipIf(!tmux.available)(`a sandbox on a terminal${skipped}`, () => {
  beforeEach(async () => {
    world = await startEndToEnd({ inventory: smallInventory, clusters: [] });
  });

  test("leaves the answer to Ctrl-C to its command", async () => {
    const command = "trap 'echo got it; exit 7' INT; echo ready; while :; do sleep 0.05; done";
    const { shows, type, exitCode, screen } = await open(["sandbox", "--", "bash", "-c", command]);
    await shows(/^ready$/m);
    type("C-c");
    await shows("got it");
    expect(await exitCode()).toBe(7);
    expect(screen()).not.toContain("Interrupted");
  });

  test("does so even where the command is over before the interrupt is seen", async () => {
    // The folder of the command is removed after it, which takes long enough for a signal to be in time.
    const fill = 'cd "$(dirname "$(dirname "$(command -v dtsync)")")" && seq 5000 | xargs touch';
    const late = 'sandbox=$PPID; (while [ -d /proc/$$ ]; do :; done; kill -INT "$sandbox") & exit 7';
    const { shows, exitCode, screen } = await open(["sandbox", "--", "bash", "-c", `${fill}; echo ready; ${late}`]);
    await shows(/^ready$/m);
    expect(await exitCode()).toBe(7);
    expect(screen()).not.toContain("Interrupted");
  });
});
