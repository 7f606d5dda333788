import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { showInPager } from "../../../src/application/show-in-pager.ts";
import { createProgram } from "../../../src/commands/program.ts";
import { runProgram } from "../../../src/commands/usage/run-program.ts";
import { aContext } from "../../support/context.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "dtsync-pager-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const variables = { PATH: process.env["PATH"] };

describe("a pager", () => {
  test("gets the text, and less is told to print what fits", async () => {
    const file = join(directory, "a");
    expect(await showInPager("a page\n", `cat >'${file}'; echo "$LESS" >>'${file}'`, variables)).toBe(true);
    expect(readFileSync(file, "utf8")).toBe("a page\nFRX\n");
    expect(await showInPager("", `echo "$LESS" >'${file}'`, { ...variables, LESS: "-i" })).toBe(true);
    expect(readFileSync(file, "utf8")).toBe("-i\n");
  });

  test("may leave before the end of a long text, and end as it likes", async () => {
    expect(await showInPager("line\n".repeat(500_000), "head -n 1 >/dev/null; exit 3", variables)).toBe(true);
  });

  test("that is not there, or is no program, shows nothing", async () => {
    expect(await showInPager("a", "/dev/null/less 2>/dev/null", variables)).toBe(false);
  });
});

test.each([
  [true, true, ""],
  [true, false, "EXIT CODES"],
  [false, true, "EXIT CODES"],
])("dtsync help shows a page in it on a terminal (%s, %s)", async (input, output, begins) => {
  const file = join(directory, `page-${input}-${output}`);
  const tested = aContext({
    terminal: { input, output, errors: true, columns: null },
    variables: { ...variables, PAGER: `cat >'${file}'` },
  });
  await runProgram(createProgram(tested.context).program, ["help", "exit-codes"]);
  if (begins === "") expect(readFileSync(file, "utf8")).toContain("EXIT CODES");
  expect(tested.output().includes("EXIT CODES")).toBe(begins !== "");
});
