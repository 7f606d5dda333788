import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TokenSource } from "../../../src/model/inventory.ts";
import { resolveToken, TokenUnavailable } from "../../../src/secrets/resolve-token.ts";
import { aCluster } from "../../support/builders.ts";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "dtsync-test-"));
  await writeFile(join(directory, "token"), "  from-a-file\n");
  await writeFile(join(directory, "two-lines"), "one\ntwo\n");
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const resolved = (
  token: TokenSource,
  {
    variables = {},
    allowCommands = true,
    timeout = 5_000,
  }: { variables?: Record<string, string>; allowCommands?: boolean; timeout?: number } = {},
) =>
  resolveToken(aCluster({ token }), { variables, allowCommands, directory, timeout }).catch((error: unknown) => {
    expect(error).toBeInstanceOf(TokenUnavailable);
    expect((error as Error).cause ?? {}).not.toHaveProperty("stdout");
    return String(error);
  });

const node = (script: string): TokenSource => ({ command: [process.execPath, "-e", script] });

describe("where a token comes from", () => {
  test("a variable, without the blanks around it", async () => {
    expect(await resolved({ env: "T" }, { variables: { T: " abc\n" } })).toBe("abc");
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

describe("when there is none, it says where it was looked for", () => {
  test.each<[string, TokenSource, object, RegExp]>([
    ["not set", { env: "T" }, {}, /variable T, .*not set.*ServiceProviderAPI/],
    ["empty", { env: "T" }, { variables: { T: " " } }, /variable T, .*not set/],
    ["with a line break", { env: "T" }, { variables: { T: "a\nb" } }, /variable T holds something that is not a token/],
    ["no ASCII", { env: "T" }, { variables: { T: "tökén" } }, /not a token/],
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
    [
      "a command that hangs and does not want to end",
      node("process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"),
      { timeout: 300 },
      /did not end in time$/,
    ],
  ])("%s", async (_name, token, options, message) => {
    const error = await resolved(token, options);
    expect(error).toMatch(message);
    expect(error).not.toContain("S3CRET");
  });

  test("no such file, or one of two lines", async () => {
    expect(await resolved({ file: join(directory, "nothing") })).toMatch(
      /token file .*nothing cannot be read \(ENOENT/,
    );
    expect(await resolved({ file: join(directory, "two-lines") })).toMatch(
      /two-lines holds something that is not a token/,
    );
  });
});
