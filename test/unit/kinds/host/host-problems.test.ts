import { describe, expect, test } from "vitest";
import { agentPlatform } from "../../../../src/kinds/host/agent-platform.ts";
import { agentProblem, unappliedProblem } from "../../../../src/kinds/host/agent-problem.ts";
import { exitCodeProblem } from "../../../../src/kinds/host/exit-code-problem.ts";
import { failedStepProblem } from "../../../../src/kinds/host/failed-step-problem.ts";
import { anAgent } from "../../../support/builders.ts";

describe("the architecture of a machine", () => {
  test("has Dynatrace's own name", () => {
    const platforms = ["x86_64", "aarch64", "ppc64le", "s390x"].map((machine) => agentPlatform("Linux", machine));
    expect(platforms).toEqual(["x86", "arm", "ppcle", "s390"].map((arch) => ({ osType: "unix", arch })));
  });

  test("that no agent runs on is a problem, also where the host does not tell", () => {
    expect(agentPlatform("Linux", "riscv64")).toMatchObject({
      code: "unsupported-architecture",
      message: expect.stringContaining("riscv64"),
    });
    expect(agentPlatform("Linux", "")).toMatchObject({ message: expect.stringContaining("of this host") });
    expect(agentPlatform("SunOS", "sparc")).toMatchObject({ code: "unsupported-system" });
    expect(agentPlatform("", "x86_64")).toMatchObject({
      message: expect.stringContaining("its uname does not tell which system it is"),
    });
  });
});

describe("the exit code of a program", () => {
  test("comes with its meaning and what the program complained of", () => {
    expect(exitCodeProblem("installer", "6", ["Unpacking", "Error: 3 MB left", ""])).toEqual({
      code: "installer-exit-6",
      message: "the installer ended with code 6: not enough disk space (Error: 3 MB left)",
    });
  });

  test("comes with the last lines where there is no complaint, and says when nobody knows it", () => {
    expect(exitCodeProblem("uninstaller", "99", ["a", "b", "c", "d"]).message).toBe(
      "the uninstaller ended with code 99: an unknown code (b; c; d)",
    );
    expect(exitCodeProblem("uninstaller", "99", []).message).toMatch(/unknown code$/);
  });

  test.each([
    ["137", /code 137: killed, by somebody or for want of memory$/],
    ["143", /code 143: ended by signal 15$/],
    ["128", /unknown code$/],
    ["255", /unknown code$/],
  ])("%s is that of a signal where it can be", (code, message) => {
    expect(exitCodeProblem("installer", code, []).message).toMatch(message);
  });
});

test.each([
  ["size", "", "transfer", "did not arrive whole on the host"],
  ["transfer", "cat: broken pipe", "transfer", "(cat: broken pipe)"],
  ["no-checksum", "", "download", "nothing to compute a SHA-256 with"],
  ["transfer", "write error: No space left on device", "disk-full", "no space for the installer"],
  ["directory", "mktemp: Permission denied", "no-directory", "(mktemp: Permission denied)"],
  ["transfer", "cannot create: Read-only file system", "no-directory", "is read-only (cannot create"],
  ["download", "curl: (22)", "download", "(curl: (22))"],
  ["no-downloader", "", "download", "transfer: push"],
  ["content", "", "download", "not the one that was checked"],
  ["no-uninstaller", "", "no-uninstaller", "uninstall.sh"],
])("the failed step %s with %j is %s", (step, detail, code, text) => {
  expect(failedStepProblem(step, detail)).toEqual({ code, message: expect.stringContaining(text) });
});

describe("an agent", () => {
  const host = { environment: "abc-p1" };

  test("that is complete, running and connected to its environment has no problem", () => {
    expect(agentProblem(anAgent({ tenant: "ABC-P1" }), host)).toBeNull();
  });

  test.each([
    [null, "not-installed"],
    [anAgent({ incomplete: true }), "not-installed"],
    [anAgent({ tenant: "abc-t1" }), "wrong-environment"],
    [anAgent({ serviceActive: false }), "service-inactive"],
    [anAgent({ server: "https://cluster.example.com/communication" }), "not-connected"],
  ])("can be found otherwise: %#", (found, code) => {
    expect(agentProblem(found, host)).toMatchObject({ code });
  });

  test("that did not take a setting is told with both values", () => {
    expect(unappliedProblem([{ field: "hostGroup", before: "a", after: "b" }])).toEqual({
      code: "setting-not-applied",
      message: 'the agent runs, but did not take a setting: hostGroup is "a", not "b"',
    });
  });
});
