import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createProgram } from "../../src/commands/program.ts";
import { visibleCommands } from "../../src/commands/usage/help-layout.ts";
import { aContext } from "../support/context.ts";

const script = fileURLToPath(new URL("../../scripts/man-pages.js", import.meta.url));
const commands = visibleCommands(createProgram(aContext().context).program);

const hasMandoc = spawnSync("mandoc", ["/dev/null"], { stdio: "ignore" }).error === undefined;
if (!hasMandoc && process.env["DTSYNC_REQUIRE_ALL"] === "1") throw new Error("mandoc is missing");

describe("the manual pages", () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "dtsync-man-"));
    execFileSync(process.execPath, [script, "--out", folder], { stdio: "pipe" });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("are one for dtsync and one for each command", () => {
    const names = ["dtsync.1", ...commands.map((command) => `dtsync-${command.name()}.1`)];
    expect(readdirSync(folder).sort()).toEqual(names.sort());
  });

  test("name every option of their command", () => {
    for (const command of commands) {
      const text = readFileSync(join(folder, `dtsync-${command.name()}.1`), "utf8").replaceAll("\\-", "-");
      const missing = command.options.flatMap(({ long }) => (long && !text.includes(long) ? [long] : []));
      expect(missing).toEqual([]);
    }
  });

  test.skipIf(!hasMandoc)(
    `have nothing that mandoc warns of${hasMandoc ? "" : " (skipped: there is no mandoc)"}`,
    () => {
      for (const name of readdirSync(folder)) {
        const checked = spawnSync("mandoc", ["-T", "lint", "-W", "warning", join(folder, name)], { encoding: "utf8" });
        expect(`${checked.stdout}${checked.stderr}`).toBe("");
      }
    },
  );
});
