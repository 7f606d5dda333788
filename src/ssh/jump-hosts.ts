import { createLimiter } from "../lib/limiter.ts";
import type { OpenConnection } from "./connection.ts";
import { unansweredConnection } from "./connection-failure.ts";
import { HostError } from "./host-error.ts";
import type { JumpAddress } from "./jump-address.ts";
import { createJumpHost, type JumpConnection, type JumpHost, type Passage, type Way } from "./jump-host.ts";
import { jumpTarget } from "./jump-target.ts";
import type { ShownKeys } from "./shown-keys.ts";
import type { SshClientSettings, SshTarget } from "./target.ts";
import { waitWithin } from "./wait-within.ts";

/**
 * Terms: a *jump host* is a machine that is connected to only to reach others from there; it *forwards a channel*, which
 * is a stream to the target on which a second SSH connection is made.
 *
 * Premise: two ways lead to one jump host when user, name and port are the same, and also those of all jump hosts before
 * it: behind another jump host, the same address may be another machine.
 *
 * Cases: a name in the inventory, an alias in ssh_config and a list that names the jump hosts one by one lead to the same.
 * In a row each jump host is connected to through the one before it, and takes a place there, however many go through it.
 */
export interface JumpHosts {
  /** Waits for a place behind the last jump host of a target. Throws HostError, at once when the signal is aborted. */
  reach(target: SshTarget, most: number, signal: AbortSignal): Promise<Passage>;
  /** Ends what nobody works behind, and the rest as soon as that is over. */
  close(): void;
}

/** Logins at jump hosts at once, over all of them. */
const mostLogins = 16;

export function createJumpHosts(
  open: OpenConnection,
  settings: SshClientSettings,
  confirm: ShownKeys["confirm"],
): JumpHosts {
  const ways = new Map<string, Way>();
  const jumpHosts = new Map<string, JumpHost>();
  const logins = createLimiter(mostLogins);

  function wayOver(jumps: readonly JumpAddress[], hostKeys: SshTarget["hostKeys"]): Way {
    const last = jumps.at(-1);
    if (!last) throw new HostError("jump-host", "there is no jump host to go through");
    const written = JSON.stringify([jumps, hostKeys]);
    const found = ways.get(written);
    if (found) return found;
    const outer = jumps.length === 1 ? null : wayOver(jumps.slice(0, -1), hostKeys);
    const target = jumpTarget(last, hostKeys, settings);
    const way: Way = { name: last.host, target, kind: `${outer?.kind ?? ""}${JSON.stringify(target)}`, outer };
    ways.set(written, way);
    return way;
  }

  function reach(way: Way, most: number, signal: AbortSignal): Promise<Passage> {
    const identity = identityOf(way);
    const found = jumpHosts.get(identity) ?? createJumpHost({ connect, confirm });
    jumpHosts.set(identity, found);
    return found.reach(way, most, signal);
  }

  async function connect(way: Way, most: number, signal: AbortSignal): Promise<JumpConnection> {
    const { name, target, outer } = way;
    const logIn = (passage: Passage | null) =>
      logins.run(async () => {
        const stream = passage === null ? null : await passage.open(target, signal);
        const connection = await waitWithin(
          (stopped) => open(target, stream, stopped),
          { milliseconds: target.connectTimeout, signal, expired: () => unansweredConnection(target) },
          (late) => late.cut(),
        );
        // What passes through it is bounded where it arrives.
        connection.allow(Number.POSITIVE_INFINITY);
        return { connection, target, outer: passage };
      });
    try {
      return outer === null ? await logIn(null) : await goThrough(() => reach(outer, most, signal), logIn);
    } catch (error) {
      throw error instanceof HostError
        ? new HostError(error.code, `jump host ${name}: ${error.message}`, { cause: error })
        : error;
    }
  }

  return {
    reach: async (target, most, signal) => reach(wayOver(target.jumps, target.hostKeys), most, signal),
    close: () => {
      for (const jumpHost of jumpHosts.values()) jumpHost.close();
    },
  };
}

/**
 * Does something with a passage, which is released when that fails. Where the connection to the jump host was there
 * before, and broke just then, it is done once more; one that was new would break again.
 */
export async function goThrough<T>(reach: () => Promise<Passage>, use: (passage: Passage) => Promise<T>): Promise<T> {
  const tryOnce = async () => {
    const passage = await reach();
    return use(passage).then(
      (value) => ({ value, lost: null }),
      (error: unknown) => {
        passage.release();
        const isLost = passage.reused && error instanceof HostError && error.code === "connection-lost";
        if (!isLost) throw error;
        return { value: null, lost: error };
      },
    );
  };
  const first = await tryOnce();
  if (first.lost === null) return first.value;
  const second = await tryOnce();
  if (second.lost === null) return second.value;
  throw second.lost;
}

function identityOf({ target, outer }: Way): string {
  const { user, hostName, port } = target;
  return `${outer === null ? "" : identityOf(outer)}${JSON.stringify([user, hostName.toLowerCase(), port])}`;
}
