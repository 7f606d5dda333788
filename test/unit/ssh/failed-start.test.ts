import { expect, test } from "vitest";
import { explainFailedStart } from "../../../src/ssh/failed-start.ts";

const ssh = { hostKeys: "strict" } as const;

test.each([
  [{ code: 1, stdout: "", stderr: "sudo: a password is required\n" }, ssh, "sudo-refused", "a password is required"],
  [
    { code: 1, stdout: "", stderr: "sudo: a password is required\n" },
    { ...ssh, become: "none" as const },
    "command-failed",
    "code 1",
  ],
  [{ code: 127, stdout: "This account is closed\n", stderr: "" }, ssh, "command-failed", "This account is closed"],
  [{ code: null, stdout: "", stderr: "" }, ssh, "command-failed", "code none"],
])("%j with %j is %s", (result, settings, code, text) => {
  expect(explainFailedStart(result, { ssh: settings })).toMatchObject({ code, message: expect.stringContaining(text) });
});
