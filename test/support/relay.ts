import { once } from "node:events";
import { createServer, connect as openSocket, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { portOf } from "../../src/sandbox/hosts/serve-connection.ts";

/** What happens between a client and a host; nothing set means that all that is sent arrives. */
export interface WireFault {
  /** Nothing arrives any more, on either side, and nobody is told; what is sent waits. */
  readonly frozen?: boolean;
  /** The same from then on, for connections that have carried so many bytes to the host. */
  readonly freezeAfterBytes?: number;
  /** Each connection is reset when it has carried so many bytes to the host. */
  readonly cutAfterBytes?: number;
  /** Only the first one is. */
  readonly cutsOnce?: boolean;
  /** To the host, for each connection. */
  readonly bytesPerSecond?: number;
}

/** A way to a host through this process, where the network can be made to fail. */
export interface Relay {
  readonly port: number;
  setFault(fault: WireFault): void;
  /** The host is gone without a word: the client keeps a connection that nobody answers. */
  loseHost(): void;
  /** Both sides are told that their connections have ended. */
  endConnections(): void;
  /** Bytes that clients have sent while nothing arrived, and connections that they have opened then. */
  held(): number;
  /** How many connections there have been. */
  connections(): number;
  close(): Promise<void>;
}

/** Relays connections to a port of a host. */
export async function startRelay(target: { readonly address: string; readonly port: number }): Promise<Relay> {
  let fault: WireFault = {};
  let held = 0;
  let connections = 0;
  let wake: (() => void)[] = [];
  const pairs = new Set<{ client: Socket; host: Socket; lost: boolean }>();

  const thawed = async (isFrozen: () => boolean) => {
    while (isFrozen()) await new Promise<void>((resolve) => wake.push(resolve));
  };

  const server = createServer({ allowHalfOpen: false }, (client) => {
    connections += 1;
    if (fault.frozen) held += 1;
    const pair = { client, host: openSocket(target.port, target.address), lost: false };
    pairs.add(pair);
    const { host } = pair;
    let sent = 0;
    const isFrozen = () => fault.frozen === true || sent >= (fault.freezeAfterBytes ?? Number.POSITIVE_INFINITY);
    client.setNoDelay(true);
    host.setNoDelay(true);
    for (const socket of [client, host]) socket.on("error", () => undefined);
    client.on("close", () => {
      pairs.delete(pair);
      host.destroy();
    });
    host.on("close", () => {
      if (!pair.lost) client.destroy();
    });
    const forward = async () => {
      for await (const chunk of client as AsyncIterable<Buffer>) {
        if (isFrozen()) {
          held += chunk.length;
          await thawed(isFrozen);
        }
        sent += chunk.length;
        if (sent >= (fault.cutAfterBytes ?? Number.POSITIVE_INFINITY)) {
          if (fault.cutsOnce) fault = {};
          client.resetAndDestroy();
          return;
        }
        if (fault.bytesPerSecond !== undefined) await pause((chunk.length / fault.bytesPerSecond) * 1_000);
        if (!host.write(chunk)) await once(host, "drain");
      }
    };
    const answer = async () => {
      for await (const chunk of host as AsyncIterable<Buffer>) {
        await thawed(isFrozen);
        if (!client.write(chunk)) await once(client, "drain");
      }
    };
    forward().catch(() => undefined);
    answer().catch(() => undefined);
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(portOf(server.address())));
  });

  return {
    port,
    setFault: (next) => {
      fault = next;
      const waiting = wake;
      wake = [];
      for (const one of waiting) one();
    },
    loseHost: () => {
      for (const pair of pairs) {
        pair.lost = true;
        pair.host.destroy();
      }
    },
    endConnections: () => {
      for (const { client } of pairs) client.destroy();
    },
    held: () => held,
    connections: () => connections,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const { client, host } of pairs) {
        client.destroy();
        host.destroy();
      }
      await closed;
    },
  };
}
