import type { Readable } from "node:stream";
import { errorMessage } from "../errors.ts";
import type { OpenConnection, SshConnection } from "./connection.ts";
import { HostError } from "./host-error.ts";
import { type JumpAddress, resolveTarget, type SshClientSettings, type SshTarget } from "./target.ts";

/**
 * Terms: a *jump host* is a machine that is connected to only to reach others from there; it *forwards a channel*, which
 * is a stream to the target on which a second SSH connection is made. A *chain* is a list of jump hosts from the
 * outermost in.
 *
 * Premise: an SSH server takes ten connections that are still logging in at once by default, and refuses the others. So
 * all targets behind one chain share one connection to each of its jump hosts.
 *
 * Cases: the first target behind a chain opens it, and those that come meanwhile wait for the same connection; it ends
 * when nobody uses it any more. A connection that broke is given to nobody new. One that broke just as a target was to
 * use it is made again, once; one that was new when it broke is not, because it would break again.
 */

/** A stream to a target that a jump host forwards. Others use the jump host's connection at the same time. */
export interface ForwardedStream {
  readonly stream: Readable;
  /** The connections end when nobody uses them any more. Calling it again does nothing. */
  release(): void;
}

/** Opens a stream to a target through its jump hosts. Throws HostError. */
export type OpenForwardedStream = (target: SshTarget) => Promise<ForwardedStream>;

interface SharedConnection {
  readonly connection: Promise<SshConnection>;
  /** From now on nobody new gets this connection. */
  readonly forget: () => void;
  users: number;
}

/** Jump hosts, each connected to once for all targets behind it. */
export function createJumpHosts(open: OpenConnection, settings: SshClientSettings): OpenForwardedStream {
  const shared = new Map<string, SharedConnection>();

  function connect(jumps: readonly JumpAddress[], hostKeys: SshTarget["hostKeys"]): SharedConnection {
    const key = JSON.stringify([jumps, hostKeys]);
    const found = shared.get(key);
    if (found) return found;
    const forget = () => {
      if (shared.get(key) === entry) shared.delete(key);
    };
    const entry: SharedConnection = { connection: openChain(jumps, hostKeys), forget, users: 0 };
    shared.set(key, entry);
    entry.connection.then((connection) => connection.connection?.once("close", forget), forget);
    return entry;
  }

  async function openChain(jumps: readonly JumpAddress[], hostKeys: SshTarget["hostKeys"]): Promise<SshConnection> {
    const outer = jumps.slice(0, -1);
    const last = jumps.at(-1);
    if (!last) throw new HostError("jump-host", "there is no jump host to go through");
    const target = jumpTarget(last, hostKeys);
    const forwarded = outer.length === 0 ? null : await openThrough(outer, hostKeys, target);
    try {
      const connection = await open(target, forwarded?.stream ?? null);
      connection.connection?.once("close", () => forwarded?.release());
      return connection;
    } catch (error) {
      forwarded?.release();
      throw error instanceof HostError
        ? new HostError(error.code, `jump host ${last.host}: ${error.message}`, { cause: error })
        : error;
    }
  }

  function jumpTarget(jump: JumpAddress, hostKeys: SshTarget["hostKeys"]): SshTarget {
    const ssh = {
      hostKeys,
      ...(jump.user === null ? {} : { user: jump.user }),
      ...(jump.port === null ? {} : { port: jump.port }),
      jump: [],
    };
    return resolveTarget({ name: jump.host, address: null, ssh }, settings);
  }

  async function openThrough(
    jumps: readonly JumpAddress[],
    hostKeys: SshTarget["hostKeys"],
    target: Pick<SshTarget, "hostName" | "port">,
  ): Promise<ForwardedStream> {
    const reused = shared.has(JSON.stringify([jumps, hostKeys]));
    try {
      return await forwardOver(connect(jumps, hostKeys), jumps, target);
    } catch (error) {
      if (!reused || !(error instanceof HostError) || error.code !== "connection-lost") throw error;
      return forwardOver(connect(jumps, hostKeys), jumps, target);
    }
  }

  async function forwardOver(
    entry: SharedConnection,
    jumps: readonly JumpAddress[],
    target: Pick<SshTarget, "hostName" | "port">,
  ): Promise<ForwardedStream> {
    entry.users += 1;
    let released = false;
    const release = () => {
      if (released) return;
      released = true;
      entry.users -= 1;
      if (entry.users > 0) return;
      entry.forget();
      entry.connection.then((connection) => connection.dispose()).catch(() => undefined);
    };
    try {
      const connection = await entry.connection;
      return { stream: await forward(connection, target, jumps.at(-1)?.host ?? ""), release };
    } catch (error) {
      if (error instanceof HostError && error.code === "connection-lost") entry.forget();
      release();
      throw error;
    }
  }

  return (target) => openThrough(target.jumps, target.hostKeys, target);
}

async function forward(
  connection: SshConnection,
  target: Pick<SshTarget, "hostName" | "port">,
  jump: string,
): Promise<Readable> {
  try {
    return await connection.forwardOut("127.0.0.1", 0, target.hostName, target.port);
  } catch (error) {
    // The jump host itself refuses a channel in these words; anything else means that it is no longer there.
    const refused = /channel open failure/i.test(errorMessage(error));
    throw new HostError(
      refused ? "unreachable" : "connection-lost",
      `jump host ${jump} cannot reach ${target.hostName}:${target.port} (${errorMessage(error)})`,
      { cause: error },
    );
  }
}
