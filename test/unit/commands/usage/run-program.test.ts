import { describe, expect, test } from "vitest";
import { createProgram } from "../../../../src/commands/program.ts";
import { commandHelp } from "../../../../src/commands/usage/command-help.ts";
import { describeProgram } from "../../../../src/commands/usage/help-layout.ts";
import { runProgram } from "../../../../src/commands/usage/run-program.ts";
import { exitCodes } from "../../../../src/errors.ts";
import { aContext } from "../../../support/context.ts";
import { shellWords } from "../../../support/shell-words.ts";

async function mistakeOf(line: string) {
  const { context } = aContext();
  const thrown: unknown = await runProgram(createProgram(context).program, shellWords(line)).catch(
    (error: unknown) => error,
  );
  const { message, hint, exitCode } = thrown as { message: string; hint: string; exitCode: number };
  return { message, hint, exitCode };
}

describe("what is meant is said with the help of the command:", () => {
  test.each([
    ["plna", "there is no command plna", "did you mean plan? dtsync --help lists the commands"],
    ["frobnicate", "there is no command frobnicate", "dtsync --help lists the commands"],
    ["", "no command was given", "dtsync --help lists the commands"],
    [
      "--inventory fleet plan",
      "dtsync has no option --inventory",
      "options follow the command, as in dtsync plan --inventory; dtsync --help lists the commands",
    ],
    ["--target", "dtsync has no option --target", /as in dtsync COMMAND --target;/],
    ["plan --tarrget abc", "dtsync plan has no option --tarrget", /^did you mean --target\? dtsync plan --help/],
    ["plan --tarrget=abc", "dtsync plan has no option --tarrget", /^did you mean --target\?/],
    ["plan -x", "dtsync plan has no option -x", "dtsync plan --help lists the options"],
    ["apply --out plan.json", "dtsync apply has no option --out", /^--out belongs to dtsync plan; dtsync apply --help/],
    [
      "plan --format jsn",
      '--format must be one of text, json, markdown, not "jsn"',
      /^did you mean json\? dtsync plan/,
    ],
    ["explain a --format markdown", '--format must be one of text, json, not "markdown"', /^dtsync explain --help/],
    ["fmt --log-level warning", /^--log-level must be one of/, /^did you mean warn\? dtsync fmt --help/],
    ["plan --only host", /^--only must be one of/, /^did you mean hosts\? dtsync plan --help/],
    ["plan --hosts=prob", /^--hosts must be one of/, /^did you mean probe\? dtsync plan --help/],
    ["plan --concurrency many", /^--concurrency must be a whole number/, "dtsync plan --help lists the options"],
    [
      "apply --report junt=a.xml",
      "--report junt is not known here",
      /^did you mean junit\? kinds of this command: json/,
    ],
    ["plan --out", "--out <file> needs a value", "dtsync plan --help lists the options"],
    ["explain", "dtsync explain needs <id>", /^for example dtsync explain abc-p1; dtsync explain --help/],
    ["plan abc", 'dtsync plan takes no argument, but there is "abc"', /^did you mean --target abc\?/],
    ["plan abc-*", /there is "abc-\*"$/, /^did you mean --target 'abc-\*'\?/],
    ["plan help", /there is "help"$/, "dtsync plan --help lists the options"],
    ["plan '$(reboot)'", /there is "\$\(reboot\)"$/, "dtsync plan --help lists the options"],
    ["validate json", /there is "json"$/, /^did you mean --format json\? dtsync validate/],
    ["validate sarif", /there is "sarif"$/, /^did you mean --report sarif=FILE\?/],
    ["plan hosts", /there is "hosts"$/, /^did you mean --only hosts\?/],
    ["plan plan.json", /there is "plan.json"$/, /^did you mean --out plan.json, or dtsync apply plan.json\?/],
    ["validate fleet", /there is "fleet"$/, /^did you mean --inventory fleet\?/],
    ["validate customers/abc.yaml", /abc\.yaml"$/, /^it is always about the whole inventory/],
    ["explain a b", 'dtsync explain takes one argument, but there is "b" too', /^dtsync explain --help/],
    ["demo x", 'dtsync demo takes no argument, but there is "x"', "dtsync demo --help lists the options"],
  ] as const)("dtsync %s", async (line, message, hint) => {
    const matches = (expected: string | RegExp) =>
      typeof expected === "string" ? expected : expect.stringMatching(expected);
    expect(await mistakeOf(line)).toEqual({
      message: matches(message),
      hint: matches(hint),
      exitCode: exitCodes.invalid,
    });
  });

  test("control characters do not reach a terminal", async () => {
    expect((await mistakeOf("plan \u001b[2J")).message).not.toContain("\u001b");
    expect((await mistakeOf("\u001b[2J")).message).not.toContain("\u001b");
  });
});

test("nothing is printed but the help without a command, which goes to standard error", async () => {
  const { context, output, errors } = aContext();
  const run = (line: string) => runProgram(createProgram(context).program, shellWords(line)).catch(() => undefined);
  await run("plan --tarrget");
  expect([output(), errors()]).toEqual(["", ""]);
  await run("");
  expect(output()).toBe("");
  expect(errors()).toContain("Usage: dtsync");
});

const { program } = createProgram(aContext().context);
describeProgram(program);
const shown = program.createHelp().visibleCommands(program);

function helpOf(name: string): string {
  let text = "";
  const command = shown.find((candidate) => candidate.name() === name);
  command?.configureOutput({ writeOut: (part) => (text += part) });
  command?.outputHelp();
  return text;
}

describe("the help of", () => {
  test.each(shown.map((command) => command.name()))("%s has examples that can be parsed", async (name) => {
    const examples = commandHelp[name]?.examples ?? [];
    expect(examples.length).toBeGreaterThan(0);
    for (const { line } of examples) {
      expect(helpOf(name)).toContain(`  ${line}\n`);
      const { context } = aContext();
      const parsed = createProgram(context).program;
      const called: string[] = [];
      for (const command of parsed.commands) command.action(() => void called.push(command.name()));
      const [call = ""] = /\bdtsync [^)>]*/.exec(line) ?? [];
      await runProgram(parsed, shellWords(call).slice(1));
      expect(called).toEqual([name]);
    }
  });

  test("plan has its own options first, then those of many commands in groups", () => {
    const headings = [...helpOf("plan").matchAll(/^(\S.*:)$/gm)].map(([heading]) => heading);
    expect(headings).toEqual([
      "Options:",
      "Scope:",
      "Inventory:",
      "Clusters and hosts:",
      "Output:",
      "Examples:",
      "More:",
    ]);
  });
});

test("no entry is about a command that there is not", () => {
  expect(Object.keys(commandHelp).filter((name) => !shown.some((command) => command.name() === name))).toEqual([]);
});
