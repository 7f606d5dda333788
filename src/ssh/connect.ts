import type { Duplex } from "node:stream";
import { createConnectionOpener, type SshConnection } from "./connection.ts";
import { unansweredConnection } from "./connection-failure.ts";
import { HostError } from "./host-error.ts";
import { createHostKeys, type TakenHostKeys } from "./host-keys.ts";
import { createJumpHosts } from "./jump-hosts.ts";
import { runCommand } from "./run-command.ts";
import type { ConnectShell, Shell } from "./shell.ts";
import { resolveTarget, type SshClientSettings } from "./target.ts";
import { waitWithin } from "./wait-within.ts";

const defaultCommandTimeout = 10 * 60_000;
/** Bytes of what a command prints, where nothing else is said. */
const defaultMaximumOutput = 1_000_000;

export interface NewHostKeys {
  /** Keys that earlier steps of this run took; those of this connector are added. */
  readonly taken: TakenHostKeys;
  /** Whether a key that is taken may be written into the user's known_hosts. */
  readonly write: boolean;
}

/** The real ConnectShell. */
export function createSshConnector(settings: SshClientSettings, { taken, write }: NewHostKeys): ConnectShell {
  const open = createConnectionOpener(createHostKeys(taken, { write }));
  const jumpHosts = createJumpHosts(open, settings);
  return async (host, signal) => {
    signal?.throwIfAborted();
    const target = resolveTarget(host, settings);
    const openDirectly = (stream: Duplex | null, stop: AbortSignal) =>
      waitWithin(
        (stopped) => open(target, stream, stopped),
        { milliseconds: target.connectTimeout, signal: stop, expired: () => unansweredConnection(target) },
        (late) => late.cut(),
      );
    const openWay = async (stop: AbortSignal): Promise<Way> => {
      if (target.jumps.length === 0) return { connection: await openDirectly(null, stop), release: () => undefined };
      const forwarded = await jumpHosts.forward(target, stop);
      try {
        return { connection: await openDirectly(forwarded.stream, stop), release: forwarded.release };
      } catch (error) {
        forwarded.release();
        throw error;
      }
    };
    const way = await waitWithin(
      openWay,
      { milliseconds: jumpHosts.timeTo(target), signal, expired: () => unansweredConnection(target) },
      (late) => {
        late.connection.cut();
        late.release();
      },
    );
    if (/windows/i.test(way.connection.software)) {
      way.connection.close();
      way.release();
      throw new HostError(
        "unsupported-system",
        `it runs Windows (${way.connection.software}), and dtsync deploys to Linux only`,
      );
    }
    return createShell(way, signal, host.ssh.timeout ?? defaultCommandTimeout);
  };
}

interface Way {
  readonly connection: SshConnection;
  /** Lets the jump hosts go. */
  readonly release: () => void;
}

function createShell({ connection, release }: Way, signal: AbortSignal | undefined, defaultTimeout: number): Shell {
  const end = (how: "close" | "cut") => {
    signal?.removeEventListener("abort", interrupt);
    connection[how]();
    release();
  };
  const interrupt = () => end("cut");
  signal?.addEventListener("abort", interrupt);
  connection.client.once("close", release);
  return {
    close: () => end("close"),
    run: (command, { stdin, timeout = defaultTimeout, maximumOutput = defaultMaximumOutput } = {}) =>
      runCommand(connection, command, stdin ?? null, { timeout, maximumOutput }),
  };
}
