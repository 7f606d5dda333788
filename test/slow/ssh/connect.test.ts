import { getEventListeners } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, connect as openSocket, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type SimulatedHosts, startSimulatedHosts } from "../../../src/sandbox/hosts/start-simulated-hosts.ts";
import { createSshConnector, type SshConnector } from "../../../src/ssh/connect.ts";
import { keepingLog } from "../../support/log.ts";
import { sshClientOf, sshConfigOf } from "../../support/ssh-settings.ts";

const log = keepingLog();

/** Stands before a host, and sees its connections. */
interface Gate {
  readonly server: Server;
  readonly port: number;
  readonly open: Set<Socket>;
  /** What comes from clients waits for this. */
  admission: Promise<void>;
}

let directory: string;
let hosts: SimulatedHosts;
let connect: SshConnector;
let web: Gate;
let bastion: Gate;

async function startGate(name: string): Promise<Gate> {
  const host = hosts.hosts.get(name);
  if (!host) throw new Error(`there is no host ${name}`);
  const open = new Set<Socket>();
  const server = createServer((client) => {
    open.add(client);
    client.on("close", () => open.delete(client)).on("error", () => undefined);
    void gate.admission.then(() => {
      const onward = openSocket(host.port, host.address).on("error", () => client.destroy());
      onward.on("close", () => client.destroy());
      client.on("close", () => onward.destroy());
      client.pipe(onward).pipe(client);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const gate: Gate = { server, port: (server.address() as AddressInfo).port, open, admission: Promise.resolve() };
  return gate;
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "dtsync-connect-"));
  hosts = await startSimulatedHosts({
    hosts: [
      { name: "web01.example.com", listen: { address: "127.32.0.1", port: 0 } },
      { name: "bastion.example.com", role: "jump", listen: { address: "127.32.0.2", port: 0 } },
    ],
    directory,
    nodePath: process.execPath,
  });
  [web, bastion] = [await startGate("web01.example.com"), await startGate("bastion.example.com")];
  const throughGate = (name: string, { port }: Gate) =>
    `Host ${name}\n  HostName 127.0.0.1\n  Port ${port}\n  HostKeyAlias ${name}\n`;
  const text = throughGate("web01.example.com", web) + throughGate("bastion.example.com", bastion) + hosts.sshConfig;
  const config = sshConfigOf(text);
  connect = createSshConnector(
    sshClientOf(config, { home: directory, user: { name: "nobody", id: 65_534 } }),
    {
      taken: new Map(),
      write: false,
    },
    log,
  );
});

afterEach(() => {
  connect.close();
  web.admission = Promise.resolve();
});

afterAll(async () => {
  for (const { server, open } of [web, bastion]) {
    for (const socket of open) socket.destroy();
    server.close();
  }
  await hosts.close();
  rmSync(directory, { recursive: true, force: true });
});

const host = (jump: readonly string[] = []) => ({
  name: "web01.example.com",
  address: null,
  ssh: { hostKeys: "strict" as const, jump },
});

const expectNoConnection = (...gates: readonly Gate[]) =>
  vi.waitFor(() => expect(gates.map(({ open }) => open.size)).toEqual(gates.map(() => 0)), { timeout: 10_000 });

test("a closed shell leaves neither a connection nor a listener behind", async () => {
  const { signal } = new AbortController();
  const shell = await connect(host(), signal);
  expect([web.open.size, getEventListeners(signal, "abort").length]).toEqual([1, 1]);
  shell.close();
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
  await expectNoConnection(web);
  await expect(shell.run("true")).rejects.toThrow(expect.objectContaining({ code: "connection-lost" }));
});

test("the connection to a jump host is there for those that come later, until it is closed", async () => {
  const through = host(["bastion.example.com"]);
  const shells = [await connect(through), await connect(through)];
  for (const shell of shells) shell.close();
  shells[0]?.close();
  await expectNoConnection(web);
  const later = await connect(through);
  expect(bastion.open.size).toBe(1);
  connect.close();
  expect((await later.run("echo there")).stdout).toBe("there\n");
  later.close();
  await expectNoConnection(web, bastion);
});

test("a connection that fails behind a jump host leaves the one to the jump host", async () => {
  const { signal } = new AbortController();
  await hosts.hosts.get("web01.example.com")?.setConnection({ changedHostKey: true });
  try {
    await expect(connect(host(["bastion.example.com"]), signal)).rejects.toThrow(
      expect.objectContaining({ code: "host-key-changed" }),
    );
  } finally {
    await hosts.hosts.get("web01.example.com")?.setConnection({});
  }
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
  await expectNoConnection(web);
  expect(bastion.open.size).toBe(1);
  connect.close();
  await expectNoConnection(bastion);
});

test("an interrupt ends a running command and its connection", async () => {
  const controller = new AbortController();
  const shell = await connect(host(), controller.signal);
  const running = expect(shell.run("sleep 60")).rejects.toThrow(expect.objectContaining({ code: "connection-lost" }));
  controller.abort();
  await running;
  await expectNoConnection(web);
});

test("an interrupt while a connection is being made ends it as soon as it is there", async () => {
  let admit = (): void => undefined;
  web.admission = new Promise((resolve) => {
    admit = resolve;
  });
  const controller = new AbortController();
  const connecting = expect(connect(host(), controller.signal)).rejects.toThrow(
    expect.objectContaining({ code: "interrupted" }),
  );
  await vi.waitFor(() => expect(web.open.size).toBe(1));
  controller.abort();
  admit();
  await connecting;
  await expectNoConnection(web);
});

test("a command that takes too long ends with its connection; one that ended in time leaves the next its own", async () => {
  const shell = await connect(host());
  await shell.run("true", { timeout: 200 });
  expect((await shell.run("sleep 0.5")).code).toBe(0);
  await expect(shell.run("sleep 60", { timeout: 200 })).rejects.toThrow(expect.objectContaining({ code: "timeout" }));
  await expectNoConnection(web);
});

test("a command without an exit code was killed, or lost with its connection", async () => {
  const simulated = hosts.hosts.get("web01.example.com");
  const shell = await connect(host());
  try {
    expect((await shell.run("kill -KILL $$")).code).toBeNull();
    await simulated?.setConnection({ dropAfterMilliseconds: 100 });
    await expect(shell.run("sleep 60")).rejects.toThrow(
      expect.objectContaining({ code: "connection-lost", message: "the connection broke while a command was running" }),
    );
  } finally {
    await simulated?.setConnection({});
    shell.close();
  }
});

test("what a command does not read of its input is not kept", async () => {
  const shell = await connect(host());
  let given = 0;
  let told: AbortSignal | null = null;
  async function* stdin(ended: AbortSignal) {
    told = ended;
    for (; ; given += 1) yield Buffer.alloc(100_000);
  }
  expect((await shell.run("exit 3", { stdin })).code).toBe(3);
  expect(told).toMatchObject({ aborted: true });
  const before = given;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(given).toBe(before);
  shell.close();
});

test("after an interrupt no connection is begun", async () => {
  let begun = 0;
  const count = () => {
    begun += 1;
  };
  web.server.on("connection", count);
  const reason = new Error("stopped");
  await expect(connect(host(), AbortSignal.abort(reason))).rejects.toBe(reason);
  web.server.off("connection", count);
  expect(begun).toBe(0);
});

test("connections and commands are logged, without what was run, sent and printed", async () => {
  const from = log.entries.length;
  const shell = await connect(host(["bastion.example.com"]));
  await shell.run("cat; echo printed-by-the-host >&2; exit 3", {
    step: "probe",
    stdin: () => [Buffer.from("sent")],
  });
  await shell.run("sleep 60", { timeout: 100 }).catch(() => undefined);
  const ms = expect.any(Number);
  const key = { user: expect.any(String), hostKey: "ssh-ed25519", verdict: "trusted", ms };
  const logged = log.entries.slice(from);
  expect(logged.map(({ message, fields }) => [message, fields])).toEqual([
    ["logged in", { to: `127.0.0.1:${bastion.port}`, through: "network", ...key }],
    ["logged in", { to: expect.stringContaining(":"), through: "jump host", ...key }],
    [
      "host connected",
      {
        host: "web01.example.com",
        to: expect.stringContaining(":"),
        jumps: ["bastion.example.com"],
        software: expect.any(String),
        ms,
      },
    ],
    [
      "step on a host",
      {
        host: "web01.example.com",
        step: "probe",
        bytesIn: 4,
        bytesOut: 4 + "printed-by-the-host\n".length,
        ended: 3,
        ms,
      },
    ],
    ["step on a host", { host: "web01.example.com", step: "command", bytesIn: 0, bytesOut: 0, ended: "timeout", ms }],
  ]);
  expect(JSON.stringify(logged)).not.toMatch(/printed|sleep|sent/);
});

test("a host that is not reached is logged with the reason", async () => {
  const from = log.entries.length;
  await connect({ name: "web02.example.com", address: "127.0.0.1", ssh: { hostKeys: "strict", port: 1 } }).catch(
    () => undefined,
  );
  expect(log.entries.slice(from)).toMatchObject([
    { message: "host not connected", fields: { host: "web02.example.com", error: expect.stringMatching(/./) } },
  ]);
});
