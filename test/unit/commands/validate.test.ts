import { mkdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { repositoryPath } from "../../../src/application/repository-path.ts";
import { createProgram } from "../../../src/commands/program.ts";
import { aContext } from "../../support/context.ts";
import { fakeToken, settingsFile, settingsWithoutRoles, withFiles } from "../load/load-files.ts";

/** Validates a folder as a process would whose standard output is a terminal, or is not. */
async function run(
  inventory: string,
  terminal: boolean,
  parameters: readonly string[] = [],
  columns: number | null = null,
) {
  const { context, output } = aContext({ terminal: { input: false, output: terminal, errors: false, columns } });
  const { program, exitCode } = createProgram(context);
  await program.parseAsync(["validate", "--inventory", inventory, "--no-color", ...parameters], { from: "user" });
  return { code: exitCode(), output: output() };
}

const faulty = {
  "repository/inventory/dtsync.yaml": settingsWithoutRoles,
  "repository/inventory/customers/abc.yaml": "customer: abc\nenvironments: { p1: { tgas: [a], hosts: [] } }\n",
};

describe("validate", () => {
  test("shows the source on a terminal, and only there", async () => {
    await withFiles(faulty, async (folder) => {
      const inventory = join(folder, "repository/inventory");
      const shown = await run(inventory, true);
      expect(shown.code).toBe(3);
      expect(shown.output).toContain(
        "   2 | environments: { p1: { tgas: [a], hosts: [] } }\n     |                       ^\n",
      );
      const plain = (await run(inventory, false)).output;
      expect(plain).not.toContain("|");
      expect(plain.split("\n")).toHaveLength(4);
    });
  });

  test("shows as much of the source as the terminal has columns for", async () => {
    await withFiles(faulty, async (folder) => {
      const { output } = await run(join(folder, "repository/inventory"), true, [], 40);
      expect(output).toContain("   2 | …ironments: { p1: { tgas: [a], h…\n     |                     ^\n");
    });
  });

  test("shows no line that holds a secret", async () => {
    const files = {
      "dtsync.yaml": settingsFile.replace("{ env: DTSYNC_TOKEN_EMEA }", "plain-password"),
      "customers/abc.yaml": `customer: abc\nname: ${fakeToken()}\nfoo: ${fakeToken()}\n`,
    };
    await withFiles(files, async (folder) => {
      const { output } = await run(folder, true);
      expect(output).toContain("secret-in-file");
      expect(output).toContain('"token" must be a mapping');
      expect(output).not.toMatch(/plain-password|AAAA/);
    });
  });

  test("writes Markdown, on standard output and as a report", async () => {
    await withFiles(faulty, async (folder) => {
      const file = join(folder, "out/faults.md");
      const inventory = join(folder, "repository/inventory");
      const { code, output } = await run(inventory, true, ["--format", "markdown", "--report", `markdown=${file}`]);
      expect(code).toBe(3);
      expect(output).toMatch(/^### dtsync validate\n.*- `customers\/abc\.yaml:2:23` unknown key/s);
      expect(await readFile(file, "utf8")).toContain("- `inventory/customers/abc.yaml:2:23` unknown key");
    });
  });

  test("writes reports with paths from the root of the repository", async () => {
    await withFiles(faulty, async (folder) => {
      await mkdir(join(folder, "repository/.git"));
      const kinds = ["gitlab-codequality", "sarif"];
      const fileOf = (kind: string) => join(folder, `out/${kind}.json`);
      const parameters = kinds.flatMap((kind) => ["--report", `${kind}=${fileOf(kind)}`]);
      const { code } = await run(join(folder, "repository/inventory"), false, parameters);
      expect(code).toBe(3);
      const [codequality, sarif] = await Promise.all(kinds.map((kind) => readFile(fileOf(kind), "utf8")));
      expect(JSON.parse(codequality ?? "")).toMatchObject([
        { check_name: "dtsync/unknown-key", location: { path: "inventory/customers/abc.yaml", lines: { begin: 2 } } },
      ]);
      expect(JSON.parse(sarif ?? "").runs[0].results).toHaveLength(1);
      expect(sarif).toContain('"uri": "inventory/customers/abc.yaml"');
    });
  });

  test("writes empty reports where nothing is wrong", async () => {
    await withFiles({ "dtsync.yaml": settingsWithoutRoles }, async (folder) => {
      const file = join(folder, "codequality.json");
      const { code } = await run(folder, false, ["--report", `gitlab-codequality=${file}`]);
      expect(code).toBe(0);
      expect(await readFile(file, "utf8")).toBe("[]\n");
    });
  });
});

describe("the path of an inventory in its repository", () => {
  test("is found by the nearest .git, which may be a file", async () => {
    await withFiles({ "repository/.git": "gitdir: elsewhere\n", "repository/a/b/dtsync.yaml": "" }, async (folder) => {
      expect(repositoryPath(join(folder, "repository/a/b"))).toBe("a/b/");
      expect(repositoryPath(join(folder, "repository"))).toBe("");
      expect(repositoryPath(join(folder, "repository/nothing"))).toBe("nothing/");
    });
  });

  test("is the name of the folder outside of Git", async () => {
    await withFiles({ "dtsync.yaml": "" }, async (folder) => {
      expect(repositoryPath(folder)).toBe(`${basename(folder)}/`);
    });
  });
});
