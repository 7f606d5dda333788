/**
 * What an injected fault does to a request. `cut` closes the connection before anything happens, `commit-then-cut` after
 * the request took effect, `truncate` after half of the answer, `stall` sends half and then nothing.
 */
export type FaultAction =
  | "cut"
  | "commit-then-cut"
  | "truncate"
  | "stall"
  | { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  /** Milliseconds before the request is looked at. */
  | { readonly delay: number }
  /** The page of a proxy with this status. */
  | { readonly html: number }
  /** Seconds; the answer is 429 unless a status is given. */
  | { readonly retryAfter: number; readonly status?: number };

interface FaultMatch {
  readonly method?: string;
  /** A pattern for path and query, or a glob (`*` is any run of characters) for the whole path. */
  readonly path?: RegExp | string;
  /** The first matching request that is hit, counted from 1 (default). */
  readonly nth?: number;
  /** How many requests in a row are hit, 1 unless given; `Infinity` for all that follow. */
  readonly times?: number;
}

export interface Fault {
  readonly match: FaultMatch;
  readonly do: FaultAction;
}

export interface AddedFault {
  /** No request is hit from now on. */
  readonly remove: () => void;
  /** How many requests it has hit so far. */
  readonly hits: () => number;
}

export interface FaultPlan {
  readonly add: (fault: Fault) => AddedFault;
  /** Counts the request, and gives what the faults do to it, in the order in which they were added. */
  readonly take: (method: string, url: URL) => readonly FaultAction[];
}

export function createFaultPlan(): FaultPlan {
  const faults = new Set<{ readonly test: (method: string, url: URL) => boolean; readonly action: FaultAction }>();
  return {
    add: (fault) => {
      const { method, path, nth = 1, times = 1 } = fault.match;
      const matchesPath = pathTest(path);
      let seen = 0;
      let hits = 0;
      const entry = {
        action: fault.do,
        test: (requested: string, url: URL): boolean => {
          if (method !== undefined && method.toUpperCase() !== requested) return false;
          if (!matchesPath(url)) return false;
          seen += 1;
          if (seen < nth || seen >= nth + times) return false;
          hits += 1;
          return true;
        },
      };
      faults.add(entry);
      return {
        remove: () => {
          faults.delete(entry);
        },
        hits: () => hits,
      };
    },
    take: (method, url) => {
      if (faults.size === 0) return [];
      return [...faults].filter((fault) => fault.test(method, url)).map((fault) => fault.action);
    },
  };
}

function pathTest(path: RegExp | string | undefined): (url: URL) => boolean {
  if (path === undefined) return () => true;
  if (typeof path !== "string")
    return (url) => new RegExp(path.source, path.flags.replace(/[gy]/g, "")).test(url.pathname + url.search);
  const escaped = path.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const glob = new RegExp(`^${escaped.join(".*")}$`);
  return (url) => glob.test(url.pathname);
}

/** The error of a client whose connection was closed by the other side. */
export function connectionReset(): Error & { readonly code: "ECONNRESET" } {
  return Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" as const });
}

/** Half of the body; then the connection closes, or nothing more comes until the client gives up. */
export async function halfOf(response: Response, then: "truncate" | "stall", signal: AbortSignal): Promise<Response> {
  const body = new Uint8Array(await response.arrayBuffer());
  const half = body.subarray(0, Math.floor(body.length / 2));
  const headers = new Headers(response.headers);
  headers.set("content-length", String(body.length));
  let sent = false;
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (!sent) {
        sent = true;
        controller.enqueue(half);
        return;
      }
      if (then === "truncate") {
        controller.error(connectionReset());
        return;
      }
      return new Promise<void>((resolve) => {
        const give = (): void => {
          controller.error(signal.reason);
          resolve();
        };
        if (signal.aborted) give();
        else signal.addEventListener("abort", give, { once: true });
      });
    },
  });
  return new Response(stream, { status: response.status, headers });
}
