import type { Log } from "../ports.ts";
import { HostError } from "./host-error.ts";
import type { ConnectShell, KeepableShell, Shell, SshHost, StandAside } from "./shell.ts";

/**
 * Premise: logging in is most of what a look at a host costs. So the connection that looked at a host is kept for who
 * changes it, with a bound on number and time, because each one costs both sides something.
 *
 * Cases: a kept connection is given to one who connects to the same host with the same settings, once. One that broke
 * meanwhile is given to nobody. One that breaks before it has given its first answer broke before: it is replaced, and the
 * command runs once more, which is why the first command of whoever connects must be one that only reads. A connection that
 * is needed for nothing but to be kept holds up nobody: it ends when another host needs its place behind a jump host.
 */
export interface KeptConnections {
  readonly connect: ConnectShell;
  /** Lets go of a shell that `connect` gave, so that the next one who connects to its host may get the connection. */
  keep(shell: Shell): void;
  /** Ends what is kept for other hosts than those of these names. */
  keepOnly(names: ReadonlySet<string>): void;
  /** Ends what is kept; from now on nothing is. */
  close(): void;
}

export interface KeepingLimits {
  /** Most connections; of more, the one that was used longest ago is closed. */
  readonly most: number;
  /** Milliseconds that one is kept. */
  readonly longest: number;
}

type Connect = (host: SshHost, signal: AbortSignal, aside?: StandAside) => Promise<KeepableShell>;

/** A connection to a host, for one after the other. */
interface Held {
  readonly host: SshHost;
  readonly shell: KeepableShell;
  readonly isGone: () => boolean;
  /** From now on this signal cuts it, and no other one. */
  readonly obey: (signal: AbortSignal | undefined) => void;
  expiry?: NodeJS.Timeout;
}

const usualLimits: KeepingLimits = { most: 256, longest: 600_000 };

export function keepConnections(connect: Connect, log: Log, limits: KeepingLimits = usualLimits): KeptConnections {
  /** By host and settings, the one that was used longest ago first. */
  const kept = new Map<string, Held>();
  const lent = new WeakMap<Shell, () => void>();
  let closed = false;

  async function open(host: SshHost, signal: AbortSignal | undefined, aside?: StandAside): Promise<Held> {
    const { control, obey } = obedience();
    obey(signal);
    const shell = await connect(host, control.signal, aside).catch((error: unknown) => {
      obey(undefined);
      throw error;
    });
    let gone = false;
    const held: Held = { host, shell, isGone: () => gone, obey };
    shell.onEnd(() => {
      gone = true;
      obey(undefined);
      take(held);
    });
    return held;
  }

  /** Takes it out of what is kept. */
  function take(held: Held): void {
    clearTimeout(held.expiry);
    const key = keyOf(held.host);
    if (kept.get(key) === held) kept.delete(key);
  }

  function drop(held: Held): void {
    take(held);
    held.obey(undefined);
    held.shell.close();
  }

  function store(held: Held): void {
    held.obey(undefined);
    const earlier = kept.get(keyOf(held.host));
    if (earlier) drop(earlier);
    if (closed || held.isGone()) {
      drop(held);
      return;
    }
    held.expiry = setTimeout(() => drop(held), limits.longest).unref();
    kept.set(keyOf(held.host), held);
    held.shell.rest(() => drop(held));
    for (const oldest of kept.values()) {
      if (kept.size <= limits.most) break;
      drop(oldest);
    }
  }

  /** The kept connection to a host, if it is still there. */
  async function wake(host: SshHost, signal: AbortSignal | undefined): Promise<Held | null> {
    const held = kept.get(keyOf(host));
    if (!held) return null;
    take(held);
    held.obey(signal);
    try {
      if (await held.shell.resume()) return held;
    } catch (error) {
      drop(held);
      throw error;
    }
    drop(held);
    return null;
  }

  return {
    async connect(host, signal, aside) {
      const openNew = async () => {
        if (signal?.aborted) throw new HostError("interrupted", "interrupted");
        return open(host, signal, aside);
      };
      const woken = await wake(host, signal);
      if (woken) log.debug("kept connection used", () => ({ host: host.name }));
      let held = woken ?? (await openNew());
      let unproven = woken !== null;
      const shell: Shell = {
        async run(command, options) {
          const replaceable = unproven && options?.stdin === undefined;
          unproven = false;
          try {
            return await held.shell.run(command, options);
          } catch (error) {
            if (!replaceable || !(error instanceof HostError) || error.code !== "connection-lost") throw error;
            log.debug("kept connection replaced", () => ({ host: host.name }));
            drop(held);
            held = await openNew();
            return held.shell.run(command, options);
          }
        },
        close() {
          if (lent.delete(shell)) drop(held);
        },
      };
      lent.set(shell, () => store(held));
      return shell;
    },
    keep(shell) {
      const letGo = lent.get(shell);
      lent.delete(shell);
      letGo?.();
    },
    keepOnly(names) {
      for (const held of kept.values()) if (!names.has(held.host.name)) drop(held);
    },
    close() {
      closed = true;
      for (const held of kept.values()) drop(held);
    },
  };
}

/** Everything that decides where and how a host is reached within one run. */
const keyOf = ({ name, address, ssh }: SshHost): string => JSON.stringify([name, address, ssh]);

/** A signal that follows one signal after the other. */
function obedience() {
  const control = new AbortController();
  let leave = (): void => undefined;
  const obey = (signal: AbortSignal | undefined) => {
    leave();
    const interrupt = () => control.abort();
    if (signal?.aborted) interrupt();
    signal?.addEventListener("abort", interrupt);
    leave = () => signal?.removeEventListener("abort", interrupt);
  };
  return { control, obey };
}
