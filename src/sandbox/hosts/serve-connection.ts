import { type AddressInfo, connect } from "node:net";
import ssh2 from "ssh2";
import { type RunningCommand, runCommand } from "./run-command.ts";
import { translatePaths } from "./translate-paths.ts";

interface ConnectionContext {
  readonly root: string;
  /** Public half of the key that may log in, as `ssh-ed25519 AAAA…`. */
  readonly acceptedKey: string;
  readonly environment: (user: string) => Record<string, string>;
  /** Whether connections may be forwarded; only to loopback addresses. */
  readonly forwards: boolean;
  /** Address for the name of a host of the same fleet. */
  readonly resolve: (name: string) => string | undefined;
  readonly slowMilliseconds: () => number;
  readonly onCommand: (command: RunningCommand) => void;
  /** Called with the length of each piece of a command's input; false: the command gets no more of it. */
  readonly onInput: (bytes: number) => boolean;
}

/** As OpenSSH's MaxSessions and MaxAuthTries. */
const maximumSessions = 10;
const maximumAttempts = 6;

/** Serves one client: public-key login, commands, forwarding when this is a jump host. No terminal, no SFTP. */
export function serveConnection(connection: ssh2.Connection, context: ConnectionContext): void {
  let user = "";
  let attempts = 0;
  let sessions = 0;
  const commands = new Set<RunningCommand>();

  // Each connection that is forwarded listens to it.
  connection.setMaxListeners(0);
  connection.on("error", () => connection.end());
  connection.on("close", () => {
    for (const command of commands) command.abandon();
  });
  connection.on("authentication", (attempt) => {
    user = attempt.username;
    if (attempt.method === "publickey" && isAccepted(attempt, context.acceptedKey)) return attempt.accept();
    attempts += attempt.method === "none" ? 0 : 1;
    if (attempts >= maximumAttempts) return connection.end();
    attempt.reject(["publickey"]);
  });
  connection.on("session", (accept, reject) => {
    if (sessions >= maximumSessions) return reject();
    sessions += 1;
    const session = accept();
    let running: RunningCommand | undefined;
    session.on("close", () => {
      sessions -= 1;
    });
    const start = (acceptChannel: () => ssh2.ServerChannel, text: string | null) => {
      const begin = () => {
        const channel = acceptChannel();
        channel.on("data", (data: Buffer) => {
          // Much more may have arrived already than the command has read.
          if (!context.onInput(data.length)) channel.unpipe();
        });
        const variables = context.environment(user);
        const command = text === null ? null : translatePaths(text, context.root);
        running = runCommand(channel, command, { directory: variables["HOME"] ?? context.root, variables });
        const started = running;
        commands.add(started);
        void started.ended.then(() => commands.delete(started));
        context.onCommand(started);
      };
      const delay = context.slowMilliseconds();
      if (delay > 0) setTimeout(begin, delay);
      else begin();
    };
    session.on("exec", (acceptChannel, _reject, info) => start(acceptChannel, info.command));
    session.on("shell", (acceptChannel) => start(acceptChannel, null));
    session.on("signal", (acceptSignal, _reject, info) => {
      running?.signal(info.name);
      acceptSignal?.();
    });
  });
  connection.on("tcpip", (accept, reject, info) => {
    const address = context.resolve(info.destIP) ?? (info.destIP === "localhost" ? "127.0.0.1" : info.destIP);
    if (!context.forwards || !/^127(\.\d{1,3}){3}$/.test(address)) return reject();
    const socket = connect({ host: address, port: info.destPort, allowHalfOpen: true });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      const channel = accept();
      const close = () => {
        socket.destroy();
        channel.close();
      };
      socket.on("error", close);
      channel.on("error", close);
      channel.on("close", close);
      connection.on("close", close);
      channel.pipe(socket).pipe(channel);
    });
  });
}

function isAccepted(attempt: ssh2.PublicKeyAuthContext, acceptedKey: string): boolean {
  const key = ssh2.utils.parseKey(acceptedKey);
  if (key instanceof Error || attempt.key.algo !== key.type) return false;
  if (!attempt.key.data.equals(key.getPublicSSH())) return false;
  // Without a signature the client only asks whether the key would do.
  if (!attempt.signature || !attempt.blob) return true;
  return key.verify(attempt.blob, attempt.signature, attempt.hashAlgo) === true;
}

/** The port a server that listens on an internet address has. */
export function portOf(address: AddressInfo | string | null): number {
  return typeof address === "object" && address !== null ? address.port : 0;
}
