import { expect, test } from "vitest";
import { DtsyncError, exitCodes, usageError } from "../../src/errors.ts";

test("what a file or a server said stays on the line of the message, and is no command to a terminal", () => {
  const said = 'Unexpected token, "\u001b[2J\n::error::\u0007" is not valid JSON';
  expect(usageError(`plan.json cannot be read (${said})`).message).toBe(
    'plan.json cannot be read (Unexpected token, "\\u001b[2J\\n::error::\\u0007" is not valid JSON)',
  );
  expect(new DtsyncError("it was not done", { exitCode: exitCodes.failed }).message).toBe("it was not done");
});
