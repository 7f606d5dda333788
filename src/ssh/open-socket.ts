import { lookup } from "node:dns/promises";
import { connect, isIP, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

/** How a machine is connected to that is not behind a jump host. */
export interface SocketTarget {
  readonly hostName: string;
  readonly port: number;
  /** The address or name of this machine to connect from; null: the system chooses. */
  readonly bindAddress: string | null;
  /** Addresses that may be connected to; 0: all. */
  readonly addressFamily: 0 | 4 | 6;
  /** How often it is tried, a second apart. */
  readonly connectionAttempts: number;
}

const pause = 1_000;
/** What another try would not change. */
const lasting: ReadonlySet<unknown> = new Set(["ENOTFOUND", "EAI_AGAIN", "EADDRNOTAVAIL", "EAFNOSUPPORT"]);

/** A connection that is there. Rejects with the error of the system; the signal ends waiting. */
export async function openSocket(target: SocketTarget, signal: AbortSignal): Promise<Socket> {
  const { hostName, bindAddress, addressFamily } = target;
  if (addressFamily !== 0 && isIP(hostName) !== 0 && isIP(hostName) !== addressFamily) {
    throw Object.assign(new Error("its address is not of the AddressFamily"), { code: "EAFNOSUPPORT" });
  }
  const from = bindAddress === null ? null : await lookup(bindAddress, { family: addressFamily });
  const family = from?.family ?? addressFamily;
  for (let left = target.connectionAttempts; ; left -= 1) {
    try {
      return await connected({ ...target, ...(from === null ? {} : { localAddress: from.address }), family }, signal);
    } catch (error) {
      const isLasting = error instanceof Error && "code" in error && lasting.has(error.code);
      if (left <= 1 || isLasting) throw error;
      await wait(pause, undefined, { signal });
    }
  }
}

interface Connecting extends SocketTarget {
  readonly family: number;
  readonly localAddress?: string;
}

function connected({ hostName, port, family, localAddress }: Connecting, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const local = localAddress === undefined ? {} : { localAddress };
    const socket = connect({ host: hostName, port, family, noDelay: true, ...local });
    const stop = () => void socket.destroy(new Error("interrupted"));
    const settle = () => {
      signal.removeEventListener("abort", stop);
      socket.removeListener("error", fail);
    };
    const fail = (error: Error) => {
      settle();
      reject(error);
    };
    signal.addEventListener("abort", stop);
    socket.once("error", fail).once("connect", () => {
      settle();
      resolve(socket);
    });
  });
}
