import type { Duplex } from "node:stream";
import { errorMessage } from "../errors.ts";
import type { OpenConnection, SshConnection } from "./connection.ts";
import { unansweredConnection } from "./connection-failure.ts";
import { HostError } from "./host-error.ts";
import { type JumpAddress, resolveTarget, type SshClientSettings, type SshTarget } from "./target.ts";
import { waitWithin } from "./wait-within.ts";

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
 * use it is made again, once; one that was new when it broke is not, because it would break again. A target that is not
 * waited for any more leaves the connection to the others; only when nobody else waits for it, it is no longer made.
 */

/** A stream to a target that a jump host forwards. Others use the jump host's connection at the same time. */
export interface ForwardedStream {
  readonly stream: Duplex;
  /** The connections end when nobody uses them any more. Calling it again does nothing. */
  release(): void;
}

export interface JumpHosts {
  /** Opens a stream to a target through its jump hosts. Throws HostError, at once when the signal is aborted. */
  forward(target: SshTarget, signal: AbortSignal): Promise<ForwardedStream>;
  /** Milliseconds that all machines on the way to a target may take together, the target included. */
  timeTo(target: SshTarget): number;
}

/** Jump hosts of one way, from the outermost in, and how their keys are judged. */
interface Chain {
  readonly jumps: readonly JumpAddress[];
  readonly hostKeys: SshTarget["hostKeys"];
}

/** Where a forwarded stream leads, and how long that may take. */
type Destination = Pick<SshTarget, "hostName" | "port" | "connectTimeout">;

interface SharedConnection {
  readonly connection: Promise<SshConnection>;
  /** From now on nobody new gets this connection. */
  readonly forget: () => void;
  /** Ends it, whether it is there already or still being made. */
  readonly end: () => void;
  users: number;
}

/** Jump hosts, each connected to once for all targets behind it. */
export function createJumpHosts(open: OpenConnection, settings: SshClientSettings): JumpHosts {
  const shared = new Map<string, SharedConnection>();

  function connect(chain: Chain): SharedConnection {
    const key = JSON.stringify(chain);
    const found = shared.get(key);
    if (found) return found;
    const making = new AbortController();
    const connection = openChain(chain, making.signal);
    const forget = () => {
      if (shared.get(key) === entry) shared.delete(key);
    };
    const end = () => {
      forget();
      making.abort();
      connection.then((made) => made.close()).catch(() => undefined);
    };
    const entry: SharedConnection = { connection, forget, end, users: 0 };
    shared.set(key, entry);
    connection.then(({ client }) => client.once("close", forget), forget);
    return entry;
  }

  /** Not with the signal of a target: others wait for it too. */
  async function openChain({ jumps, hostKeys }: Chain, signal: AbortSignal): Promise<SshConnection> {
    const outer = jumps.slice(0, -1);
    const last = jumps.at(-1);
    if (!last) throw new HostError("jump-host", "there is no jump host to go through");
    try {
      const target = jumpTarget(last, hostKeys);
      const forwarded = outer.length === 0 ? null : await openThrough({ jumps: outer, hostKeys }, target, signal);
      try {
        const connection = await waitWithin(
          (stopped) => open(target, forwarded?.stream ?? null, stopped),
          { milliseconds: target.connectTimeout, signal, expired: () => unansweredConnection(target) },
          (late) => late.cut(),
        );
        // What passes through it is bounded where it arrives.
        connection.allow(Number.POSITIVE_INFINITY);
        connection.client.once("close", () => forwarded?.release());
        return connection;
      } catch (error) {
        forwarded?.release();
        throw error;
      }
    } catch (error) {
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

  async function openThrough(chain: Chain, target: Destination, signal: AbortSignal): Promise<ForwardedStream> {
    const reused = shared.has(JSON.stringify(chain));
    try {
      return await forwardOver(connect(chain), chain, target, signal);
    } catch (error) {
      if (!reused || !(error instanceof HostError) || error.code !== "connection-lost") throw error;
      return forwardOver(connect(chain), chain, target, signal);
    }
  }

  async function forwardOver(
    entry: SharedConnection,
    chain: Chain,
    target: Destination,
    signal: AbortSignal,
  ): Promise<ForwardedStream> {
    entry.users += 1;
    let released = false;
    const release = () => {
      if (released) return;
      released = true;
      entry.users -= 1;
      if (entry.users === 0) entry.end();
    };
    try {
      const connection = await waitWithin(
        () => entry.connection,
        { milliseconds: timeThrough(chain), signal, expired: () => unansweredConnection(target) },
        () => undefined,
      );
      const jump = chain.jumps.at(-1)?.host ?? "";
      const stream = await waitWithin(
        () => forward(connection, target, jump),
        {
          milliseconds: target.connectTimeout,
          signal,
          expired: () =>
            new HostError(
              "unreachable",
              `jump host ${jump} did not reach ${target.hostName}:${target.port} within ${target.connectTimeout / 1_000} s`,
            ),
        },
        (late) => late.destroy(),
      );
      return { stream, release };
    } catch (error) {
      if (error instanceof HostError && error.code === "connection-lost") entry.forget();
      release();
      throw error;
    }
  }

  const timeThrough = ({ jumps, hostKeys }: Chain): number =>
    jumps.reduce((sum, jump) => sum + jumpTarget(jump, hostKeys).connectTimeout, 0);

  return {
    forward: (target, signal) => openThrough({ jumps: target.jumps, hostKeys: target.hostKeys }, target, signal),
    timeTo: (target) => timeThrough({ jumps: target.jumps, hostKeys: target.hostKeys }) + target.connectTimeout,
  };
}

function forward({ client }: SshConnection, target: Destination, jump: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      client.off("close", lost);
      // The jump host itself refuses a channel in these words; anything else means that it is no longer there.
      const refused = /channel open failure/i.test(errorMessage(error));
      reject(
        new HostError(
          refused ? "unreachable" : "connection-lost",
          `jump host ${jump} cannot reach ${target.hostName}:${target.port} (${errorMessage(error)})`,
          { cause: error },
        ),
      );
    };
    const lost = () => fail(new Error("the connection broke"));
    client.once("close", lost);
    try {
      client.forwardOut("127.0.0.1", 0, target.hostName, target.port, (error, channel) => {
        if (error) return fail(error);
        client.off("close", lost);
        resolve(channel);
      });
    } catch (error) {
      fail(error);
    }
  });
}
