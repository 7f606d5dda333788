import type { Duplex } from "node:stream";
import type { Log } from "../ports.ts";
import { createConnectionOpener, type OpenConnection, placeOf, type SshConnection } from "./connection.ts";
import { unansweredConnection } from "./connection-failure.ts";
import { HostError } from "./host-error.ts";
import { createHostKeys, type TakenHostKeys } from "./host-keys.ts";
import type { Passage } from "./jump-host.ts";
import { createJumpHosts, goThrough } from "./jump-hosts.ts";
import { type CommandEnd, type CommandLimits, runCommand } from "./run-command.ts";
import type { CommandInput, KeepableShell, SshHost, StandAside } from "./shell.ts";
import { createShownKeys } from "./shown-keys.ts";
import { resolveTarget, type SshClientSettings } from "./target.ts";
import { waitWithin } from "./wait-within.ts";

/** Connections through one jump host at once. */
const defaultJumpConcurrency = 20;
const defaultCommandTimeout = 10 * 60_000;
/** Bytes of what a command prints, where nothing else is said. */
const defaultMaximumOutput = 1_000_000;
/** For what ends a command that is out of time. */
const endingLimits: CommandLimits = { timeout: 5_000, maximumOutput: 100_000 };

export interface NewHostKeys {
  /** Keys that earlier steps of this run took; those of this connector are added. */
  readonly taken: TakenHostKeys;
  /** Whether a key that is taken may be written into the user's known_hosts; asked each time. */
  readonly write: boolean;
}

/** The real ConnectShell. Connections to jump hosts stay for those that come later. */
export interface SshConnector {
  (host: SshHost, signal?: AbortSignal, aside?: StandAside): Promise<KeepableShell>;
  /** Ends the connections to jump hosts, those that are used as soon as they are not any more. */
  close(): void;
}

/** Each connection and each command is logged, with the time that it took. */
export function createSshConnector(settings: SshClientSettings, newKeys: NewHostKeys, log: Log): SshConnector {
  const { hostKeys, confirm } = createShownKeys(createHostKeys(newKeys.taken, newKeys));
  const openConnection = createConnectionOpener(hostKeys, log);
  const open: OpenConnection = (target, through, signal) =>
    openConnection(target, through, signal).catch((error: unknown) => {
      // The connection to the jump host stays, so that nothing else would end it.
      through?.destroy();
      throw error;
    });
  const jumpHosts = createJumpHosts(open, settings, confirm);
  const connect = async (host: SshHost, signal = new AbortController().signal, aside = without) => {
    signal.throwIfAborted();
    const target = resolveTarget(host, settings);
    const most = host.ssh.jumpConcurrency ?? defaultJumpConcurrency;
    let began = performance.now();
    const openOver = (stream: Duplex | null) =>
      waitWithin(
        (stopped) => open(target, stream, stopped),
        { milliseconds: target.connectTimeout, signal, expired: () => unansweredConnection(target) },
        (late) => late.cut(),
      );
    const reach = async () => {
      const passage = await aside(() => jumpHosts.reach(target, most, signal));
      began = performance.now();
      return passage;
    };
    const openWay = async (): Promise<Way> => {
      if (target.jumps.length === 0) return { connection: await openOver(null), passage: null };
      return goThrough(reach, async (passage) => ({
        connection: await openOver(await passage.open(target, signal)),
        passage,
      }));
    };
    const way = await openWay().catch((error: unknown) => {
      const code = error instanceof HostError ? error.code : "internal";
      log.debug("host not connected", () => ({ host: host.name, error: code, ms: since(began) }));
      throw error;
    });
    const { software } = way.connection;
    const jumps = target.jumps.map((jump) => jump.host);
    log.debug("host connected", () => ({ host: host.name, to: placeOf(target), jumps, software, ms: since(began) }));
    const logStep: LogStep = (step, started, end) =>
      log.debug("step on a host", () => ({ host: host.name, step, ...end, ms: since(started) }));
    const shell = createShell(way, {
      signal,
      timeout: host.ssh.timeout ?? defaultCommandTimeout,
      logStep,
      confirm: () => confirm(target, target),
    });
    if (/windows/i.test(software)) {
      shell.close();
      throw new HostError("unsupported-system", `it runs Windows (${software}), and dtsync deploys to Linux only`);
    }
    return shell;
  };
  return Object.assign(connect, { close: jumpHosts.close });
}

const without: StandAside = (wait) => wait();

type LogStep = (step: string, started: number, end: CommandEnd) => void;

const since = (began: number): number => Math.round(performance.now() - began);

interface ShellOptions {
  readonly signal: AbortSignal;
  /** Milliseconds of a command that sets none. */
  readonly timeout: number;
  readonly logStep: LogStep;
  /** Judges the key of the host once more. */
  readonly confirm: () => Promise<void>;
}

interface Way {
  readonly connection: SshConnection;
  readonly passage: Passage | null;
}

function createShell({ connection, passage }: Way, { signal, timeout: usual, ...ports }: ShellOptions): KeepableShell {
  let gone = false;
  const end = (how: "close" | "cut") => {
    signal.removeEventListener("abort", interrupt);
    connection[how]();
  };
  const interrupt = () => end("cut");
  signal.addEventListener("abort", interrupt);
  connection.client.once("close", () => {
    gone = true;
    signal.removeEventListener("abort", interrupt);
    passage?.release();
  });
  return {
    close: () => end("close"),
    run(command, { step = "command", stdin, timeout = usual, maximumOutput = defaultMaximumOutput, ending } = {}) {
      const runOnce = (line: string, input: CommandInput | null, limits: CommandLimits, called: string) => {
        const started = performance.now();
        return runCommand(connection, line, input, limits, (end) => ports.logStep(called, started, end));
      };
      const onExpiry = async (stdout: string) => {
        const last = ending?.(stdout) ?? null;
        if (last !== null) await runOnce(last.command, last.stdin ?? null, endingLimits, `end ${step}`);
      };
      return runOnce(command, stdin ?? null, { timeout, maximumOutput, onExpiry }, step);
    },
    rest: (evict) => passage?.rest(evict),
    async resume() {
      if (gone || passage?.resume() === false) return false;
      await passage?.confirm();
      await ports.confirm();
      return !gone;
    },
    onEnd(listener) {
      if (gone) listener();
      else connection.client.once("close", listener);
    },
  };
}
