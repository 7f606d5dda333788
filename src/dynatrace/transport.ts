import { rootCertificates } from "node:tls";
import { Agent, type Dispatcher, fetch, ProxyAgent } from "undici";
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
 * The real Fetch port: undici's own fetch with our own agent, because mixing undici's agent with Node's global fetch
 * fails when their majors differ.
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
    fetch: async (url, request) => {
      const response = await fetch(url, {
        method: request.method,
        headers: request.headers,
        redirect: "manual",
        dispatcher,
        ...(request.body === undefined ? {} : { body: request.body }),
        ...(request.signal ? { signal: request.signal } : {}),
      }).catch((error: unknown) => {
        throw proxy === null ? error : new ProxyFailure(proxy.place, error);
      });
      return { status: response.status, headers: response.headers, body: response.body };
    },
    close: () => dispatcher.destroy(),
  };
}
