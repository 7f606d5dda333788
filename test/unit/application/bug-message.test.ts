import { expect, test } from "vitest";
import { bugMessage } from "../../../src/application/bug-message.ts";

test("is one line with the version, the error and its place", () => {
  const message = bugMessage(new TypeError("two\nlines"), "1.2.3");
  expect(message).toMatch(
    /^this is a bug in dtsync 1\.2\.3, please report it: TypeError: two\\nlines \(at .*bug-message\.test\.ts:\d+:\d+\)?\)$/,
  );
  expect(message).not.toContain("\n");
});

test("takes whatever was thrown", () => {
  expect(bugMessage("nothing but text", "1.2.3")).toBe(
    "this is a bug in dtsync 1.2.3, please report it: nothing but text",
  );
});
