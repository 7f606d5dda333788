import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { SimulatedCluster } from "./simulated-cluster.ts";

export interface ServeOptions {
  readonly host?: "127.0.0.1";
  /** 0, the default, is a free one. */
  readonly port?: number;
  /** Milliseconds that every request is on the way before the cluster sees it. */
  readonly latency?: number;
  /** PEM. With it the cluster is served over https. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

export interface ServedCluster {
  /** The origin, without a trailing slash. */
  readonly url: string;
  /** Closes every connection. */
  readonly close: () => Promise<void>;
}

/** Largest body that is read at all; the cluster refuses smaller ones itself. */
const bodyLimit = 64 * 1024 * 1024;

/** Serves a simulated cluster on loopback. Rejects when the port is taken. */
export async function serveCluster(cluster: SimulatedCluster, options: ServeOptions = {}): Promise<ServedCluster> {
  const { host = "127.0.0.1", port = 0, latency = 0, tls } = options;
  let url = "";
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    // Whatever goes wrong inside looks like a broken connection, so that no client mistakes it for an answer.
    exchange(cluster, url, latency, incoming, outgoing).catch(() => outgoing.destroy());
  };
  const server = tls === undefined ? createServer(listener) : createSecureServer({ ...tls }, listener);
  // Longer than clients keep idle connections, so that none is closed just as it is used again.
  server.keepAliveTimeout = 65_000;
  server.listen(port, host);
  await once(server, "listening");
  url = `${tls === undefined ? "http" : "https"}://${host}:${(server.address() as AddressInfo).port}`;
  return {
    url,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function exchange(
  cluster: SimulatedCluster,
  origin: string,
  latency: number,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  outgoing.once("close", () => {
    if (!outgoing.writableFinished) gone.abort();
  });
  const body = await readBody(incoming);
  if (latency > 0) await new Promise((resolve) => setTimeout(resolve, latency));
  if (gone.signal.aborted) return;
  const response = await cluster.respond(toRequest(incoming, origin, body, gone.signal));
  if (response.type === "error") {
    incoming.socket.destroy();
    return;
  }
  await send(response, incoming.method === "HEAD", outgoing);
}

async function readBody(incoming: IncomingMessage): Promise<Buffer<ArrayBuffer> | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bodyLimit) throw new Error("The request body is too large.");
    chunks.push(chunk);
  }
  return length === 0 ? null : Buffer.concat(chunks);
}

function toRequest(
  incoming: IncomingMessage,
  origin: string,
  body: Buffer<ArrayBuffer> | null,
  signal: AbortSignal,
): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  const method = incoming.method ?? "GET";
  const init = { method, headers, signal };
  // The address that is served, not the Host header: connection data must lead here whatever a client called it.
  return new Request(`${origin}${incoming.url ?? "/"}`, body === null ? init : { ...init, body });
}

async function send(response: Response, withoutBody: boolean, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null || withoutBody) {
    outgoing.end();
    return;
  }
  try {
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      if (!outgoing.write(chunk)) await Promise.race([once(outgoing, "drain"), once(outgoing, "close")]);
      if (outgoing.destroyed) return;
    }
  } catch (error) {
    // What has been written is to reach the client before the connection closes under it.
    await new Promise((resolve) => outgoing.write("", resolve));
    throw error;
  }
  outgoing.end();
}
