import { expect, test } from "vitest";
import { HostError } from "../../../src/ssh/host-error.ts";

test("what a host said is no command to a terminal or a pipeline, and no book", () => {
  const said = "\u001b]0;title\u0007\r\n::error::forged\nsection_start:0:x\r\u001b[0K\u202e";
  const { message } = new HostError("command-failed", `it said ${said}`);
  expect(message).toBe(
    "it said \\u001b]0;title\\u0007\\u000d\\n::error::forged\\nsection_start:0:x\\u000d\\u001b[0K\\u202e",
  );
  expect(new HostError("command-failed", "x".repeat(1_000_000)).message).toHaveLength(2_000);
});
