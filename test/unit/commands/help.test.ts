import { describe, expect, test } from "vitest";
import { createProgram } from "../../../src/commands/program.ts";
import { commandHelp } from "../../../src/commands/usage/command-help.ts";
import { runProgram } from "../../../src/commands/usage/run-program.ts";
import { exitCodes } from "../../../src/errors.ts";
import { aContext } from "../../support/context.ts";

async function helpAbout(...words: readonly string[]): Promise<string> {
  const { context, output } = aContext();
  const { program, exitCode } = createProgram(context);
  await runProgram(program, ["help", ...words]);
  expect(exitCode()).toBe(exitCodes.done);
  return output();
}

describe("dtsync help", () => {
  test("lists commands and pages", async () => {
    expect(await helpAbout()).toMatch(
      /^Usage: dtsync.* {2}plan \[options\].*\n {2}exit-codes +Exit codes and errors\n/s,
    );
  });

  test("shows the help of a command as --help does, and the page of the same name", async () => {
    expect(await helpAbout("plan")).toMatch(/^Usage: dtsync plan .*Examples:/s);
    expect(await helpAbout("sandbox")).toMatch(/^Usage: dtsync sandbox .*Examples:.*\nTHE SANDBOX\n/s);
  });

  test("shows a page", async () => {
    expect(await helpAbout("exit-codes")).toMatch(/^EXIT CODES AND ERRORS\n/);
  });

  test.each([
    ["host-key-unknown", /known_hosts has no key/],
    ["HTTP-403", /the cluster refused/],
    ["installer-exit-6", /not enough disk space.*how the installer/s],
    ["4", /refused by a guard/],
    ["--out", /saves the plan/],
    ["out", /saves the plan/],
    ["maxRemovals", /maxRemovals/],
  ])("shows what the pages say of %s, and where", async (word, said) => {
    const text = await helpAbout(word);
    expect(text).toMatch(said);
    expect(text).toMatch(/: dtsync help (?:exit-codes|commands|hosts|life-of-a-run|troubleshooting)\n$/);
    expect(text.split("\n").length).toBeLessThan(60);
  });

  test("says what may have been meant", async () => {
    await expect(helpAbout("host-key-unknow")).rejects.toMatchObject({
      exitCode: exitCodes.invalid,
      message: 'there is no help about "host-key-unknow"',
      hint: expect.stringMatching(/^did you mean host-key-unknown\?/),
    });
    await expect(helpAbout("nothing at all")).rejects.toMatchObject({ exitCode: exitCodes.invalid });
  });
});

test("every page that the help of a command leads to is there", async () => {
  const topics = new Set(Object.values(commandHelp).flatMap((each) => each.topics));
  for (const topic of topics) expect(await helpAbout(topic)).not.toBe("");
});
