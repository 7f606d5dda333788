import { pipeline, type Readable, type Transform } from "node:stream";
import { rootCertificates } from "node:tls";
import { createBrotliDecompress, createGunzip } from "node:zlib";
import { Agent, type Dispatcher, ProxyAgent } from "undici";
import type { Fetch } from "../ports.ts";
import { readCertificates } from "./read-certificates.ts";
import type { HttpProxy } from "./resolve-proxy.ts";
import { ProxyFailure } from "./transport-failure.ts";

export interface Transport {
  readonly fetch: Fetch;
  close(): Promise<void>;
}

interface TransportOptions {
  /** Path of a PEM file that is trusted in addition to the usual authorities. */
  readonly ca: string | null;
  /** Most connections at once. */
  readonly connections: number;
  /** Null: servers are reached directly, whatever the environment says. */
  readonly proxy: HttpProxy | null;
}

const connectTimeout = 10_000;

/**
 * The real Fetch port, on undici's `request`: its `fetch` does the same in more than twice the processor time, which counts
 * when thousands of environments are asked.
 */
export async function createTransport({ ca, connections, proxy }: TransportOptions): Promise<Transport> {
  const authorities = ca === null ? {} : { ca: [...rootCertificates, readCertificates(ca)] };
  const connect = { timeout: connectTimeout, ...authorities };
  const limits = {
    connections,
    // The client sets its own time limits; the built-in proxy of a cluster waits 120 s for an answer.
    headersTimeout: 150_000,
    bodyTimeout: 150_000,
  };
  const dispatcher: Dispatcher =
    proxy === null
      ? new Agent({ ...limits, connect })
      : new ProxyAgent({ ...limits, uri: proxy.url, requestTls: connect, proxyTls: connect });
  return {
    fetch: async (url, { method, headers, body, signal }) => {
      const { origin, pathname, search } = new URL(url);
      const response = await dispatcher
        .request({
          ...{ origin, path: `${pathname}${search}`, method: method as Dispatcher.HttpMethod },
          headers: { "accept-encoding": Object.keys(decoders).join(", "), ...headers },
          ...(body === undefined ? {} : { body }),
          ...(signal ? { signal } : {}),
        })
        .catch((error: unknown) => {
          throw proxy === null ? error : new ProxyFailure(proxy.place, error);
        });
      const header = (name: string): string | null => {
        const value = response.headers[name.toLowerCase()];
        return Array.isArray(value) ? value.join(", ") : (value ?? null);
      };
      return {
        status: response.statusCode,
        headers: { get: header },
        body: decoded(response.body, header("content-encoding")),
      };
    },
    close: () => dispatcher.destroy(),
  };
}

/** How a body may come, by the names that HTTP has for that. */
const decoders: ReadonlyMap<string, () => Transform> = new Map([
  ["gzip", createGunzip],
  ["x-gzip", createGunzip],
  ["br", createBrotliDecompress],
]);

/** A body that comes in another form than was offered is left as it is: it will be no JSON. */
function decoded(body: Readable, encoding: string | null): AsyncIterable<Uint8Array> {
  const decoder = decoders.get(encoding?.trim().toLowerCase() ?? "");
  if (decoder === undefined) return body;
  // Whoever reads learns of a failure: each of the two ends with the other.
  return pipeline(body, decoder(), () => undefined);
}
