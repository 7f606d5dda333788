import { expect, test } from "vitest";
import { versionLine } from "../../../../src/commands/usage/version-line.ts";

test.each([
  ["3f2a1b4c", "dtsync 0.1.0 (commit 3f2a1b4c, Node.js v20.20.2)"],
  ["3f2a1b4c-dirty", "dtsync 0.1.0 (commit 3f2a1b4c-dirty, Node.js v20.20.2)"],
  [null, "dtsync 0.1.0 (Node.js v20.20.2)"],
])("a build of %s", (commit, line) => {
  expect(versionLine("0.1.0", "v20.20.2", commit)).toBe(line);
});
