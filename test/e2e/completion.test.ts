import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

/** Names that a shell which evaluates them takes for commands; each would make a file `taken…`. */
const hostileNames = [
  "$(touch taken1)",
  "`touch taken2`",
  "x; touch taken3 #'\"",
  "y' && touch taken4 && '",
  "*",
  "~/z",
];

const inventory = {
  "dtsync.yaml": `version: 1
clusters:
  emea: { url: https://dynatrace.emea.example.com, token: { command: [touch, taken5] } }
defaults: { cluster: emea }
groups:
${["NOC Team", ...hostileNames].map((name) => `  - { name: ${JSON.stringify(name)}, clusters: [emea] }\n`).join("")}`,
  "customers/abc.yaml": `customer: abc
environments:
  p1: { hosts: ["web[01-12].abc.example.com", { command: [touch, taken6] }] }
`,
};

const starts = {
  bash: ["bash --norc --noprofile -i", "PS1='ready> '; source <(dtsync completion bash)"],
  zsh: [
    "zsh -f -i",
    "PS1='ready> '; unsetopt PROMPT_SP; autoload -Uz compinit; compinit -u -D; source <(dtsync completion zsh)",
  ],
  fish: ["fish --no-config -i", "function fish_prompt; echo 'ready> '; end; dtsync completion fish | source"],
} as const;

type Shell = keyof typeof starts;

function whyLeftOut(shell: Shell): string | null {
  for (const program of ["script", shell]) {
    if (spawnSync(program, ["--version"]).status === 0) continue;
    if (process.env["DTSYNC_REQUIRE_ALL"] === "1") throw new Error(`${program} is missing`);
    return `there is no ${program}`;
  }
  return null;
}

let directory: string;
const called = () => join(directory, "called.json");

const environment = () => ({
  PATH: `${join(directory, "bin")}:${process.env["PATH"] ?? ""}`,
  HOME: directory,
  TERM: "xterm",
  LANG: "C.UTF-8",
  XDG_CACHE_HOME: join(directory, "cache"),
  XDG_STATE_HOME: join(directory, "state"),
});

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "dtsync-completion-"));
  for (const [name, text] of Object.entries(inventory)) {
    mkdirSync(join(directory, "inventory", "customers"), { recursive: true });
    writeFileSync(join(directory, "inventory", name), text);
  }
  writeFileSync(join(directory, "plan.json"), "{}");
  mkdirSync(join(directory, "bin"));
  // What completes is dtsync itself; what is called when Enter is pressed is only noted.
  const program = `#!/bin/sh
case "$1" in
complete | completion) exec ${process.execPath} ${cli} "$@" ;;
esac
exec ${process.execPath} ${join(directory, "note.cjs")} "$@"
`;
  // The file is there only once it is whole.
  writeFileSync(
    join(directory, "note.cjs"),
    `const { renameSync, writeFileSync } = require("node:fs");
const file = process.env.HOME + "/called.json";
writeFileSync(file + ".new", JSON.stringify(process.argv.slice(2)));
renameSync(file + ".new", file);
`,
  );
  writeFileSync(join(directory, "bin/dtsync"), program);
  chmodSync(join(directory, "bin/dtsync"), 0o755);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const taken = () => readdirSync(directory).filter((name) => name.startsWith("taken"));

