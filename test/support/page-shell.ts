import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isMap, isSeq, parseDocument, type YAMLMap } from "yaml";
import { type Block, commandsOf } from "./pages.ts";
import { copySmallExample } from "./small-example.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const cli = join(root, "dist/cli.js");

/** A shell in which somebody follows a page, on a machine that has dtsync and nothing else of theirs. */
export interface PageShell {
  /** Runs a command where the ones before it left the shell. */
  run(command: string): Promise<{ readonly code: number; readonly output: string }>;
  /** Writes the file that a block shows (`file=`), or adds what it shows to one (`into=`), below the inventory. */
  write(block: Block): void;
  close(): void;
}

/**
 * Where a page begins: `empty` is a folder without anything; `example` a repository with the example inventory, of which an
 * older commit lacks a customer; `applied` one with the inventory that `dtsync init` writes, which has been applied. With
`estate of NAME` it is empty, and what is called in a folder `fleet` meets a cluster of that name that has grown for years.
 */
export type Start = "empty" | "example" | "applied" | `estate of ${string}`;

export function openPageShell(start: Start): PageShell {
  const home = mkdtempSync(join(tmpdir(), "dtsync-page-"));
  const programs = join(home, "bin");
  let folder = join(home, "work");
  for (const path of [programs, folder]) mkdirSync(path);
  // Clusters and hosts are simulated; what is on them stays from one command to the next.
  const world = join(home, "world.json");
  const program = join(programs, "dtsync");
  writeFileSync(
    program,
    `#!/bin/sh
if [ -n "$ESTATE_OPTIONS" ] && [ "\${PWD##*/}" = fleet ]; then
  DTSYNC_SANDBOX_OPTIONS=$ESTATE_OPTIONS exec node ${cli} "$@"
fi
case "$1:\${DTSYNC_SANDBOX_OPTIONS:-}" in
  plan: | apply: | api: | status:) exec node ${cli} sandbox --state ${world} -- dtsync "$@" ;;
esac
exec node ${cli} "$@"
`,
  );
  chmodSync(program, 0o755);
  const environment = {
    PATH: [programs, dirname(process.execPath), process.env["PATH"]].join(delimiter),
    HOME: home,
    GIT_CONFIG_COUNT: "3",
    GIT_CONFIG_KEY_0: "user.name",
    GIT_CONFIG_VALUE_0: "Test",
    GIT_CONFIG_KEY_1: "user.email",
    GIT_CONFIG_VALUE_1: "test@example.com",
    GIT_CONFIG_KEY_2: "init.defaultBranch",
    GIT_CONFIG_VALUE_2: "main",
  };
  const git = (...parameters: readonly string[]) =>
    execFileSync("git", parameters, { cwd: folder, env: environment, encoding: "utf8", stdio: "pipe" }).trim();
  let before = "";
  if (start === "example") {
    copySmallExample(join(folder, "inventory"));
    cpSync(join(root, "schema"), join(folder, "schema"), { recursive: true });
    git("init", "--quiet");
    git("add", "--all", ".", ":!inventory/customers/retail/abc.yaml");
    git("commit", "--quiet", "--message", "All but one customer");
    before = git("rev-parse", "HEAD");
    git("add", "--all");
    git("commit", "--quiet", "--message", "The inventory");
  }
  if (start === "applied") {
    git("init", "--quiet");
    for (const parameters of [["init"], ["apply", "--auto-approve"]]) {
      execFileSync(program, parameters, { cwd: folder, env: environment, stdio: "pipe" });
    }
    git("add", "--all");
    git("commit", "--quiet", "--message", "A first inventory");
  }
  const bash = ["bash", "--norc", "--noprofile"];
  const estate = /^estate of (.+)$/.exec(start)?.[1] ?? null;
  const [shellProgram = "", ...parameters] = estate === null ? bash : [...besideEstate(home, estate), ...bash];
  const shell = spawn(shellProgram, parameters, {
    cwd: folder,
    env: { ...environment, CI_MERGE_REQUEST_DIFF_BASE_SHA: before },
    stdio: ["pipe", "pipe", "pipe"],
    // A group of its own, so that nothing which a command has started outlives the page.
    detached: true,
  });
  if (estate !== null) {
    // The sandbox leads everything there; here only some of it is to be led there.
    const reset = `export ESTATE_OPTIONS=$DTSYNC_SANDBOX_OPTIONS PATH=${programs}:$PATH`;
    shell.stdin?.write(`${reset}; unset DTSYNC_SANDBOX_OPTIONS DTSYNC_INVENTORY\n`);
  }
  return {
    async run(command) {
      const output = await answerOf(shell, `{ ${command}\n} < /dev/null 2>&1; printf '\\0%s %s\\0' "$?" "$PWD"\n`);
      const [text = "", status = ""] = output.split("\0");
      const [, code, now] = /^(\d+) (.*)$/.exec(status) ?? [];
      folder = now ?? folder;
      return { code: Number(code), output: text };
    },
    write({ info, text }) {
      const [, way, name = ""] = /\s(file|into)=(\S+)/.exec(info) ?? [];
      if (way === undefined) return;
      const path = join(folder, "inventory", name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, way === "file" ? text : addToYaml(readFileSync(path, "utf8"), text));
    },
    close() {
      if (shell.pid !== undefined && shell.exitCode === null) process.kill(-shell.pid, "SIGKILL");
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The words before a command that runs while such a cluster is served. */
function besideEstate(home: string, cluster: string): readonly string[] {
  const inventory = join(home, "estate");
  mkdirSync(inventory);
  writeFileSync(
    join(inventory, "dtsync.yaml"),
    `version: 1\nclusters: { ${cluster}: { url: "https://dynatrace.example.com", token: { env: DTSYNC_TOKEN } } }\n`,
  );
  return [process.execPath, cli, "sandbox", "--inventory", inventory, "--seed", "estate:60", "--"];
}

/** Writes to the shell, and reads until the second of the marks that end an answer, or until the shell has ended. */
function answerOf(shell: ChildProcess, input: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const take = (chunk: Buffer) => {
      answer += chunk.toString();
      if (answer.split("\0").length > 2) settle();
    };
    const settle = () => {
      shell.stdout?.off("data", take);
      shell.off("close", settle);
      resolve(answer);
    };
    shell.stdout?.on("data", take);
    shell.on("close", settle);
    shell.stdin?.write(input);
  });
}

/** Adds what a page shows of a file to it, as a reader would: keys are added or take the place of others, lists grow. */
export function addToYaml(text: string, shown: string): string {
  const document = parseDocument(text);
  const addition = parseDocument(shown);
  if (isMap(document.contents) && isMap(addition.contents)) addToMap(document.contents, addition.contents);
  return document.toString();
}

function addToMap(map: YAMLMap, addition: YAMLMap): void {
  for (const { key, value } of addition.items) {
    const present = map.get(key, true);
    if (isMap(present) && isMap(value)) addToMap(present, value);
    else if (isSeq(present) && isSeq(value)) present.items.push(...value.items);
    else map.set(key, value);
  }
}

/** What a block asks a reader to do: commands, or a file to write. */
export const isFollowed = (block: Block): boolean =>
  commandsOf(block).length > 0 || /\s(?:file|into)=/.test(block.info);
