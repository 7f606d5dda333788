import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import type { SshSettings } from "../../../src/model/inventory.ts";
import type { SshConnector } from "../../../src/ssh/connect.ts";
import type { TakenHostKeys } from "../../../src/ssh/host-keys.ts";
import {
  createHostileWorld,
  type HostileHost,
  type HostileWorld,
  type Hostility,
  printWithoutEnd,
  startFullPort,
  startHostileHost,
  startSilentAgent,
} from "../../support/hostile-host.ts";

const open: { close(): void | Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

function opened<T extends { close(): void | Promise<void> }>(one: T): T {
  open.push(one);
  return one;
}

const host = (ssh: Partial<SshSettings> = {}, name = "web01") => ({
  name,
  address: null,
  ssh: { hostKeys: "accept-new" as const, connectTimeout: 20_000, ...ssh },
});

async function startWorld(hostility: Hostility, config?: string): Promise<{ web: HostileHost; world: HostileWorld }> {
  const web = opened(await startHostileHost(hostility));
  return { web, world: opened(createHostileWorld({ web01: web }, config)) };
}

const connectTo = async (hostility: Hostility) => {
  const { web, world } = await startWorld(hostility);
  return { web, shell: opened(await world.connector()(host())) };
};

const rejection = (code: string, message: RegExp = /./) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

const gone = (target: HostileHost) => vi.waitFor(() => expect(target.sockets.size).toBe(0), { timeout: 30_000 });

test.each(["stdout", "stderr"] as const)(
  "a host that prints on %s without end is cut off at the bound",
  async (name) => {
    let printed = (): number => 0;
    const { web, shell } = await connectTo({
      command: (channel) => {
        printed = printWithoutEnd(name === "stdout" ? channel : channel.stderr, Buffer.alloc(32_768, "x")).bytes;
      },
    });
    await expect(shell.run("true", { maximumOutput: 4_000_000 })).rejects.toThrow(rejection("too-much-output", /4 MB/));
    await gone(web);
    expect(printed()).toBeLessThan(32_000_000);
    await expect(shell.run("true")).rejects.toThrow(rejection("connection-lost"));
  },
);

test("both streams count together, and less than the bound is taken whole", async () => {
  const print = (bytes: number): Hostility => ({
    command: (channel) => {
      channel.stderr.write(Buffer.alloc(bytes, "e"));
      channel.write(Buffer.alloc(bytes, "o"));
      channel.exit(0);
      channel.end();
    },
  });
  const { shell } = await connectTo(print(500_000));
  const result = await shell.run("true");
  expect([result.code, result.stdout.length, result.stderr.length]).toEqual([0, 500_000, 500_000]);
  await expect((await connectTo(print(500_001))).shell.run("true")).rejects.toThrow(rejection("too-much-output"));
});

test("a host that says things that are no output, without end, is cut off too", async () => {
  const { web, shell } = await connectTo({
    command: (channel, _command, socket) => {
      const session = channel as unknown as { _client: { _protocol: { channelSuccess(id: number): void } } };
      const flood = () => {
        if (socket.destroyed) return;
        for (let count = 0; count < 2_000; count += 1) session._client._protocol.channelSuccess(0);
        setImmediate(flood);
      };
      flood();
    },
  });
  // A smaller bound on output is a smaller one on all that comes.
  await expect(shell.run("true", { maximumOutput: 1_000 })).rejects.toThrow(
    rejection("too-much-output", /without end/),
  );
  await gone(web);
});

test("a character that is cut in two on its way arrives whole, and bytes that are none do no harm", async () => {
  const { shell } = await connectTo({
    command: (channel) => {
      const bytes = Buffer.from("größe €");
      for (const byte of bytes) channel.write(Buffer.from([byte]));
      channel.write(Buffer.from([0xff, 0xe2, 0x82]));
      channel.exit(0);
      channel.end();
    },
  });
  expect((await shell.run("true")).stdout).toBe("größe €\ufffd\ufffd");
});

test("a host that takes input without reading it does not fill the memory", async () => {
  const { shell } = await connectTo({
    command: (channel, _command, socket) => {
      const session = channel as unknown as {
        outgoing: { id: number };
        _client: { _protocol: { channelWindowAdjust(id: number, bytes: number): void } };
      };
      session._client._protocol.channelWindowAdjust(session.outgoing.id, 2 ** 31);
      // After the message that there is room for 2 GB.
      setImmediate(() => socket.pause());
    },
  });
  let read = 0;
  let isOver = false;
  function* stdin() {
    try {
      for (;;) {
        read += 262_144;
        yield Buffer.alloc(262_144);
      }
    } finally {
      isOver = true;
    }
  }
  await expect(shell.run("cat", { stdin, timeout: 2_000 })).rejects.toThrow(rejection("timeout"));
  expect(read).toBeLessThan(32_000_000);
  expect(isOver).toBe(true);
});

test("input that cannot be read is a failed transfer, and not waited for", async () => {
  const { web, shell } = await connectTo({ command: () => undefined });
  async function* stdin(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("the beginning");
    throw new Error("the disk is gone");
  }
  await expect(shell.run("cat", { stdin })).rejects.toThrow(rejection("transfer", /the disk is gone/));
  await gone(web);
});

const endless = (text: string) => (socket: { write(text: string): boolean; destroyed: boolean }) => {
  const speak = () => {
    if (socket.destroyed) return;
    socket.write(text.repeat(100));
    setImmediate(speak);
  };
  speak();
};

test.each([
  ["greets without end", { speak: endless("welcome\r\n") }],
  ["greets with one line without end", { speak: endless("welcome") }],
  ["sends what is no SSH", { speak: (socket) => void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n") }],
  ["says who it is with a whole page", { speak: (socket) => void socket.write(`SSH-2.0-${"x".repeat(100_000)}\r\n`) }],
  [
    "announces a packet of 4 GB",
    { speak: (socket) => void socket.write("SSH-2.0-x\r\n\xff\xff\xff\xff\xff\xff", "latin1") },
  ],
] satisfies [string, Hostility][])(
  "a host that %s is unreachable, and nothing of it is left",
  async (_what, hostility) => {
    const { web, world } = await startWorld(hostility);
    await expect(world.connector()(host())).rejects.toThrow(rejection("unreachable"));
    await gone(web);
  },
);

const silent = { speak: () => undefined };
const deaf = { ignoresLogin: true };

test.each([
  ["takes connections and says nothing", silent],
  ["never answers a login", deaf],
])("a host that %s is given up after its time, or at once when interrupted", async (_what, hostility: Hostility) => {
  const { web, world } = await startWorld(hostility);
  await expect(world.connector()(host({ connectTimeout: 300 }))).rejects.toThrow(
    rejection("unreachable", /did not answer within 0.3 s/),
  );
  await gone(web);
  const controller = new AbortController();
  const connecting = expect(world.connector()(host({ connectTimeout: 86_400_000 }), controller.signal)).rejects.toThrow(
    rejection("interrupted"),
  );
  await vi.waitFor(() => expect(web.sockets.size).toBe(1));
  controller.abort();
  await connecting;
  await gone(web);
});

test("a port that drops packets is given up after its time, or at once when interrupted", async () => {
  const port = opened(await startFullPort());
  const world = opened(createHostileWorld({ web01: port }));
  await expect(world.connector()(host({ connectTimeout: 300 }))).rejects.toThrow(rejection("unreachable"));
  const controller = new AbortController();
  const connecting = world.connector()(host({ connectTimeout: 86_400_000 }), controller.signal);
  controller.abort();
  await expect(connecting).rejects.toThrow(rejection("interrupted"));
});

test("a host that runs Windows is told by how its server calls itself, and left", async () => {
  const { web, world } = await startWorld({ software: "OpenSSH_for_Windows_9.5" });
  await expect(world.connector()(host())).rejects.toThrow(
    rejection("unsupported-system", /^it runs Windows \(OpenSSH_for_Windows_9\.5\), and dtsync deploys to Linux only$/),
  );
  await gone(web);
});

test("an agent that never answers is given up before the host's time is over, told, and left", async () => {
  const { web, world } = await startWorld({});
  const agentSocket = join(world.home, "agent");
  const agent = opened(await startSilentAgent(agentSocket));
  writeFileSync(world.identityFile, "");
  await expect(world.connector({ agentSocket })(host({ connectTimeout: 5_000 }))).rejects.toThrow(
    rejection("authentication-failed", /the SSH agent cannot be used \(it did not answer within 2\.5 s\)/),
  );
  await vi.waitFor(() => expect(agent.open.size).toBe(0));
  const controller = new AbortController();
  const connecting = expect(
    world.connector({ agentSocket })(host({ connectTimeout: 86_400_000 }), controller.signal),
  ).rejects.toThrow(rejection("interrupted"));
  await vi.waitFor(() => expect(agent.open.size).toBe(1));
  controller.abort();
  await connecting;
  await vi.waitFor(() => expect(agent.open.size).toBe(0));
  await gone(web);
});

test("an agent that is not there is a failed login that says so", async () => {
  const { world } = await startWorld({});
  writeFileSync(world.identityFile, "");
  await expect(world.connector({ agentSocket: join(world.home, "nothing") })(host())).rejects.toThrow(
    rejection("authentication-failed", /agent/),
  );
});

/** A jump host that leads to one of its hosts, and never answers for the others. */
async function startJump(): Promise<{ jump: HostileHost; web: HostileHost; connect: SshConnector }> {
  const web = opened(await startHostileHost({}));
  const jump = opened(await startHostileHost({ forward: (_name, port) => (port === web.port ? port : null) }));
  const world = opened(createHostileWorld({ web01: web, swallowed: { port: 9 }, jump }));
  return { jump, web, connect: world.connector() };
}

test("a target that its jump host swallows is given up, and the others behind it stay connected", async () => {
  const { jump, web, connect } = await startJump();
  const shell = await connect(host({ jump: ["jump"] }));
  await expect(connect(host({ jump: ["jump"], connectTimeout: 300 }, "swallowed"))).rejects.toThrow(
    rejection("unreachable", /jump host jump did not reach 127.0.0.1:9 within 0.3 s/),
  );
  expect((await shell.run("true")).code).toBe(0);
  expect(jump.connections()).toBe(1);
  shell.close();
  connect.close();
  await gone(jump);
  await gone(web);
});

test("a host behind a jump host that goes away in the middle of a command is lost at once", async () => {
  const web = opened(await startHostileHost({ command: (_channel, _command, socket) => void socket.end() }));
  const jump = opened(await startHostileHost({ forward: (_name, port) => port }));
  const connect = opened(createHostileWorld({ web01: web, jump })).connector();
  const shell = await connect(host({ jump: ["jump"] }));
  await expect(shell.run("true")).rejects.toThrow(rejection("connection-lost"));
  connect.close();
  await gone(jump);
  await gone(web);
});

test("a host that prints without end behind a jump host is cut off, and the others behind it stay connected", async () => {
  const web = opened(
    await startHostileHost({
      command: (channel) => {
        channel.write(Buffer.alloc(900_000, "x"));
        channel.exit(0);
        channel.end();
      },
    }),
  );
  const flooding = opened(
    await startHostileHost({ command: (channel) => void printWithoutEnd(channel, Buffer.alloc(32_768, "x")) }),
  );
  const jump = opened(await startHostileHost({ forward: (_name, port) => port }));
  const connect = opened(createHostileWorld({ web01: web, flooding, jump })).connector();
  const shell = await connect(host({ jump: ["jump"] }));
  const flooded = await connect(host({ jump: ["jump"] }, "flooding"));
  await expect(flooded.run("true")).rejects.toThrow(rejection("too-much-output"));
  await gone(flooding);
  flooded.close();
  // Many hosts together may send more through a jump host than one of them may.
  for (let run = 0; run < 6; run += 1) expect((await shell.run("true")).stdout).toHaveLength(900_000);
  expect(jump.connections()).toBe(1);
  shell.close();
  connect.close();
  await gone(jump);
});

test("an interrupt ends the wait for a jump host's answer, and the others behind it stay connected", async () => {
  const { jump, connect } = await startJump();
  const shell = await connect(host({ jump: ["jump"] }));
  const controller = new AbortController();
  const connecting = connect(host({ jump: ["jump"], connectTimeout: 86_400_000 }, "swallowed"), controller.signal);
  setImmediate(() => controller.abort());
  await expect(connecting).rejects.toThrow(rejection("interrupted"));
  expect((await shell.run("true")).code).toBe(0);
  shell.close();
  connect.close();
  await gone(jump);
});

test("a jump host that says nothing is given up by the last one who waits for it", async () => {
  const jump = opened(await startHostileHost(silent));
  const world = opened(createHostileWorld({ jump }, "Host jump\n  ConnectTimeout 86400\n"));
  const connect = world.connector();
  const controllers = [new AbortController(), new AbortController()];
  const connecting = controllers.map(({ signal }, index) =>
    expect(connect(host({ jump: ["jump"] }, `web0${index}`), signal)).rejects.toThrow(rejection("interrupted")),
  );
  await vi.waitFor(() => expect(jump.sockets.size).toBe(1));
  controllers[0]?.abort();
  await connecting[0];
  expect(jump.sockets.size).toBe(1);
  controllers[1]?.abort();
  await connecting[1];
  await gone(jump);
});

test("a jump host that says nothing is named when its time is over", async () => {
  const jump = opened(await startHostileHost(silent));
  const world = opened(createHostileWorld({ jump }, "Host jump\n  ConnectTimeout 1\n"));
  await expect(world.connector()(host({ jump: ["jump"] }))).rejects.toThrow(
    rejection("unreachable", /^jump host jump: 127.0.0.1:\d+ did not answer within 1 s$/),
  );
  await gone(jump);
});

test("a host that does not answer to a goodbye is left", async () => {
  let pause = (): void => undefined;
  const { web, shell } = await connectTo({
    command: (channel, _command, socket) => {
      pause = () => void socket.pause();
      channel.exit(0);
      channel.end();
    },
  });
  await shell.run("true");
  pause();
  const before = process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
  shell.close();
  await vi.waitFor(
    () =>
      expect(process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length).toBeLessThan(before),
    { timeout: 30_000 },
  );
  expect(web.sockets.size).toBe(1);
});

test("a new key goes into the user's known_hosts and never into a file that the inventory names", async () => {
  const { web, world } = await startWorld({});
  mkdirSync(join(world.home, ".ssh"));
  const authorizedKeys = join(world.home, ".ssh/authorized_keys");
  writeFileSync(authorizedKeys, "# no keys\n");
  const target = host({ knownHosts: authorizedKeys });
  const own = join(world.home, ".ssh/known_hosts");
  for (let run = 0; run < 2; run += 1) {
    (await world.connector({ write: true })(target)).close();
    expect(readFileSync(own, "utf8")).toBe(`web01 ssh-ed25519 ${web.publicKey}\n`);
  }
  expect(readFileSync(authorizedKeys, "utf8")).toBe("# no keys\n");
});

test("a run that only looks keeps a new key for itself, and refuses another one", async () => {
  const { web, world } = await startWorld({});
  const taken: TakenHostKeys = new Map();
  (await world.connector({ taken })(host())).close();
  expect(existsSync(join(world.home, ".ssh"))).toBe(false);
  expect([...taken.keys()]).toEqual(["web01"]);
  const other: TakenHostKeys = new Map([["web01", { key: "AAAA", written: false }]]);
  await expect(world.connector({ taken: other })(host())).rejects.toThrow(rejection("host-key-changed"));
  // What planning took is written when the plan is carried out.
  (await world.connector({ taken, write: true })(host())).close();
  expect(readFileSync(join(world.home, ".ssh/known_hosts"), "utf8")).toContain(web.publicKey);
});

test("a key that was taken in the run is not trusted where keys must be known", async () => {
  const { world } = await startWorld({});
  const taken: TakenHostKeys = new Map();
  (await world.connector({ taken })(host())).close();
  await expect(world.connector({ taken })(host({ hostKeys: "strict" }))).rejects.toThrow(rejection("host-key-unknown"));
});

test("a host whose new key cannot be written is not used", async () => {
  const { web, world } = await startWorld({});
  mkdirSync(join(world.home, ".ssh/known_hosts"), { recursive: true });
  await expect(world.connector({ write: true })(host())).rejects.toThrow(
    rejection("known-hosts", /not an ordinary file/),
  );
  writeFileSync(join(world.home, "file"), "");
  const elsewhere = opened(
    createHostileWorld({ web01: web }, `Host *\n  UserKnownHostsFile ${join(world.home, "file/known_hosts")}\n`),
  );
  await expect(elsewhere.connector({ write: true })(host())).rejects.toThrow(
    rejection("host-key-unknown", /cannot be written/),
  );
  await gone(web);
});
