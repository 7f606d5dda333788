import { createServer, type Server, type Socket } from "node:net";
import ssh2 from "ssh2";
import type { ConnectionSwitches } from "./connection-switches.ts";
import { generateKey } from "./host-keys.ts";
import type { RunningCommand } from "./run-command.ts";
import { portOf, serveConnection } from "./serve-connection.ts";

export interface SimulatedConnectionSwitches extends ConnectionSwitches {
  /** Connections are taken and never answered. */
  readonly unresponsive?: boolean;
  /** Each connection breaks when a command has got this many bytes of input. */
  readonly dropAfterInputBytes?: number;
}

interface SshHostServer {
  readonly address: string;
  readonly port: number;
  setConnection(switches: SimulatedConnectionSwitches): Promise<void>;
  /** Ends all connections and kills what their commands left running. */
  close(): Promise<void>;
}

interface SshHostServerOptions {
  readonly listen: { readonly address: string; readonly port: number };
  readonly root: string;
  readonly hostKey: string;
  readonly acceptedKey: string;
  readonly environment: (user: string) => Record<string, string>;
  readonly forwards: boolean;
  readonly resolve: (name: string) => string | undefined;
}

/**
 * Serves SSH for one host. Where the address is not one of this machine's, 127.0.0.1 and a free port take its place.
 * Rejects when nothing can be listened on.
 */
export async function startSshHostServer(options: SshHostServerOptions): Promise<SshHostServer> {
  const sockets = new Set<Socket>();
  const commands = new Set<RunningCommand>();
  let switches: SimulatedConnectionSwitches = {};

  const sshServer =
    (hostKey: string, serve: (connection: ssh2.Connection, socket: Socket) => void) => (socket: Socket) =>
      new ssh2.Server({ hostKeys: [hostKey], ident: "OpenSSH_9.2p1 simulated" }, (connection) =>
        serve(connection, socket),
      ).injectSocket(socket);

  const serve = (connection: ssh2.Connection, socket: Socket) => {
    let input = 0;
    serveConnection(connection, {
      ...options,
      slowMilliseconds: () => switches.slowMilliseconds ?? 0,
      onCommand: (command) => {
        commands.add(command);
        void command.ended.then(() => commands.delete(command));
        const after = switches.dropAfterMilliseconds;
        if (after !== undefined) setTimeout(() => socket.destroy(), after).unref();
      },
      onInput: (bytes) => {
        input += bytes;
        const drops = switches.dropAfterInputBytes !== undefined && input >= switches.dropAfterInputBytes;
        if (drops) socket.destroy();
        return !drops;
      },
    });
  };
  const serveKnown = sshServer(options.hostKey, serve);
  let serveChanged: ((socket: Socket) => void) | undefined;

  const onSocket = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    socket.setNoDelay(true);
    if (switches.unresponsive) return;
    if (switches.changedHostKey) {
      serveChanged ??= sshServer(generateKey().private, serve);
      serveChanged(socket);
    } else {
      serveKnown(socket);
    }
  };
  const stopListening = async (server: Server | undefined) => {
    const closed = server ? new Promise<void>((resolve) => server.close(() => resolve())) : undefined;
    for (const socket of sockets) socket.destroy();
    await closed;
  };

  let { address, port } = options.listen;
  let server: Server | undefined;
  try {
    server = await listen(address, port, onSocket);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRNOTAVAIL") throw error;
    address = "127.0.0.1";
    server = await listen(address, 0, onSocket);
  }
  port = portOf(server.address());

  return {
    address,
    port,
    setConnection: async (next) => {
      switches = next;
      if (next.down) {
        await stopListening(server);
        server = undefined;
      } else if (!server) {
        server = await listen(address, port, onSocket);
      }
    },
    close: async () => {
      await stopListening(server);
      server = undefined;
      for (const command of commands) command.signal("KILL");
      await Promise.all([...commands].map((command) => command.ended));
    },
  };
}

function listen(address: string, port: number, onSocket: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: false }, onSocket);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: address, port, backlog: 511 }, () => {
      server.off("error", reject);
      resolve(server);
    });
  });
}
