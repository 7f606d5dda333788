import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { programRunner } from "../../../src/application/run-program.ts";
import type { TokenSource } from "../../../src/model/inventory.ts";
import type { RunProgram } from "../../../src/ports.ts";
import { trustCluster } from "../../../src/secrets/allowed-origins.ts";
import { resolveToken, TokenUnavailable } from "../../../src/secrets/resolve-token.ts";
import { aCluster } from "../../support/builders.ts";
import { aContext } from "../../support/context.ts";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "dtsync-test-"));
  await writeFile(join(directory, "token"), "  from-a-file\n");
  await writeFile(join(directory, "two-lines"), "one\ntwo\n");
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Given {
  readonly variables?: Readonly<Record<string, string>>;
  readonly allowCommands?: boolean;
  readonly run?: RunProgram;
}

const { signal } = new AbortController();

function resolved(
  token: TokenSource,
  { variables = {}, allowCommands = true, run = programRunner({ signal, log: aContext().context.log }) }: Given = {},
) {
  const other = aCluster({ name: "apac", token: { env: "VAULT_DTSYNC" } });
  const cluster = trustCluster(aCluster({ url: "http://127.0.0.1:9301", token }), new Set());
  if (cluster === null) throw new Error("loopback is trusted");
  const inventory = { directory, clusters: [cluster, other] };
  return resolveToken(cluster, { variables, allowCommands, inventory, run }).catch((error: unknown) => {
    expect(error).toBeInstanceOf(TokenUnavailable);
    expect((error as Error).cause ?? {}).not.toHaveProperty("stdout");
    return String(error);
  });
}

const node = (script: string): TokenSource => ({ command: [process.execPath, "-e", script] });

describe("where a token comes from", () => {
  test("a variable, without the blanks around it", async () => {
    expect(await resolved({ env: "DTSYNC_TOKEN_T" }, { variables: { DTSYNC_TOKEN_T: " abc\n" } })).toBe("abc");
  });

  test("a file", async () => {
    expect(await resolved({ file: join(directory, "token") })).toBe("from-a-file");
  });

  test("a command, in the folder of the inventory", async () => {
    expect(await resolved(node("console.log('by-' + require('fs').readFileSync('token', 'utf8').trim())"))).toBe(
      "by-from-a-file",
    );
  });
});

test("a command gets the variables but for those that hold tokens of clusters", async () => {
  const variables = { HOME: "/home/me", DTSYNC_TOKEN_OTHER: "one", VAULT_DTSYNC: "two", VAULT_TOKEN: "three" };
  const script = "process.stdout.write(Object.keys(process.env).sort().join('+'))";
  expect(await resolved(node(script), { variables })).toBe("HOME+VAULT_TOKEN");
});

const name = "DTSYNC_TOKEN_T";

describe("when there is none, it says where it was looked for", () => {
  test.each<[string, TokenSource, Given, RegExp]>([
    ["not set", { env: name }, {}, /variable DTSYNC_TOKEN_T, .*not set.*ServiceProviderAPI/],
    ["empty", { env: name }, { variables: { [name]: " " } }, /variable DTSYNC_TOKEN_T, .*not set/],
    ["with a line break", { env: name }, { variables: { [name]: "a\nb" } }, /_T holds something that is not a token/],
    ["no ASCII", { env: name }, { variables: { [name]: "tökén" } }, /not a token/],
    [
      "a variable that was not made for dtsync",
      { env: "CI_JOB_TOKEN" },
      { variables: { CI_JOB_TOKEN: "S3CRET" } },
      /CI_JOB_TOKEN is not for dtsync: .*DTSYNC_TOKEN_VARIABLES=CI_JOB_TOKEN$/,
    ],
    [
      "commands are not allowed",
      node("console.log('x')"),
      { allowCommands: false },
      /--allow-commands or DTSYNC_ALLOW_COMMANDS=1/,
    ],
    [
      "a command that fails",
      node("console.log('S3CRET'); console.error('S3CRET'); process.exit(3)"),
      {},
      /ended with 3$/,
    ],
    ["a command that prints nothing", node(""), {}, /holds no token/],
    ["no such command", { command: ["no-such-program-anywhere"] }, {}, /was not found$/],
    ["a command that prints too much", node("console.log('S3CRET'.repeat(20_000))"), {}, /printed more than 64 kB$/],
    ["a command that hangs", node(""), { run: async () => ({ status: "timeout" }) }, /did not end within 30 s$/],
  ])("%s", async (_name, token, options, message) => {
    const error = await resolved(token, options);
    expect(error).toMatch(message);
    expect(error).not.toContain("S3CRET");
  });

  test("no such file, no ordinary one, or one of two lines", async () => {
    expect(await resolved({ file: join(directory, "nothing") })).toMatch(
      /token file .*nothing cannot be read \(ENOENT/,
    );
    expect(await resolved({ file: "/dev/zero" })).toMatch(/cannot be read \(it is not an ordinary file\)$/);
    expect(await resolved({ file: "/proc/self/environ" })).toMatch(/holds no token$/);
    expect(await resolved({ file: join(directory, "two-lines") })).toMatch(
      /two-lines holds something that is not a token/,
    );
  });
});
