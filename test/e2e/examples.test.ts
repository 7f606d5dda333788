import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandHelp } from "../../src/commands/usage/command-help.ts";
import { copySmallExample } from "../support/small-example.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

let directory: string;

/** A repository with the example inventory, on a branch that is one commit ahead of origin/main. */
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "dtsync-examples-"));
  copySmallExample(join(directory, "inventory"));
  const git = (...parameters: readonly string[]) =>
    execFileSync("git", ["-c", "user.name=Test", "-c", "user.email=test@example.com", ...parameters], {
      cwd: directory,
      stdio: "ignore",
    });
  git("init", "--initial-branch=main");
  git("add", "--all");
  git("commit", "--message", "inventory");
  git("update-ref", "refs/remotes/origin/main", "HEAD");
  git("commit", "--allow-empty", "--message", "more");
  mkdirSync(join(directory, "bin"));
  writeFileSync(
    join(directory, "bin/dtsync"),
    `#!/bin/sh\nexec ${process.execPath} ${join(root, "dist/cli.js")} "$@"\n`,
  );
  chmodSync(join(directory, "bin/dtsync"), 0o755);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function run(program: string, ...parameters: readonly string[]) {
  const child = spawn(program, parameters, {
    cwd: directory,
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: `${join(directory, "bin")}:${process.env["PATH"] ?? ""}`, HOME: directory },
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code: child.exitCode, stdout, stderr };
}

const linesOf = (...commands: readonly string[]) =>
  commands.flatMap((name) => (commandHelp[name]?.examples ?? []).map(({ line }) => line));

describe("examples of the help run as they stand:", () => {
  // The demo is what test/e2e/sandbox.test.ts begins with.
  test.each(linesOf("validate", "explain", "fmt", "diff", "sandbox", "help"))("%s", async (line) => {
    const ended = await run("bash", "-c", line);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(`${ended.stdout}${ended.stderr}`).not.toBe("");
  });

  test("those of plan and apply one after the other, in a sandbox", async () => {
    const lines = linesOf("plan", "apply").map((line) =>
      // There is no terminal to ask on.
      /^dtsync apply (?!plan\.json|.*--auto-approve)/.test(line) ? `${line} --auto-approve` : line,
    );
    expect(lines.length).toBeGreaterThan(5);
    const ended = await run("dtsync", "sandbox", "--", "sh", "-ec", lines.join("\n"));
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
  });

  test("those of init, in an empty folder", async () => {
    rmSync(join(directory, "inventory"), { recursive: true });
    for (const line of linesOf("init")) expect(await run("bash", "-c", line)).toMatchObject({ code: 0 });
  });
});
