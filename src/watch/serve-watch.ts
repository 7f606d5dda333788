import { createServer, type ServerResponse } from "node:http";
import { errorMessage } from "../errors.ts";
import type { WatchHealth } from "./watch-health.ts";
import type { WatchMetrics } from "./watch-metrics.ts";

export interface ListenAddress {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

export interface WatchServer {
  readonly port: number;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

const plain = (status: number, text: string): Answer => ({
  status,
  type: "text/plain; charset=utf-8",
  text: `${text}\n`,
});

/** Milliseconds. */
const requestTimeout = 10_000;
const mostConnections = 32;
const largestHeaders = 8_192;

/**
 * Answers GET and HEAD of /metrics, /healthz and /readyz, and nothing else. Nothing of a request is looked at but its method
 * and path, and no body is read. Rejects where the address cannot be listened on.
 */
export async function serveWatch(
  { host, port }: ListenAddress,
  health: Pick<WatchHealth, "alive" | "ready">,
  metrics: Pick<WatchMetrics, "text" | "contentType">,
): Promise<WatchServer> {
  const state = (problem: string | null): Answer => plain(problem === null ? 200 : 503, problem ?? "ok");
  async function answer(method: string, path: string): Promise<Answer> {
    if (method !== "GET" && method !== "HEAD") return plain(405, "only GET and HEAD");
    if (path === "/metrics") return { status: 200, type: metrics.contentType, text: await metrics.text() };
    if (path === "/healthz") return state(health.alive());
    if (path === "/readyz") return state(health.ready());
    return plain(404, "there are /metrics, /healthz and /readyz");
  }
  const server = createServer(
    { maxHeaderSize: largestHeaders, headersTimeout: requestTimeout, requestTimeout, keepAliveTimeout: 5_000 },
    (request, response) => {
      const [path = ""] = (request.url ?? "").split("?");
      void answer(request.method ?? "", path)
        .catch((error: unknown) => plain(500, errorMessage(error)))
        .then((made) => send(response, made, request.method === "HEAD"));
    },
  );
  server.maxConnections = mostConnections;
  server.timeout = requestTimeout;
  // A watch goes on without it, and ends without waiting for it.
  server.unref();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, resolve);
  });
  server.on("error", () => undefined);
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, { status, type, text }: Answer, headOnly: boolean): void {
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(status === 405 ? { allow: "GET, HEAD" } : {}),
    // A body that was sent along is not read.
    connection: "close",
  });
  response.end(headOnly ? undefined : text);
}
