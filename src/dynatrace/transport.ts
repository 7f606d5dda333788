import { readFile } from "node:fs/promises";
import { rootCertificates } from "node:tls";
import { Agent, fetch } from "undici";
import type { Fetch } from "../ports.ts";

export interface Transport {
  readonly fetch: Fetch;
  close(): Promise<void>;
}

/**
 * The real Fetch port: undici's own fetch with our own agent, because mixing undici's agent with Node's global fetch
 * fails when their majors differ. `ca` is the path of a PEM file that is trusted in addition to the usual authorities.
 */
export async function createTransport(options: { ca: string | null; connections: number }): Promise<Transport> {
  const ca = options.ca === null ? undefined : [...rootCertificates, await readFile(options.ca, "utf8")];
  const agent = new Agent({
    connections: options.connections,
    connect: { timeout: 10_000, ...(ca ? { ca } : {}) },
    // The client sets its own time limits; the built-in proxy of a cluster waits 120 s for an answer.
    headersTimeout: 150_000,
    bodyTimeout: 150_000,
  });
  return {
    fetch: async (url, request) => {
      const response = await fetch(url, {
        method: request.method,
        headers: request.headers,
        redirect: "manual",
        dispatcher: agent,
        ...(request.body === undefined ? {} : { body: request.body }),
        ...(request.signal ? { signal: request.signal } : {}),
      });
      return {
        status: response.status,
        headers: response.headers,
        body: response.body,
      };
    },
    close: () => agent.destroy(),
  };
}
