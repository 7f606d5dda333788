import { link, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { valueOfArgument, valueOfOption } from "../../../src/commands/completion/value-kinds.ts";
import { fileOptions } from "../../../src/commands/options/file-options.ts";
import { createProgram } from "../../../src/commands/program.ts";
import { DtsyncError } from "../../../src/errors.ts";
import { aContext } from "../../support/context.ts";
import { settingsWithoutRoles, withFiles } from "../load/load-files.ts";

const files = {
  "inventory/dtsync.yaml": settingsWithoutRoles,
  "inventory/customers/abc.yaml": "customer: abc\nenvironments: { p1: { hosts: [{ file: ../hosts.txt }] } }\n",
  "inventory/hosts.txt": "web01.example.com\n",
  "plan.json": "{}",
};

/** What a command says that is refused, and its exit code; null: it was not refused because of names. */
async function refused(folder: string, words: readonly string[]) {
  const { context } = aContext({ variables: { HOME: folder } });
  const parameters = words.map((word) => word.replaceAll("DIR", folder));
  const named = ["--inventory", join(folder, "inventory")];
  const error: unknown = await createProgram(context)
    .program.parseAsync([...parameters, ...named], { from: "user" })
    .then(
      () => null,
      (thrown: unknown) => thrown,
    );
  if (!(error instanceof DtsyncError) || !/name one file|may be a file of/.test(error.message)) return null;
  return `${error.exitCode} ${error.message.replaceAll(folder, "DIR")}`;
}

describe("files that a command names", () => {
  test.each([
    [
      ["validate", "--report", "json=DIR/a", "--report", "junit=DIR/a"],
      "3 --report junit and --report json name one file, DIR/a",
    ],
    [
      ["validate", "--report", "json=DIR/a", "--report", "json=DIR/./b/../a"],
      "3 --report json and --report json name one file",
    ],
    [
      ["validate", "--log-file", "DIR/a", "--report", "junit=DIR/a"],
      "3 --report junit and --log-file name one file, DIR/a",
    ],
    [["plan", "--out", "DIR/new/a", "--report", "json=DIR/link/new/a"], "3 --out and --report json name one file"],
    [["plan", "--out", "DIR/plan.json", "--log-file", "DIR/same.json"], "3 --out and --log-file name one file"],
    [["plan", "--retry", "DIR/plan.json", "--out", "DIR/plan.json"], "3 --out and --retry name one file"],
    [["apply", "--journal", "DIR/a", "--log-file", "DIR/a"], "3 --journal and --log-file name one file"],
    [["apply", "DIR/plan.json", "--report", "json=DIR/plan.json"], "3 --report json and PLANFILE name one file"],
    [
      ["apply", "--retry", "DIR/plan.json", "--report", "html=DIR/plan.json"],
      "3 --report html and --retry name one file",
    ],
    [["status", "--html", "DIR/a", "--log-file", "DIR/a"], "3 --html and --log-file name one file"],
    [
      ["import", "--cluster", "emea", "--customer-from", "DIR/plan.json", "--log-file", "DIR/plan.json"],
      "3 --log-file and --customer-from",
    ],
    [
      ["validate", "--log-file", "DIR/inventory/dtsync.yaml"],
      "3 DIR/inventory/dtsync.yaml may be a file of the inventory",
    ],
    [["validate", "--log-file", "DIR/inventory/hosts.txt"], "3 DIR/inventory/hosts.txt may be a file of the inventory"],
  ])("are refused where an output would take the place of another file: %j", async (words, expected) => {
    await withFiles(files, async (folder) => {
      await symlink(folder, join(folder, "link"));
      await link(join(folder, "plan.json"), join(folder, "same.json"));
      expect(await refused(folder, words)).toContain(expected);
      expect(await readFile(join(folder, "plan.json"), "utf8")).toBe("{}");
      expect(await readFile(join(folder, "inventory/hosts.txt"), "utf8")).toBe("web01.example.com\n");
    });
  });

  test.each([
    [["validate", "--report", "json=/dev/null", "--report", "junit=/dev/null"]],
    [["validate", "--report", "json=DIR/a", "--report", "junit=DIR/b", "--log-file", "DIR/inventory/old.log"]],
    [["apply", "--retry", "DIR/plan.json", "--report", "json=DIR/plan.json"]],
  ])("are taken where none is lost: %j", async (words) => {
    await withFiles(files, async (folder) => {
      await writeFile(join(folder, "inventory/old.log"), "2026-11-23T20:00:00.000Z info run begins\n");
      expect(await refused(folder, words)).toBeNull();
    });
  });

  test("are all known to be read or written", () => {
    const { program } = createProgram(aContext().context);
    const ofCommand = (command: Command): readonly string[] => [
      ...command.options.filter((option) => isFile(valueOfOption(option))).map(({ flags }) => flags),
      ...command.registeredArguments
        .filter((argument) => isFile(valueOfArgument(argument)))
        .map((argument) => argument.name()),
    ];
    expect([...new Set(program.commands.flatMap(ofCommand))].sort()).toEqual(Object.keys(fileOptions).sort());
  });
});

const isFile = (value: ReturnType<typeof valueOfOption>): boolean =>
  value?.kind === "files" || value?.kind === "word-and-file";
