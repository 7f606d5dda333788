import type { Fetch } from "../../ports.ts";
import { connectionReset } from "./faults.ts";

/**
 * The interface that dtsync's client asks, over a function that answers in this process. An answer of type `error`
 * is a closed connection: it rejects with the code ECONNRESET, as a socket would.
 */
export function fetchOver(respond: (request: Request) => Promise<Response>): Fetch {
  return async (url, { method, headers, body, signal }) => {
    const request = new Request(url, {
      method,
      headers: { ...headers },
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
    const response = await unlessAborted(respond(request), signal);
    if (response.type === "error") throw connectionReset();
    return response;
  };
}

/** The answer may still be on its way, and the request take effect, when the client has given up. */
async function unlessAborted(answer: Promise<Response>, signal: AbortSignal | undefined): Promise<Response> {
  if (signal === undefined) return answer;
  const { promise, reject } = rejection(signal);
  try {
    return await Promise.race([answer, promise]);
  } finally {
    signal.removeEventListener("abort", reject);
  }
}

function rejection(signal: AbortSignal): { readonly promise: Promise<never>; readonly reject: () => void } {
  let reject = (): void => undefined;
  const promise = new Promise<never>((_resolve, refuse) => {
    reject = () => refuse(signal.reason);
    if (signal.aborted) reject();
    else signal.addEventListener("abort", reject, { once: true });
  });
  return { promise, reject };
}
