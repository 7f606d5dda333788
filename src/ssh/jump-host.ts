import type { Duplex } from "node:stream";
import type { SshConnection } from "./connection.ts";
import { type Destination, forwardChannel } from "./forward-channel.ts";
import { HostError } from "./host-error.ts";
import { createPlaces } from "./places.ts";
import type { SshTarget } from "./target.ts";
import { unlessInterrupted } from "./wait-within.ts";

/**
 * Terms: a *way* leads to a jump host, through those before it; several ways that are written differently may lead to
 * one. A *passage* is a place behind a jump host whose connection is there.
 *
 * Premise: an SSH server takes ten connections that are still logging in at once by default, and refuses the others; and
 * each login is one more line in the log of a machine that is watched. So there is one connection to a jump host for
 * everything that goes through it, from the first that needs it until the end of the run.
 *
 * Cases: the first one who needs it opens it, and those that come meanwhile wait for the same. When that fails, all who
 * have the same settings are told, also those that wait for a place; others try with their own. One who gives up leaves it
 * to the others; only when nobody else waits, it is no longer made. A connection that broke is given to nobody new. While
 * nobody works behind it, it gives way to whoever needs its place behind the jump host before it, and ends after a time.
 */
export interface JumpHost {
  /** Waits for a place among at most `most`, and for the connection. Throws HostError, at once when the signal is aborted. */
  reach(way: Way, most: number, signal: AbortSignal): Promise<Passage>;
  /** Ends the connection, if somebody works behind it as soon as that is over. It may be opened again. */
  close(): void;
}

export interface Way {
  /** How it is written. */
  readonly name: string;
  readonly target: SshTarget;
  /** All that matters for a login; equal for ways with the same settings. */
  readonly kind: string;
  /** To the jump host before it. */
  readonly outer: Way | null;
}

export interface Passage {
  /** Whether the connection was there before. */
  readonly reused: boolean;
  /** Throws HostError: `connection-lost` where the jump host is no longer there. */
  open(to: Destination, signal: AbortSignal): Promise<Duplex>;
  /** Judges the keys on the way once more, for what they may be written by now. Throws HostError. */
  confirm(): Promise<void>;
  /** Nobody works behind it for now: `end` is called when somebody else needs the place. */
  rest(end: () => void): void;
  /** False: it is being ended. */
  resume(): boolean;
  /** Calling it again does nothing. */
  release(): void;
}

/** A connection to a jump host, and its own passage through the one before it. */
export interface JumpConnection {
  readonly connection: SshConnection;
  /** What it was opened with. */
  readonly target: SshTarget;
  readonly outer: Passage | null;
}

export interface JumpHostPorts {
  connect(way: Way, most: number, signal: AbortSignal): Promise<JumpConnection>;
  confirm(opened: SshTarget, target: SshTarget): Promise<void>;
}

interface Login {
  readonly kind: string;
  readonly making: AbortController;
  readonly made: Promise<JumpConnection>;
  /** Null until it is made. */
  jump: JumpConnection | null;
}

/** Milliseconds until a connection that nobody uses is closed. */
const longestIdle = 600_000;

export function createJumpHost({ connect, confirm }: JumpHostPorts): JumpHost {
  const places = createPlaces(settle);
  let login: Login | null = null;
  let closing = false;
  let idle: NodeJS.Timeout | undefined;

  function begin(way: Way, most: number): Login {
    const making = new AbortController();
    const begun: Login = { kind: way.kind, making, made: connect(way, most, making.signal), jump: null };
    login = begun;
    closing = false;
    begun.made.then(
      (jump) => {
        begun.jump = jump;
        jump.connection.client.setMaxListeners(0);
        jump.connection.client.once("close", () => {
          if (login === begun) forget();
          jump.outer?.release();
        });
        if (login === begun) settle();
        else jump.connection.close();
      },
      (error: unknown) => {
        if (login !== begun) return;
        forget();
        places.refuse(begun.kind, error);
      },
    );
    return begun;
  }

  function forget(): void {
    clearTimeout(idle);
    login = null;
  }

  function end(): void {
    const ended = login;
    forget();
    ended?.making.abort();
    ended?.jump?.connection.close();
  }

  /** Brings the connection in line with who is behind it. */
  function settle(): void {
    clearTimeout(idle);
    if (login === null) return;
    const { jump } = login;
    const unused = places.held() === 0;
    if (unused && (jump === null || closing)) end();
    else if (places.working() > 0) jump?.outer?.resume();
    else {
      if (unused) idle = setTimeout(end, longestIdle).unref();
      jump?.outer?.rest(end);
    }
  }

  /** Waits for a connection that these settings may use. */
  async function connected(way: Way, most: number, signal: AbortSignal) {
    for (;;) {
      const reused = (login?.jump ?? null) !== null;
      const current = login ?? begin(way, most);
      try {
        const jump = await unlessInterrupted(current.made, signal);
        if (login === current) return { jump, reused };
      } catch (error) {
        if (current.kind === way.kind || signal.aborted) throw error;
      }
    }
  }

  return {
    async reach(way, most, signal) {
      const place = await places.take({ most, kind: way.kind, signal });
      try {
        const { jump, reused } = await connected(way, most, signal);
        const confirmAll = async () => {
          await jump.outer?.confirm();
          await confirm(jump.target, way.target);
        };
        await confirmAll();
        return {
          ...place,
          reused,
          confirm: confirmAll,
          async open(to, stop) {
            try {
              return await forwardChannel(jump.connection, way.name, to, stop);
            } catch (error) {
              if (error instanceof HostError && error.code === "connection-lost") {
                if (login?.jump === jump) forget();
                jump.connection.cut();
              }
              throw error;
            }
          },
        };
      } catch (error) {
        place.release();
        throw error;
      }
    },
    close() {
      closing = true;
      if (places.working() === 0) end();
    },
  };
}
