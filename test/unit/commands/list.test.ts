import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createProgram } from "../../../src/commands/program.ts";
import { DtsyncError } from "../../../src/errors.ts";
import { aContext } from "../../support/context.ts";
import { withFiles } from "../load/load-files.ts";

const files = {
  "dtsync.yaml": `version: 1
clusters:
  emea: { url: https://emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } }
  apac: { url: https://apac.example.com, token: { env: DTSYNC_TOKEN_APAC } }
groups:
  - name: night watch
    access: { "*-p*": [VIEWER] }
  - { name: gone, clusters: [emea], state: absent }
defaults: { cluster: emea }
`,
  "customers/abc.yaml": `customer: abc
name: ABC | Retail
environments:
  p1:
    name: Production
    hosts:
      - web[01-02].abc.example.com
      - { name: db01.abc.example.com, address: 192.0.2.7, state: absent }
  t1: { state: disabled, hosts: [] }
  p2: { state: absent, hosts: [] }
groups:
  - { name: abc-ops, access: { abc-p1: [VIEWER], abc-t1: [VIEWER] } }
`,
  "customers/xyz.yaml": `customer: xyz
cluster: apac
environments: { p1: { hosts: [web01.xyz.example.com] } }
`,
  "customers/empty.yaml": "customer: empty\n",
};

const list = (parameters: readonly string[], more: Readonly<Record<string, string>> = {}) =>
  withFiles({ ...files, ...more }, async (folder) => {
    const { context, output, errors } = aContext();
    const { program, exitCode } = createProgram(context);
    const words = ["list", ...parameters, "--inventory", join(folder, ".")];
    try {
      await program.parseAsync(words, { from: "user" });
      return { code: exitCode() as number, output: output(), errors: errors() };
    } catch (error) {
      if (!(error instanceof DtsyncError)) throw error;
      return { code: error.exitCode as number, output: output(), errors: error.message };
    }
  });
/** The first column of the text. */
const named = async (...parameters: readonly string[]) =>
  (await list(parameters)).output
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split(/\s+/)[0]);

