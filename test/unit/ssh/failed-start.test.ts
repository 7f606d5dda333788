import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { explainFailedStart } from "../../../src/ssh/failed-start.ts";
import { asRoot, prelude, sudoMark } from "../../../src/ssh/remote-script.ts";

test.each([
  [
    { code: 1, stdout: `${sudoMark}\n`, stderr: "sudo: a password is required\n" },
    "sudo-refused",
    "a password is required",
  ],
  [
    { code: 1, stdout: `Welcome\n${sudoMark}\n`, stderr: "Leider nein\n" },
    "sudo-refused",
    "sudo refused (Leider nein)",
  ],
  [
    { code: 127, stdout: `${sudoMark}\n`, stderr: "sh: 1: exec: sudo: not found\n" },
    "sudo-refused",
    "there is no sudo",
  ],
  [{ code: 1, stdout: `${sudoMark}\n\n`, stderr: "disk full\n" }, "command-failed", "disk full"],
  [{ code: 1, stdout: "", stderr: "please do not use sudo here\n" }, "command-failed", "code 1 (please do not"],
  [{ code: 127, stdout: "This account is closed\n", stderr: "" }, "command-failed", "This account is closed"],
  [{ code: null, stdout: "", stderr: "" }, "command-failed", "code none"],
])("%j is %s", (result, code, text) => {
  expect(explainFailedStart(result)).toMatchObject({ code, message: expect.stringContaining(text) });
});

test("a script that sudo started says so by its first line", () => {
  const folder = mkdtempSync(join(tmpdir(), "dtsync-sudo-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "sudo"), '#!/bin/sh\n[ "$1" = -n ] && shift\nexec "$@"\n');
  chmodSync(join(folder, "sudo"), 0o755);
  const environment = { ...process.env, PATH: `${folder}:${process.env["PATH"]}` };
  const { command } = asRoot(`${prelude("#m")}\nexit 0`, "sudo");
  const stdout = execFileSync("/bin/sh", ["-c", command], { env: environment }).toString();
  expect(stdout).toBe(`${sudoMark}\n\n`);
  expect(explainFailedStart({ code: 1, stdout, stderr: "" }).code).toBe("command-failed");
});
