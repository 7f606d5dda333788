import { expect, test } from "vitest";
import { createProgram } from "../../../../src/commands/program.ts";
import { leadToSandbox } from "../../../../src/commands/usage/lead-to-sandbox.ts";
import { aContext } from "../../../support/context.ts";

const { program } = createProgram(aContext().context);
const added = {
  "--set": ["--set", "clusters.emea.url=http://127.0.0.1:1"],
  "--ssh-config": ["--ssh-config", "/there"],
};
const lead = (...words: readonly string[]) => leadToSandbox(program, words, added);

/** Commands that neither load an inventory for a fleet nor reach anything of one. */
const apart: ReadonlySet<string> = new Set([
  "init",
  "fmt",
  "show",
  "comment",
  "demo",
  "help",
  "completion",
  "complete",
]);

test.each(program.commands.map((command) => [command.name(), command] as const))(
  "%s: a command that has to do with a fleet is led to the sandbox",
  (name, { options }) => {
    const has = (option: string) => options.some(({ long }) => long === option);
    const words = lead(name, "--only-mine");
    // A new command takes the options that lead there, or is named above on purpose.
    expect(has("--set")).toBe(!apart.has(name));
    if (has("--allow-commands")) expect(words).toEqual(expect.arrayContaining(added["--set"]));
    if (has("--hosts") && name !== "import") expect(words).toEqual(expect.arrayContaining(added["--ssh-config"]));
    expect(words.length > 2).toBe(!apart.has(name));
    expect([words[0], words.at(-1)]).toEqual([name, "--only-mine"]);
  },
);

test("what the user gives stands behind it, and wins", () => {
  expect(lead("watch", "--set", "a=b")).toEqual(["watch", ...added["--set"], ...added["--ssh-config"], "--set", "a=b"]);
  expect(lead("api", "/api/v2/entities")).toEqual(["api", ...added["--set"], "/api/v2/entities"]);
});

test.each([[[]], [["no-such-command"]], [["--version"]]])("%j takes nothing", (words) => {
  expect(lead(...words)).toEqual(words);
});
