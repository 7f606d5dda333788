import { expect, test } from "vitest";
import { withIgnoredFiles } from "../../../src/init/ignored-files.ts";

test.each<[string, string | null]>([
  ["", ".dtsync/\n"],
  ["node_modules/\n", "node_modules/\n.dtsync/\n"],
  ["*.log", "*.log\n.dtsync/\n"],
  [".dtsync/\n", null],
  ["a\r\n/.dtsync\r\n", null],
  ["# .dtsync/\n", "# .dtsync/\n.dtsync/\n"],
  ["!.dtsync/keep\n", "!.dtsync/keep\n.dtsync/\n"],
])("%j gets the line once", (text, extended) => {
  expect(withIgnoredFiles(text)).toBe(extended);
});
