import type { Duplex } from "node:stream";
import type { Log } from "../ports.ts";
import { createConnectionOpener, placeOf, type SshConnection } from "./connection.ts";
import { unansweredConnection } from "./connection-failure.ts";
import { HostError } from "./host-error.ts";
import { createHostKeys, type TakenHostKeys } from "./host-keys.ts";
import { createJumpHosts } from "./jump-hosts.ts";
import { type CommandEnd, runCommand } from "./run-command.ts";
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

/** The real ConnectShell. Each connection and each command is logged, with the time that it took. */
export function createSshConnector(settings: SshClientSettings, { taken, write }: NewHostKeys, log: Log): ConnectShell {
  const open = createConnectionOpener(createHostKeys(taken, { write }), log);
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
    const began = performance.now();
    const way = await waitWithin(
      openWay,
      { milliseconds: jumpHosts.timeTo(target), signal, expired: () => unansweredConnection(target) },
      (late) => {
        late.connection.cut();
        late.release();
      },
    ).catch((error: unknown) => {
      const code = error instanceof HostError ? error.code : "internal";
      log.debug("host not connected", () => ({ host: host.name, error: code, ms: since(began) }));
      throw error;
    });
    const { software } = way.connection;
    const jumps = target.jumps.map((jump) => jump.host);
    log.debug("host connected", () => ({ host: host.name, to: placeOf(target), jumps, software, ms: since(began) }));
    if (/windows/i.test(software)) {
      way.connection.close();
      way.release();
      throw new HostError("unsupported-system", `it runs Windows (${software}), and dtsync deploys to Linux only`);
    }
    const logStep: LogStep = (step, started, end) =>
      log.debug("step on a host", () => ({ host: host.name, step, ...end, ms: since(started) }));
    return createShell(way, { signal, timeout: host.ssh.timeout ?? defaultCommandTimeout, logStep });
  };
}

type LogStep = (step: string, started: number, end: CommandEnd) => void;

const since = (began: number): number => Math.round(performance.now() - began);

interface ShellOptions {
  readonly signal: AbortSignal | undefined;
  /** Milliseconds of a command that sets none. */
  readonly timeout: number;
  readonly logStep: LogStep;
}

interface Way {
  readonly connection: SshConnection;
  /** Lets the jump hosts go. */
  readonly release: () => void;
}

function createShell({ connection, release }: Way, { signal, timeout: usual, logStep }: ShellOptions): Shell {
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
    run: (command, { step = "command", stdin, timeout = usual, maximumOutput = defaultMaximumOutput } = {}) => {
      const started = performance.now();
      const limits = { timeout, maximumOutput };
      return runCommand(connection, command, stdin ?? null, limits, (end) => logStep(step, started, end));
    },
  };
}
