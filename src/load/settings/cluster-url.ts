import { isLoopback } from "../../lib/loopback.ts";

/**
 * Why a text is not the origin of a cluster, and the origin that was probably meant; or the origin without a trailing
 * slash. What could be a secret is not repeated.
 */
export function readClusterUrl(
  text: string,
): { readonly url: string } | { readonly reason: string; readonly meant: string | null } {
  if (/[\s\\]/.test(text)) return { reason: "has a blank or backslash in it", meant: null };
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return { reason: "is not an address", meant: null };
  }
  const meant = url.host === "" ? null : `${isLoopback(url.hostname) ? url.protocol : "https:"}//${url.host}`;
  if (url.username !== "" || url.password !== "") return { reason: "has a user or password in it", meant };
  if (url.protocol !== "https:" && url.protocol !== "http:") return { reason: "does not begin with https://", meant };
  if (url.pathname !== "/" || /[?#]/.test(text)) return { reason: "has more than scheme, host and port", meant };
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    return { reason: "is http, which is for loopback addresses only", meant };
  }
  return { url: url.origin };
}
