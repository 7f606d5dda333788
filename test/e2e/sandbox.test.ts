import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const cli = file("dist/cli.js");
const inventory = file("inventory");
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "dtsync-sandbox-test-"));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function dtsync(
  parameters: readonly string[],
  { until, variables = { NO_COLOR: "1" } }: { until?: RegExp; variables?: Readonly<Record<string, string>> } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [cli, ...parameters], {
      cwd: directory,
      env: { PATH: process.env["PATH"], HOME: directory, TMPDIR: directory, ...variables },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
      if (until?.test(stdout)) child.kill("SIGINT");
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

const sandbox = (...parameters: readonly string[]) => dtsync(["sandbox", "--inventory", inventory, ...parameters]);
/** That a command ended with this code; what it printed is shown when it did not. */
const expectCode = (ended: Ended, code: number) => expect(ended.code, `${ended.stdout}\n${ended.stderr}`).toBe(code);
/** Folders of a sandbox or a demo that are still there. */
const leftovers = () => readdirSync(directory).filter((name) => name.startsWith("dtsync-"));

test("the demo goes from nothing to a plan that has nothing left to do", async () => {
  const { renderPicture } = (await import(file("scripts/picture.js"))) as {
    readonly renderPicture: (output: string) => string;
  };
  // With the colours that it has in a job log, as the picture of it was drawn.
  const ended = await dtsync(["demo"], { variables: { GITLAB_CI: "true" } });
  expectCode(ended, 0);
  const shown = stripVTControlCharacters(ended.stdout);
  expect(shown).toMatch(/Plan: \d+ to create/);
  expect(shown).toContain("Applied 79 changes: 79 done");
  expect(shown).toMatch(/Nothing to do: \d+ items are as declared\.\s+# 23 agents report/);
  expect(ended.stderr).not.toMatch(/Warning|error/i);
  expect(leftovers()).toEqual([]);
  expect(existsSync(join(directory, ".dtsync"))).toBe(false);
  const picture = readFileSync(file("docs/demo.svg"), "utf8");
  expect(picture, "npm run docs:picture").toBe(renderPicture(ended.stdout));
  expect(picture).not.toMatch(/<script|href=|url\(|https?:\/\/(?!www\.w3\.org\/2000\/svg")/);
});

test("a kept sandbox goes on where it ended, and a plan that was saved there still fits", async () => {
  const state = ["--state", join(directory, "world.json")];
  expectCode(await sandbox(...state, "--", "dtsync", "apply", "--auto-approve", "--target", "abc-t1"), 0);
  const planned = await sandbox(
    ...state,
    "--",
    "dtsync",
    ...["plan", "--target", "abc-t1", "--target", "sun"],
    "--detailed-exitcode",
    "--out",
    join(directory, "plan.json"),
  );
  expectCode(planned, 2);
  expect(planned.stdout).not.toContain("environment abc-t1");
  expectCode(await sandbox(...state, "--", "dtsync", "apply", join(directory, "plan.json")), 0);
  const again = ["plan", "--detailed-exitcode", "--target", "abc-t1", "--target", "sun"];
  const ended = await sandbox(...state, "--", "dtsync", ...again);
  expect(ended.stdout).toContain("Nothing to do");
  expectCode(ended, 0);
});

test("clusters begin with what the inventory declares, or with what a file says", async () => {
  const declared = await sandbox(
    "--seed",
    "inventory",
    "--",
    "dtsync",
    "plan",
    "--hosts",
    "skip",
    "--detailed-exitcode",
  );
  expectCode(declared, 0);
  const seed = { clusters: { emea: { environments: [{ id: "abc-p1", name: "By hand" }, { id: "foreign-1" }] } } };
  writeFileSync(join(directory, "seed.json"), JSON.stringify(seed));
  const seeded = await sandbox(
    "--seed",
    join(directory, "seed.json"),
    "--",
    "dtsync",
    "plan",
    "--hosts",
    "skip",
    "--format",
    "json",
  );
  const plan = JSON.parse(seeded.stdout);
  expect(plan.unmanaged.emea.environments).toEqual(["foreign-1"]);
  expect(plan.changes.find(({ id }: { id: string }) => id === "environment/abc-p1")).toMatchObject({
    action: "update",
    before: { name: "By hand" },
  });
});

test("without a command it prints the options that lead there, and serves until it is interrupted", async () => {
  const ended = await dtsync(["sandbox", "--inventory", inventory], { until: /Ctrl-C ends/ });
  expect(ended.stdout).toMatch(/--set clusters\.emea\.url=http:\/\/127\.0\.0\.1:\d+/);
  expect(ended.stdout).toMatch(/--ssh-config \S+/);
  expectCode(ended, 0);
  expect(leftovers()).toEqual([]);
});

test("options of the command itself win over those that lead to the sandbox", async () => {
  const other = ["--set", "clusters.emea.token={ env: NOT_SET_ANYWHERE }"];
  const ended = await sandbox("--", "dtsync", "plan", "--hosts", "skip", ...other);
  expect(ended.stdout).toContain("NOT_SET_ANYWHERE");
  expectCode(ended, 5);
});

test("the exit code is the command's, and an unknown command is told", async () => {
  expectCode(await sandbox("--", "sh", "-c", "exit 7"), 7);
  const unknown = await sandbox("--", "no-such-program");
  expectCode(unknown, 3);
  expect(unknown.stderr).toContain("no-such-program");
});

test("a watch in the sandbox asks its clusters, and nobody that the revision declares", async () => {
  const real = createServer((_request, answer) => {
    asked += 1;
    answer.writeHead(500).end();
  });
  let asked = 0;
  real.listen(0, "127.0.0.1");
  await once(real, "listening");
  const repository = join(directory, "repository");
  mkdirSync(join(repository, "inventory"), { recursive: true });
  const url = `http://127.0.0.1:${(real.address() as AddressInfo).port}`;
  const settings = `version: 1\nclusters: { emea: { url: "${url}", token: { env: DTSYNC_TOKEN_EMEA } } }\n`;
  writeFileSync(join(repository, "inventory/dtsync.yaml"), settings);
  const git = (...parameters: readonly string[]) => execFileSync("git", ["-C", repository, ...parameters]);
  git("init", "--quiet", "--initial-branch", "main");
  git("add", "--all");
  git("-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "--quiet", "--message", "first");
  const ended = await dtsync(
    ["sandbox", "--inventory", join(repository, "inventory"), "--", "dtsync"].concat([
      "watch",
      "--repo",
      `file://${repository}`,
      "--state",
      join(directory, "state"),
      "--once",
    ]),
    { variables: { NO_COLOR: "1", GIT_ALLOW_PROTOCOL: "file", DTSYNC_TOKEN_EMEA: "none" } },
  );
  real.close();
  expectCode(ended, 0);
  expect(asked).toBe(0);
});

test("a revision that names a further cluster does not lead a watch out of the sandbox, whatever is allowed", async () => {
  const repository = join(directory, "further");
  mkdirSync(join(repository, "inventory"), { recursive: true });
  const cluster = (name: string) =>
    `  ${name}: { url: "https://${name}.invalid", token: { env: DTSYNC_TOKEN_EMEA } }\n`;
  const settings = join(repository, "inventory/dtsync.yaml");
  const git = (...parameters: readonly string[]) =>
    execFileSync("git", ["-C", repository, "-c", "user.name=Test", "-c", "user.email=test@example.com", ...parameters]);
  git("init", "--quiet", "--initial-branch", "main");
  writeFileSync(settings, `version: 1\nclusters:\n${cluster("emea")}`);
  git("add", "--all");
  git("commit", "--quiet", "--message", "first");
  cpSync(join(repository, "inventory"), join(directory, "begun"), { recursive: true });
  writeFileSync(settings, `version: 1\nclusters:\n${cluster("emea")}${cluster("apac")}`);
  git("commit", "--quiet", "--all", "--message", "second");
  const watch = ["watch", "--repo", `file://${repository}`, "--state", join(directory, "further-state"), "--once"];
  const ended = await dtsync(["sandbox", "--inventory", join(directory, "begun"), "--", "dtsync", ...watch], {
    variables: {
      NO_COLOR: "1",
      GIT_ALLOW_PROTOCOL: "file",
      DTSYNC_TOKEN_EMEA: "none",
      DTSYNC_ORIGINS: "https://emea.invalid,https://apac.invalid",
    },
  });
  expectCode(ended, 4);
  expect(ended.stderr).toContain("the sandbox does not serve https://apac.invalid");
});

test("a host that the sandbox does not have is not reached from it, wherever it is", async () => {
  const further = join(directory, "inventory");
  cpSync(inventory, further, { recursive: true });
  const customer =
    "customer: further\nenvironments: { t1: { hosts: [{ name: new01.further.example.com, address: 127.0.0.1 }] } }\n";
  writeFileSync(join(further, "customers/further.yaml"), customer);
  const ended = await sandbox(
    "--",
    "dtsync",
    "plan",
    "--inventory",
    further,
    "--target",
    "further-t1",
    "--format",
    "json",
  );
  expectCode(ended, 0);
  expect(JSON.parse(ended.stdout)).toMatchObject({
    held: [{ scope: "host/new01.further.example.com", reason: expect.stringContaining("not-in-the-sandbox.invalid") }],
  });
});
