import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openCluster } from "../../../src/application/open-cluster.ts";
import { requireOrigins } from "../../../src/application/require-origins.ts";
import { takeReviewed } from "../../../src/application/take-reviewed.ts";
import { exitCodes } from "../../../src/errors.ts";
import { allowsOrigin } from "../../../src/secrets/allows-origin.ts";
import { aChange, aCluster, anEnvironment, anInventory, planOf } from "../../support/builders.ts";
import { aContext, connectionsOf, fleetOptionsOf } from "../../support/context.ts";

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "dtsync-test-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const emea = aCluster({ url: "https://emea.example.com" });
const apac = aCluster({ name: "apac", url: "https://apac.example.com", token: { command: ["vault", "read"] } });
const local = aCluster({ name: "local", url: "http://127.0.0.1:9301" });
const file = () => join(home, ".config/dtsync/origins");

/** A context whose terminal gives these answers, one after the question before it. */
function onTerminal(answers: readonly string[], variables: Readonly<Record<string, string>> = {}) {
  const [input, output] = [new PassThrough(), Object.assign(new PassThrough(), { isTTY: true })];
  const left = [...answers];
  let asked = "";
  output.on("data", (chunk: Buffer) => {
    asked += chunk.toString();
    if (chunk.toString().includes('Only "yes" goes on')) setImmediate(() => input.write(`${left.shift()}\n`));
  });
  const { context } = aContext({
    variables: { HOME: home, ...variables },
    terminal: { input: true, output: true, errors: true, columns: null },
    prompt: { input, output },
  });
  return { context, asked: () => asked, left };
}

const withoutTerminal = (variables: Readonly<Record<string, string>> = {}) =>
  aContext({ variables: { HOME: home, ...variables } }).context;

describe("without a terminal", () => {
  test("all origins that are not allowed are named at once, with what would be sent and the line to set", async () => {
    const refused = requireOrigins([emea, local, apac], withoutTerminal());
    await expect(refused).rejects.toMatchObject({
      exitCode: exitCodes.refused,
      message: expect.stringMatching(
        /emea\.example\.com \(.*DTSYNC_TOKEN_EMEA\) or .*apac\.example\.com \(.* of vault\)/,
      ),
      hint: expect.stringContaining("export DTSYNC_ORIGINS=https://emea.example.com,https://apac.example.com\n"),
    });
    expect(existsSync(file())).toBe(false);
  });

  test("what the variable and the file allow goes on; the line to set keeps what the variable has", async () => {
    mkdirSync(join(home, ".config/dtsync"), { recursive: true, mode: 0o700 });
    writeFileSync(file(), "https://apac.example.com\n", { mode: 0o600 });
    const variables = { DTSYNC_ORIGINS: "https://emea.example.com" };
    await requireOrigins([emea, local, apac], withoutTerminal(variables));
    const third = aCluster({ url: "https://third.example.com" });
    await expect(requireOrigins([emea, apac, third], withoutTerminal(variables))).rejects.toMatchObject({
      message: expect.not.stringContaining("emea.example.com"),
      hint: expect.stringContaining("export DTSYNC_ORIGINS=https://emea.example.com,https://third.example.com\n"),
    });
  });

  test("a file that others can write is not used, and the refusal says so; it does not matter where it is not needed", async () => {
    mkdirSync(join(home, ".config/dtsync"), { recursive: true, mode: 0o700 });
    writeFileSync(file(), "https://emea.example.com\n");
    chmodSync(file(), 0o666);
    await expect(requireOrigins([emea], withoutTerminal())).rejects.toMatchObject({
      exitCode: exitCodes.refused,
      hint: expect.stringMatching(/origins is not used: others can write to .*chmod go-w/),
    });
    await requireOrigins([local], withoutTerminal());
    await requireOrigins([emea], withoutTerminal({ DTSYNC_ORIGINS: emea.url }));
  });

  test("an entry that is no origin is told", async () => {
    const refused = requireOrigins([emea], withoutTerminal({ DTSYNC_ORIGINS: "emea.example.com" }));
    await expect(refused).rejects.toMatchObject({
      hint: expect.stringContaining("entry 1 of DTSYNC_ORIGINS is not an address"),
    });
  });
});