describe.each(Object.keys(starts) as Shell[])("%s", (shell) => {
  const reason = whyLeftOut(shell);
  let child: ChildProcess;
  let screen = "";

  async function shows(text: string, from: number): Promise<void> {
    const end = Date.now() + 60_000;
    while (!screen.slice(from).includes(text)) {
      if (Date.now() > end) throw new Error(`${shell} does not show ${JSON.stringify(text)}:\n${screen.slice(from)}`);
      await wait(20);
    }
  }

  /** Types keys, and gives what dtsync is called with after Enter. */
  async function call(keys: string): Promise<readonly string[]> {
    rmSync(called(), { force: true });
    const from = screen.length;
    // A shell takes one key after the other: Enter waits until it is through with Tab.
    child.stdin?.write(`${keys}\r`);
    const end = Date.now() + 60_000;
    while (!existsSync(called())) {
      if (Date.now() > end) throw new Error(`nothing was called:\n${screen.slice(from)}`);
      await wait(20);
    }
    await shows("ready> ", from);
    const parameters = JSON.parse(readFileSync(called(), "utf8")) as readonly string[];
    // zsh takes the slash of a folder away again.
    return parameters.map((parameter) => parameter.replace(/^inventory\/$/, "inventory"));
  }

  describe.skipIf(reason !== null)(reason === null ? "completes" : `(skipped: ${reason})`, () => {
    beforeAll(async () => {
      const [program, prepare] = starts[shell];
      child = spawn("script", ["--quiet", "--return", "--command", program, "/dev/null"], {
        cwd: directory,
        env: environment(),
        stdio: ["pipe", "pipe", "inherit"],
      });
      child.stdout?.on("data", (chunk: Buffer) => {
        screen += chunk.toString();
      });
      child.stdin?.write(`${prepare}\r`);
      await shows("ready> ", prepare.length);
    });
    afterAll(async () => {
      child.kill("SIGKILL");
      await new Promise((ended) => child.once("close", ended));
    });

    test.each<[string, readonly string[]]>([
      ["dtsync pl\t", ["plan"]],
      ["dtsync plan --detai\t", ["plan", "--detailed-exitcode"]],
      ["dtsync plan --format=j\t", ["plan", "--format=json"]],
      ["dtsync plan --only hosts,g\t", ["plan", "--only", "hosts,groups"]],
      ["dtsync plan --out pl\t", ["plan", "--out", "plan.json"]],
      ["dtsync plan --report json=pl\t", ["plan", "--report", "json=plan.json"]],
      ["dtsync validate --inventory inv\t", ["validate", "--inventory", "inventory"]],
      ["dtsync plan --target=web12\t", ["plan", "--target=web12.abc.example.com"]],
      ["dtsync help exit-c\t", ["help", "exit-codes"]],
      ["dtsync explain abc-p\t", ["explain", "abc-p1"]],
      ["dtsync explain group/emea/NOC\t", ["explain", "group/emea/NOC Team"]],
      ["dtsync explain 'NOC\t", ["explain", "NOC Team"]],
      ["dtsync explain \\$\t", ["explain", "$(touch taken1)"]],
      ["dtsync explain \\`\t", ["explain", "`touch taken2`"]],
      ["dtsync explain group/emea/x\t", ["explain", "group/emea/x; touch taken3 #'\""]],
      ["dtsync explain group/emea/y\t", ["explain", "group/emea/y' && touch taken4 && '"]],
      ["dtsync explain group/emea/\\*\t", ["explain", "group/emea/*"]],
    ])("%j", async (keys, parameters) => {
      expect(await call(keys)).toEqual(parameters);
      expect(taken()).toEqual([]);
    });

    test("all names there are, without running any", async () => {
      const from = screen.length;
      child.stdin?.write("dtsync explain \t\t");
      await shows("web12.abc", from);
      await wait(300);
      expect(taken()).toEqual([]);
      child.stdin?.write("\u0003");
    });
  });
});

test("nothing is said of what is wrong, and nothing written but the cache", () => {
  const folder = mkdtempSync(join(directory, "empty-"));
  const run = (...parameters: readonly string[]) =>
    execFileSync(process.execPath, [cli, "complete", ...parameters], {
      cwd: folder,
      env: { ...environment(), HOME: folder, XDG_CACHE_HOME: "", XDG_STATE_HOME: "" },
      encoding: "utf8",
    });
  mkdirSync(join(folder, "inventory"));
  writeFileSync(join(folder, "inventory/dtsync.yaml"), "a: {");
  expect(run("zsh", "--", "dtsync", "explain", "")).toMatch(/^words\n/);
  expect(run("bash", "--", "dtsync plan --set x", "not a number", "")).toMatch(/^words\n/);
  expect(run("fish", "--", "dtsync", "plan", "--inventory", "/dev/null", "--target", "")).toMatch(/^words\n/);
  expect(run("fish")).toMatch(/^words\n/);
  expect(run("zsh", "--", "dtsync", "plan", "--format=json", "--frobnicate", "-")).toMatch(/^words\n/);
  expect(readdirSync(folder).sort()).toEqual([".cache", ".local", "inventory"]);
  expect(readdirSync(join(folder, ".local/state/dtsync"))).toEqual(["cache-key"]);
});