describe("dtsync list", () => {
  test("prints environments in columns, the same wherever it prints", async () => {
    const { code, output, errors } = await list(["environments"]);
    expect([code, errors]).toEqual([0, ""]);
    expect(output).toBe(`ID      CUSTOMER  STAGE  CLUSTER  STATE     HOSTS  SOURCE                 NAME
abc-p1  abc       p      emea     enabled   2      customers/abc.yaml:4   Production
abc-p2  abc       p      emea     absent    0      customers/abc.yaml:10  ABC | Retail p2
abc-t1  abc       t      emea     disabled  0      customers/abc.yaml:9   ABC | Retail t1
xyz-p1  xyz       p      apac     enabled   1      customers/xyz.yaml:3   xyz p1
`);
  });

  test("prints hosts, groups and customers", async () => {
    expect(
      (await list(["hosts"])).output,
    ).toBe(`NAME                   ADDRESS    ENVIRONMENT  CUSTOMER  CLUSTER  STATE    SOURCE
db01.abc.example.com   192.0.2.7  abc-p1       abc       emea     absent   customers/abc.yaml:8
web01.abc.example.com  -          abc-p1       abc       emea     present  customers/abc.yaml:7
web01.xyz.example.com  -          xyz-p1       xyz       apac     present  customers/xyz.yaml:3
web02.abc.example.com  -          abc-p1       abc       emea     present  customers/abc.yaml:7
`);
    expect((await list(["groups"])).output).toBe(`CLUSTER  CUSTOMER  STATE    ENVIRONMENTS  SOURCE                 NAME
apac     -         present  1             dtsync.yaml:6          night watch
emea     abc       present  2             customers/abc.yaml:12  abc-ops
emea     -         absent   -             dtsync.yaml:8          gone
emea     -         present  1             dtsync.yaml:6          night watch
`);
    expect((await list(["customers"])).output).toBe(`ID     ENVIRONMENTS  HOSTS  SOURCE                  NAME
abc    2             2      customers/abc.yaml:1    ABC | Retail
empty  0             0      customers/empty.yaml:1  empty
xyz    1             1      customers/xyz.yaml:1    xyz
`);
  });

  test("gives JSON with the place of each, and a table of Markdown", async () => {
    const { output } = await list(["hosts", "--format", "json", "--target", "db01.abc.example.com"]);
    expect(JSON.parse(output)).toEqual({
      format: "dtsync-list/1",
      kind: "hosts",
      items: [
        {
          ...{ name: "db01.abc.example.com", address: "192.0.2.7", environment: "abc-p1", customer: "abc" },
          ...{ cluster: "emea", state: "absent", source: { file: "customers/abc.yaml", line: 8 } },
        },
      ],
    });
    const { output: table } = await list(["customers", "--format", "markdown", "--target", "abc"]);
    expect(table).toContain("| --- |");
    expect(table).toContain("| ABC \\| Retail |\n");
  });

  test.each<[readonly string[], readonly string[]]>([
    [
      ["environments", "--target", "abc"],
      ["abc-p1", "abc-p2", "abc-t1"],
    ],
    [["environments", "--target", "host/WEB01.abc.example.com"], ["abc-p1"]],
    [
      ["environments", "--target", "stage=p", "--exclude", "cluster=apac"],
      ["abc-p1", "abc-p2"],
    ],
    [
      ["environments", "--exclude", "environment/abc-p1"],
      ["abc-p2", "abc-t1", "xyz-p1"],
    ],
    [
      ["hosts", "--target", "web*", "--exclude", "xyz"],
      ["web01.abc.example.com", "web02.abc.example.com"],
    ],
    [["groups", "--target", "environment/xyz-p1"], ["apac"]],
    [["groups", "--target", "group/emea/night watch"], ["emea"]],
    [["customers", "--target", "cluster=apac"], ["xyz"]],
    [
      ["customers", "--exclude", "cluster=apac"],
      ["abc", "empty"],
    ],
    [["customers", "--target", "empty"], ["empty"]],
  ])("%j lists %j", async (parameters, expected) => {
    expect(await named(...parameters)).toEqual(expected);
  });

  test("counts what the selectors leave", async () => {
    const { output } = await list(["customers", "--format", "json", "--target", "web01.abc.example.com"]);
    expect(JSON.parse(output)).toMatchObject({ items: [{ id: "abc", environments: 1, hosts: 1 }] });
  });

  test("refuses an exact name that matches nothing with a suggestion, and warns of a glob", async () => {
    expect(await list(["hosts", "--target", "abc-p11"])).toMatchObject({
      code: 3,
      output: "",
      errors: "--target abc-p11 matches nothing: did you mean abc-p1?",
    });
    const glob = await list(["hosts", "--target", "q*"]);
    expect(glob).toMatchObject({ code: 0, output: expect.stringMatching(/^NAME .*\n$/) });
    expect(glob.errors).toMatch(
      /^warn: --target q\* matches nothing: .*\nNo hosts are left by --target and --exclude\.\n$/,
    );
    expect(await list(["servers"])).toMatchObject({ code: 3, errors: expect.stringContaining("environments, groups") });
  });

  test("says how many commands have hosts that are not known", async () => {
    const more = { "customers/cmd.yaml": "customer: cmd\nenvironments: { p1: { hosts: [{ command: [./list] }] } }\n" };
    const warning = (verb: string) => `warn: hosts of 1 command are ${verb}: only plan and apply run what lists them\n`;
    expect((await list(["hosts"], more)).errors).toBe(warning("left out"));
    expect((await list(["environments"], more)).errors).toBe(warning("not counted"));
    expect((await list(["groups"], more)).errors).toBe("");
    expect((await list(["hosts", "--target", "abc"], more)).errors).toBe("");
    expect((await list(["hosts", "--target", "web*"], more)).errors).toBe(warning("left out"));
    expect((await list(["hosts", "--exclude", "cmd"], more)).errors).toBe("");
  });

  test("prints the faults of an invalid inventory", async () => {
    const { code, output } = await list(["hosts", "--format", "json"], {
      "customers/abc.yaml": "customer: abc\nnmae: x\n",
    });
    expect(code).toBe(3);
    expect(JSON.parse(output)).toMatchObject({ format: "dtsync-validate/1", valid: false });
  });
});
