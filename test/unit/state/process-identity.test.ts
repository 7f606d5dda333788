import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isProcessIdentity, ownIdentity, stateOf } from "../../../src/state/process-identity.ts";

const own = ownIdentity();
const onLinux = existsSync("/proc/self/stat");

describe("the state of a process", () => {
  test("is that it runs while it does", () => {
    expect(stateOf(own)).toBe("running");
    expect(stateOf({ ...own, pid: process.ppid, start: null })).toBe("running");
  });

  test("is that it has ended when nothing has its number", () => {
    const { pid } = spawnSync(process.execPath, ["--version"]);
    expect(stateOf({ ...own, pid, start: null })).toBe("ended");
  });

  test.runIf(onLinux)("is that it has ended when its number belongs to a process that began at another time", () => {
    expect(stateOf({ ...own, start: "1" })).toBe("ended");
  });

  test.runIf(onLinux)("is that it has ended when nobody has asked for its exit code yet", async () => {
    // The shell starts a process that ends at once and never asks for it.
    const shell = spawn("sh", ["-c", "sleep 0 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
    const pid = await new Promise<number>((found) => shell.stdout.once("data", (text) => found(Number(text))));
    await expect.poll(() => stateOf({ ...own, pid, start: "1" })).toBe("ended");
    shell.kill("SIGKILL");
  });

  test("is that it has ended when the machine has started since", () => {
    expect(stateOf({ ...own, boot: "another" })).toBe("ended");
  });

  test("is unknown on another machine and in another container", () => {
    expect(stateOf({ ...own, machine: "another.example.com" })).toBe("elsewhere");
    expect(stateOf({ ...own, space: "pid:[1]" })).toBe("elsewhere");
  });
});

test.each([
  [null],
  [{}],
  [{ ...own, pid: 0 }],
  [{ ...own, pid: -1 }],
  [{ ...own, pid: "1" }],
  [{ ...own, start: 1 }],
  [{ ...own, machine: null }],
])("%j identifies no process", (value) => {
  expect(isProcessIdentity(value)).toBe(false);
});
