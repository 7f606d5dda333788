import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type EndToEnd, smallInventory, startEndToEnd } from "../support/end-to-end.ts";

let world: EndToEnd;
beforeEach(async () => {
  world = await startEndToEnd({ inventory: smallInventory, clusters: ["emea", "apac"] });
});
afterEach(() => world.close());

/** Notes every name that is looked up and every connection that is begun, and lets none leave this machine. */
const watchNetwork = `
const { appendFileSync } = require("node:fs");
const dns = require("node:dns");
const net = require("node:net");
const note = (text) => appendFileSync(process.env.NETWORK_NOTES, text + "\\n");
const { lookup } = dns;
dns.lookup = (name, options, callback) => {
  note("lookup " + name);
  return lookup("127.0.0.1", options, callback);
};
const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...parameters) {
  const [{ host } = {}] = Array.isArray(parameters[0]) ? parameters[0] : parameters;
  note("connect " + host);
  if (!/^127\\./.test(host)) throw new Error("not in a test");
  return connect.apply(this, parameters);
};
require("node:module").syncBuiltinESMExports();
`;

describe("an origin that nobody has allowed", () => {
  const origin = "https://dynatrace.apac.example.com";
  let asked: string[] = [];
  let environment: Readonly<Record<string, string>> = {};
  const proxy = createServer();
  proxy.on("connect", (incoming, socket) => {
    asked.push(incoming.url ?? "");
    socket.end("HTTP/1.1 403 no\r\n\r\n");
  });
  const notes = () => join(world.directory, "notes");
  const noted = () => (existsSync(notes()) ? readFileSync(notes(), "utf8") : "");
  const lead = () => ["--set", `clusters.emea.url=${world.url("emea")}`, "--set", `clusters.apac.url=${origin}`];

  beforeEach(async () => {
    asked = [];
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
    const hook = join(world.directory, "watch-network.cjs");
    writeFileSync(hook, watchNetwork);
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    environment = { HTTPS_PROXY: address, NODE_OPTIONS: `--require ${hook}`, NETWORK_NOTES: notes() };
  });
  afterEach(() => {
    proxy.close();
  });

  test.each([["plan"], ["apply --auto-approve"]])(
    "%s: exit 4 with the line to set, and nothing is sent",
    async (call) => {
      const marker = join(world.directory, "command-ran");
      const parameters = [...call.split(" "), ...lead(), "--allow-commands"];
      const token = ["--set", `clusters.apac.token={ command: [touch, "${marker}"] }`];
      const refused = await world.run([...parameters, ...token], { environment, leadToClusters: false });
      expect(refused.code).toBe(4);
      expect(refused.stdout).toBe("");
      expect(refused.stderr).toContain(`export DTSYNC_ORIGINS=${origin}\n`);
      expect(refused.stderr).toContain(join(world.directory, ".config/dtsync/origins"));
      expect(asked).toEqual([]);
      expect(noted()).toBe("");
      expect(existsSync(marker)).toBe(false);
      expect(world.cluster("emea").requests).toEqual([]);
    },
  );

  test("with it allowed the same run asks for it, so that the above would have been seen", async () => {
    const allowed = { ...environment, DTSYNC_ORIGINS: `https://other.example.com,${origin}` };
    const { plan, code } = await world.plan(lead(), { environment: allowed, leadToClusters: false });
    expect(code).toBe(5);
    expect(plan.held.map(({ scope }) => scope)).toEqual(["cluster/apac"]);
    expect(new Set(asked)).toEqual(new Set(["dynatrace.apac.example.com:443"]));
    expect(noted()).toContain("connect 127.0.0.1");
  });

  test("it does not matter for what is not in scope, nor for commands that ask nobody", async () => {
    const options = { environment, leadToClusters: false };
    expect((await world.plan([...lead(), "--target", "abc"], options)).code).toBe(0);
    for (const call of [["validate"], ["explain", "abc-p1"], ["diff", "HEAD"]]) {
      expect((await world.run([...call, ...lead()], options)).code).toBe(0);
    }
    expect((await world.run(["fmt"], options)).code).toBe(0);
    expect(asked).toEqual([]);
  });

  test("with JSON the refusal is the document", async () => {
    const refused = await world.run(["plan", "--format", "json", ...lead()], { environment, leadToClusters: false });
    expect(JSON.parse(refused.stdout)).toMatchObject({ format: "dtsync-error/1", error: { exitCode: 4 } });
  });
});

test("a token of the pipeline is sent nowhere unless the person who runs allows it", async () => {
  const secret = world.cluster("emea").clusterToken;
  const token = ["--set", "clusters.emea.token={ env: CI_JOB_TOKEN }"];
  const held = await world.plan(token, { environment: { CI_JOB_TOKEN: secret } });
  expect(held.code).toBe(5);
  expect(held.plan.held).toMatchObject([
    { scope: "cluster/emea", reason: expect.stringContaining("DTSYNC_TOKEN_VARIABLES=CI_JOB_TOKEN") },
  ]);
  expect(world.cluster("emea").requests).toEqual([]);
  const allowed = { CI_JOB_TOKEN: secret, DTSYNC_TOKEN_VARIABLES: "CI_JOB_*" };
  expect((await world.plan(token, { environment: allowed })).code).toBe(0);
});

test("a pipe or device as the file of a token is refused, and the run ends by itself", async () => {
  execFileSync("mkfifo", [join(world.directory, "pipe")]);
  for (const file of [join(world.directory, "pipe"), "/dev/zero", "/dev/stdin"]) {
    const { code, plan } = await world.plan(["--set", `clusters.emea.token={ file: "${file}" }`]);
    expect(code).toBe(5);
    expect(plan.held).toMatchObject([
      { scope: "cluster/emea", reason: expect.stringContaining("not an ordinary file") },
    ]);
  }
});

test("SIGTERM ends a run whose token comes from a command that hangs, and the command with what it started", async () => {
  const started = join(world.directory, "started");
  const script = `sleep 300 & echo "$$ $!" >"${started}.new"; mv "${started}.new" "${started}"; wait`;
  const token = `clusters.emea.token={ command: [sh, -c, ${JSON.stringify(script)}] }`;
  const running = world.start(["plan", "--allow-commands", "--set", token]);
  while (!existsSync(started)) await wait(20);
  running.child.kill("SIGTERM");
  expect((await running.finished).code).toBe(130);
  for (const pid of readFileSync(started, "utf8").trim().split(" ")) {
    while (isRunning(Number(pid))) await wait(20);
  }
});

function isRunning(pid: number): boolean {
  try {
    // One that was ended and that nobody has asked for is no longer running.
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
