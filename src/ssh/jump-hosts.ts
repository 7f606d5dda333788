import type { Readable } from "node:stream";
import { errorMessage } from "../errors.ts";
import type { OpenConnection, SshConnection } from "./connection.ts";
import { HostError } from "./host-error.ts";
import { type JumpAddress, resolveTarget, type SshSurroundings, type SshTarget } from "./target.ts";

/** A way through jump hosts that others use at the same time. */
export interface Passage {
  /** A stream to the target. */
  readonly stream: Readable;
  /** To be called once; the connections end when nobody uses them any more. */
  release(): void;
}

/** Leads to a target through its jump hosts, from the outermost in. */
export type OpenPassage = (target: SshTarget) => Promise<Passage>;

interface SharedConnection {
  readonly connection: Promise<SshConnection>;
  /** From now on nobody new gets this connection. */
  readonly forget: () => void;
  users: number;
}

/**
 * Jump hosts, connected to once for all hosts behind them: a server takes ten connections that are still logging in at
 * once by default, and a fleet would be refused. A connection that broke is not given out again.
 */
export function createJumpHosts(open: OpenConnection, surroundings: SshSurroundings): OpenPassage {
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
    const passage = outer.length === 0 ? null : await passThrough(outer, hostKeys, target);
    try {
      const connection = await open(target, passage?.stream ?? null);
      connection.connection?.once("close", () => passage?.release());
      return connection;
    } catch (error) {
      passage?.release();
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
    return resolveTarget({ name: jump.host, address: null, ssh }, surroundings);
  }

  /** A connection that others used may have just ended; then a new one is made, once. */
  async function passThrough(
    jumps: readonly JumpAddress[],
    hostKeys: SshTarget["hostKeys"],
    target: Pick<SshTarget, "hostName" | "port">,
  ): Promise<Passage> {
    const reused = shared.has(JSON.stringify([jumps, hostKeys]));
    try {
      return await enter(connect(jumps, hostKeys), jumps, target);
    } catch (error) {
      if (!reused || !(error instanceof HostError) || error.code !== "connection-lost") throw error;
      return enter(connect(jumps, hostKeys), jumps, target);
    }
  }

  async function enter(
    entry: SharedConnection,
    jumps: readonly JumpAddress[],
    target: Pick<SshTarget, "hostName" | "port">,
  ): Promise<Passage> {
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

  return (target) => passThrough(target.jumps, target.hostKeys, target);
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
