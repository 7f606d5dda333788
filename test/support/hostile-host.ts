import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, connect as openSocket, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import ssh2, { type ServerChannel } from "ssh2";
import { generateKey } from "../../src/sandbox/hosts/host-keys.ts";
import { portOf } from "../../src/sandbox/hosts/serve-connection.ts";
import { createSshConnector, type NewHostKeys, type SshConnector } from "../../src/ssh/connect.ts";
import { silentLog } from "./log.ts";
import { sshClientOf, sshConfigOf } from "./ssh-settings.ts";

/** What a host does instead of what a host should do; whatever is left out is done as usual. */
export interface Hostility {
  /** Speaks on the socket instead of SSH. */
  readonly speak?: (socket: Socket) => void;
  /** What the server calls itself. */
  readonly software?: string;
  /** A login is neither accepted nor refused. */
  readonly ignoresLogin?: boolean;
  /** Whom no key lets in. */
  readonly refuses?: (user: string) => boolean;
  /** Runs a command; else it ends with code 0 and prints nothing. */
  readonly command?: (channel: ServerChannel, command: string, socket: Socket, user: string) => void;
  /** A jump host: to which port of this machine a channel really leads, or null for one that is never answered. */
  readonly forward?: (name: string, port: number) => number | null;
}

export interface HostileHost {
  readonly port: number;
  /** Base64 of the public key blob. */
  readonly publicKey: string;
  /** Those that are open. */
  readonly sockets: ReadonlySet<Socket>;
  /** How many there have been. */
  connections(): number;
  close(): Promise<void>;
}

/** Serves SSH on 127.0.0.1 and lets everybody in who has a key, in this process. */
export async function startHostileHost(hostility: Hostility): Promise<HostileHost> {
  const key = generateKey();
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    if (hostility.speak) {
      // What comes is read, or the end of it would not be seen.
      socket.resume();
      return hostility.speak(socket);
    }
    const { software: ident } = hostility;
    const named = ident === undefined ? {} : { ident };
    new ssh2.Server({ hostKeys: [key.private], ...named }, (connection) =>
      serve(connection, socket, hostility),
    ).injectSocket(socket);
  });
  const port = await listen(server);
  return {
    port,
    publicKey: key.public.split(" ")[1] ?? "",
    sockets,
    connections: () => connections,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function serve(connection: ssh2.Connection, socket: Socket, hostility: Hostility): void {
  let user = "";
  connection.on("error", () => undefined);
  connection.on("authentication", (attempt) => {
    if (hostility.ignoresLogin) return;
    user = attempt.username;
    if (attempt.method === "publickey" && hostility.refuses?.(user) !== true) attempt.accept();
    else attempt.reject(["publickey"]);
  });
  connection.on("session", (accept) => {
    accept().on("exec", (acceptCommand, _reject, { command }) => {
      const channel = acceptCommand();
      channel.on("error", () => undefined);
      if (hostility.command) return hostility.command(channel, command, socket, user);
      channel.exit(0);
      channel.end();
    });
  });
  connection.on("tcpip", (accept, reject, { destIP, destPort }) => {
    if (!hostility.forward) return reject();
    const port = hostility.forward(destIP, destPort);
    if (port === null) return;
    // As OpenSSH does: what one side ends stays open for the other.
    const onward = openSocket({ port, host: "127.0.0.1", allowHalfOpen: true });
    onward.on("error", () => undefined);
    onward.once("connect", () => {
      const channel = accept();
      channel.on("error", () => undefined).on("close", () => onward.destroy());
      onward.on("close", () => channel.close());
      channel.pipe(onward).pipe(channel, { end: false });
      onward.on("end", () => channel.eof());
    });
  });
}

/** Writes as long as the stream takes it, and counts the bytes. */
export function printWithoutEnd(
  stream: NodeJS.WritableStream & { readonly destroyed?: boolean },
  chunk: Buffer,
): { readonly bytes: () => number } {
  let bytes = 0;
  const print = () => {
    // A turn of the event loop for each chunk: the same process has to read them.
    setImmediate(() => {
      if (stream.destroyed || !stream.writable) return;
      bytes += chunk.length;
      if (stream.write(chunk)) print();
      else stream.once("drain", print);
    });
  };
  print();
  return { bytes: () => bytes };
}

/** A port where connections are not even accepted: its queue is full, and packets for it are dropped. */
export async function startFullPort(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const worker = new Worker(
    `const { parentPort } = require("node:worker_threads");
     const server = require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
     });`,
    { eval: true },
  );
  const port = await new Promise<number>((resolve, reject) => worker.once("message", resolve).once("error", reject));
  // The thread sleeps now, so what the queue holds stays in it.
  const fillers = Array.from({ length: 8 }, () => openSocket(port, "127.0.0.1").on("error", () => undefined));
  await new Promise((resolve) => fillers[0]?.once("connect", resolve));
  return {
    port,
    close: async () => {
      for (const filler of fillers) filler.destroy();
      await worker.terminate();
    },
  };
}

/** An SSH agent that takes connections and says nothing. */
export async function startSilentAgent(path: string): Promise<{ readonly open: ReadonlySet<Socket>; close(): void }> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => undefined).on("close", () => open.delete(socket));
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    open,
    close: () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}

/** Somebody's machine with SSH set up for hosts by name. */
export interface HostileWorld {
  /** A private folder that is the home folder, without known_hosts. */
  readonly home: string;
  readonly identityFile: string;
  /** An ssh_config with an entry for each host. */
  readonly sshConfig: string;
  connector(options?: Partial<NewHostKeys> & { readonly agentSocket?: string }): SshConnector;
  close(): Promise<void>;
}

/** Hosts by name, each on its own port; more of ssh_config may be given before their entries. */
export function createHostileWorld(
  hosts: Readonly<Record<string, Pick<HostileHost, "port">>>,
  config = "",
): HostileWorld {
  const home = mkdtempSync(join(tmpdir(), "dtsync-hostile-"));
  const identityFile = join(home, "id_ed25519");
  writeFileSync(identityFile, generateKey().private, { mode: 0o600 });
  const entries = Object.entries(hosts).map(
    ([name, { port }]) => `Host ${name}\n  HostName 127.0.0.1\n  Port ${port}\n  HostKeyAlias ${name}\n`,
  );
  const known = `Host *\n  GlobalKnownHostsFile /dev/null\n  IdentityFile ${identityFile}\n`;
  const sshConfig = [config, ...entries, known].join("\n");
  return {
    home,
    identityFile,
    sshConfig,
    connector: ({ agentSocket, taken = new Map(), write = false } = {}) =>
      createSshConnector(
        sshClientOf(sshConfigOf(sshConfig), {
          home,
          user: { name: "nobody", id: 65_534 },
          variables: agentSocket === undefined ? {} : { SSH_AUTH_SOCK: agentSocket },
        }),
        { taken, write },
        silentLog,
      ),
    close: async () => rmSync(home, { recursive: true, force: true }),
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(portOf(server.address())));
  });
}
