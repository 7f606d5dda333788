import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type SimulatedHosts, startSimulatedHosts } from "../../../src/sandbox/hosts/start-simulated-hosts.ts";
import { createSshConnector, type SshConnector } from "../../../src/ssh/connect.ts";
import { silentLog } from "../../support/log.ts";
import { sshClientOf, sshConfigOf } from "../../support/ssh-settings.ts";

const names = ["web01.example.com", "web02.example.com", "web03.example.com"];
let directory: string;
let hosts: SimulatedHosts;
let connect: SshConnector;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "dtsync-jump-"));
  hosts = await startSimulatedHosts({
    hosts: [
      ...names.map((name, index) => ({
        name,
        listen: { address: `127.31.${index + 1}.1`, port: 0 },
        user: "deploy",
        jump: "inner.example.com",
      })),
      {
        name: "inner.example.com",
        role: "jump" as const,
        user: "ops",
        jump: "outer.example.com",
        listen: { address: "127.31.0.1", port: 0 },
      },
      { name: "outer.example.com", role: "jump" as const, user: "ops", listen: { address: "127.31.0.2", port: 0 } },
    ],
    directory,
    nodePath: process.execPath,
  });
});

beforeEach(() => {
  connect = createSshConnector(
    sshClientOf(sshConfigOf(hosts.sshConfig), { home: directory, user: { name: "nobody", id: 65_534 } }),
    { taken: new Map(), write: false },
    silentLog,
  );
});

afterEach(() => connect.close());

afterAll(async () => {
  await hosts.close();
  rmSync(directory, { recursive: true, force: true });
});

const through = (name: string, jump: readonly string[]) => ({
  name,
  address: null,
  ssh: { hostKeys: "strict" as const, jump },
});
const chain = ["outer.example.com", "inner.example.com"];

test("many hosts are reached side by side through a chain of jump hosts, again and again", async () => {
  for (let round = 0; round < 2; round += 1) {
    const outputs = await Promise.all(
      names.map(async (name) => {
        const shell = await connect(through(name, chain));
        try {
          return (await shell.run("hostname")).stdout.trim();
        } finally {
          shell.close();
          shell.close();
        }
      }),
    );
    expect(outputs).toEqual(names);
  }
});

test("a jump host that is down is named, and works again once it is back", async () => {
  await hosts.hosts.get("outer.example.com")?.setConnection({ down: true });
  try {
    await expect(connect(through("web01.example.com", chain))).rejects.toThrow(/jump host outer.example.com.*refuses/);
  } finally {
    await hosts.hosts.get("outer.example.com")?.setConnection({});
  }
  const shell = await connect(through("web01.example.com", chain));
  expect((await shell.run("exit 7")).code).toBe(7);
  shell.close();
});

test("a jump host with another key is not passed through", async () => {
  await hosts.hosts.get("inner.example.com")?.setConnection({ changedHostKey: true });
  await expect(connect(through("web01.example.com", chain))).rejects.toThrow(
    expect.objectContaining({ code: "host-key-changed" }),
  );
  await hosts.hosts.get("inner.example.com")?.setConnection({});
});

test("a command that takes too long ends with its own code", async () => {
  const shell = await connect(through("web01.example.com", []));
  await expect(shell.run("sleep 5", { timeout: 200 })).rejects.toThrow(expect.objectContaining({ code: "timeout" }));
});

test("an interrupt ends a connection that is being made", async () => {
  const controller = new AbortController();
  controller.abort();
  await expect(connect(through("web01.example.com", []), controller.signal)).rejects.toThrow();
});
