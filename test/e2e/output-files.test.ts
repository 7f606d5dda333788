import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, lstatSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { deviceFor } from "../support/device.ts";
import { createGitInventory, firstFiles, type GitInventory, gitEnvironment } from "../support/git-inventory.ts";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

let repository: GitInventory;
let out: string;

beforeAll(() => {
  repository = createGitInventory();
  repository.commit(firstFiles);
});
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "dtsync-output-"));
});
afterAll(() => {
  repository.close();
});

/** `validate` of the built program, as a line of a shell. */
function validateInShell(options: string) {
  const result = spawnSync("bash", ["-c", `"$NODE" "$CLI" validate ${options}`], {
    cwd: repository.directory,
    encoding: "utf8",
    env: { ...gitEnvironment, HOME: out, OUT: out, NODE: process.execPath, CLI: cli, NO_COLOR: "1" },
  });
  return { status: result.status, stdout: result.stdout, stderr: result.stderr };
}

describe("files that the program writes", () => {
  it("goes through what a shell makes of a command", () => {
    const { status, stdout } = validateInShell('--report junit=>(cat >"$OUT/seen") >/dev/null; wait $!; sleep 0.2');
    expect(status, stdout).toBe(0);
    expect(readFileSync(join(out, "seen"), "utf8")).toContain("<testsuites");
  });

  it("leaves a device what it is", (context) => {
    const device = deviceFor("null", out) ?? context.skip("no device can be made here");
    expect(validateInShell(`--report junit="${device}"`).status).toBe(0);
    expect(lstatSync(device).isCharacterDevice()).toBe(true);
  });

  it("does not follow a link, at the name itself or beside it", () => {
    const victim = join(out, "victim");
    writeFileSync(victim, "kept");
    symlinkSync(victim, join(out, "report.xml"));
    symlinkSync(victim, join(out, "other.xml.new"));
    const { status, stderr } = validateInShell('--report junit="$OUT/report.xml"');
    expect(status).toBe(1);
    expect(stderr).toContain("report.xml cannot be written (it is a link, and links are not followed)");
    expect(validateInShell('--report junit="$OUT/other.xml"').status).toBe(0);
    expect(readFileSync(victim, "utf8")).toBe("kept");
  });

  it("leaves a read-only file as it is", () => {
    const file = join(out, "report.xml");
    writeFileSync(file, "kept");
    chmodSync(file, 0o400);
    expect(validateInShell('--report junit="$OUT/report.xml"').stderr).toContain("it is read-only");
    expect(readFileSync(file, "utf8")).toBe("kept");
    expect(readdirSync(out).filter((name) => name.includes("report"))).toEqual(["report.xml"]);
  });

  it("takes a named pipe that somebody reads", () => {
    execFileSync("mkfifo", [join(out, "pipe")]);
    const { status } = validateInShell('--report junit="$OUT/pipe" >/dev/null & cat "$OUT/pipe" >"$OUT/seen"; wait $!');
    expect(status).toBe(0);
    expect(readFileSync(join(out, "seen"), "utf8")).toContain("<testsuites");
  });
});