test("in a sandbox nobody is asked, and neither the variable nor the file allows an origin", async () => {
  mkdirSync(join(home, ".config/dtsync"), { recursive: true, mode: 0o700 });
  writeFileSync(file(), "https://emea.example.com\n", { mode: 0o600 });
  const variables = { DTSYNC_ORIGINS: "https://emea.example.com", DTSYNC_SANDBOX_OPTIONS: '{ "--set": [] }' };
  const { context, left } = onTerminal(["yes"], variables);
  const refusal = {
    exitCode: exitCodes.refused,
    message: expect.stringContaining("the sandbox does not serve https://emea.example.com (cluster emea"),
    hint: expect.not.stringContaining("DTSYNC_ORIGINS"),
  };
  await expect(requireOrigins([emea, local], context)).rejects.toMatchObject(refusal);
  const access = { inventory: anInventory({ clusters: [emea] }), allowCommands: false, readOnly: true };
  await expect(openCluster(emea, access, context)).rejects.toMatchObject(refusal);
  expect(left).toEqual(["yes"]);
  await requireOrigins([local], context);
  expect(allowsOrigin(emea.url, variables)).toBe(false);
});

describe("on a terminal", () => {
  test("each unknown origin is asked for once, and kept", async () => {
    const terminal = onTerminal(["yes", "yes"]);
    await requireOrigins([emea, local, apac], terminal.context);
    expect(terminal.asked()).toMatch(
      /trust https:\/\/emea\.example\.com\..*\n.*cluster emea, token from .*DTSYNC_TOKEN_EMEA/,
    );
    expect(terminal.asked()).not.toContain("127.0.0.1");
    expect(readFileSync(file(), "utf8")).toBe("https://emea.example.com\nhttps://apac.example.com\n");
    await requireOrigins([emea, apac], onTerminal([]).context);
  });

  test("two clusters at one origin are one question", async () => {
    const terminal = onTerminal(["yes", "no"]);
    await requireOrigins([emea, { ...apac, url: emea.url }], terminal.context);
    expect(terminal.asked()).toMatch(/cluster emea, .*; cluster apac, token from the output of vault/);
    expect(readFileSync(file(), "utf8")).toBe("https://emea.example.com\n");
  });

  test("anything but yes refuses the run, and what is left is not asked for", async () => {
    const terminal = onTerminal(["y", "yes"]);
    await expect(requireOrigins([emea, apac], terminal.context)).rejects.toMatchObject({
      exitCode: exitCodes.refused,
      message: expect.stringContaining("https://emea.example.com is not trusted"),
    });
    expect(terminal.left).toEqual(["yes"]);
    expect(existsSync(file())).toBe(false);
  });

  test("a yes that cannot be kept allows nothing", async () => {
    writeFileSync(join(home, ".config"), "");
    await expect(requireOrigins([emea], onTerminal(["yes"]).context)).rejects.toMatchObject({
      hint: expect.stringContaining("DTSYNC_ORIGINS=https://emea.example.com"),
    });
  });
});

test("a plan file that is about a cluster whose origin is not allowed is refused", async () => {
  const inventory = anInventory({ clusters: [emea, local], environments: [anEnvironment()] });
  const change = aChange({ kind: "environment", action: "create", after: { state: "enabled" } });
  const options = { ...fleetOptionsOf(), raisedLimits: { removals: null, updates: null }, shard: null, journal: null };
  const plan = { ...planOf({ inventory }), changes: [change] };
  const context = withoutTerminal();
  await expect(takeReviewed(plan, inventory, options, context, connectionsOf(context))).rejects.toMatchObject({
    exitCode: exitCodes.refused,
  });
});

test("a cluster whose origin is not allowed is not opened, and its token is not read, whoever asks for it", async () => {
  const read: string[] = [];
  const get = (all: Readonly<Record<string, string>>, name: string | symbol) => {
    read.push(String(name));
    return all[String(name)];
  };
  const variables = new Proxy({ HOME: home, DTSYNC_TOKEN_EMEA: "abc" }, { get });
  const access = { inventory: anInventory({ clusters: [emea] }), allowCommands: true, readOnly: true };
  await expect(openCluster(emea, access, aContext({ variables }).context)).rejects.toMatchObject({
    exitCode: exitCodes.refused,
    message: expect.stringContaining("nobody has allowed to send a token to https://emea.example.com"),
  });
  expect(read).not.toContain("DTSYNC_TOKEN_EMEA");
});
